/** Telling apart the ways in which bytes fail to be a message. */

/**
 * Whether decoding failed because messages are nested deeper than the decoder goes. That makes
 * it a bad block (INVALID_ARGUMENT) and not undecodable bytes (INTERNAL), because only blocks
 * can nest (protocol: "Blocks and text").
 *
 * The library throws a plain Error for it; a test pins its words.
 */
export function isNestingOverflow(reason: unknown): boolean {
  return reason instanceof Error && reason.message.includes("maximum recursion depth");
}
