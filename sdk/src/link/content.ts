/** The content of a message, and its form on the wire. Pure. */
import { type Block, type Content, contentBlock } from "@seabird-chat/protocol";
import { SeabirdError } from "./errors.ts";

export type { Content };

/**
 * Plain text travels as text, everything else as one block. Throws `invalid_argument` for
 * undefined and null, which code without types passes easily.
 */
export function contentToWire(content: Content): { text: string } | { rootBlock: Block } {
  if (content === undefined || content === null) {
    throw new SeabirdError("invalid_argument", `there is nothing to say: content is ${content}`);
  }
  return typeof content === "string" ? { text: content } : { rootBlock: contentBlock(content) };
}
