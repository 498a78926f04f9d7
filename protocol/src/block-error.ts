/**
 * What makes a block bad, and the limit on depth.
 */

/**
 * The most blocks on a path from the root, the root counting as 1. Each block costs two levels
 * of messages, and many decoders stop at 100 (protocol: "Blocks and text").
 */
export const MAX_BLOCK_DEPTH = 48;

/** A tree of blocks that cannot be sent. The message says which block, in the protocol's words. */
export class BlockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BlockError";
  }
}
