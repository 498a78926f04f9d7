/** What can be said, and how it travels. Pure. */
import { type Block, type Content, contentBlock } from "@seabird/protocol";

export type { Content };

/** Plain text travels as text, everything else as one block. */
export function contentToWire(content: Content): { text: string } | { rootBlock: Block } {
  return typeof content === "string" ? { text: content } : { rootBlock: contentBlock(content) };
}
