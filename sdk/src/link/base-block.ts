/** Blocks for a core without the messages extension: it refuses kinds that it does not know. Pure. */
import { type Block, plainText, text, walkBlocks } from "@seabird-chat/protocol";

const NEW_BLOCKS: ReadonlySet<Block["inner"]["case"]> = new Set<Block["inner"]["case"]>([
  "mention",
  "emoji",
  "attachment",
]);

/** Whether a mention, an emoji or a file is in it. */
export function hasNewBlocks(block: Block): boolean {
  for (const { inner } of walkBlocks(block)) if (NEW_BLOCKS.has(inner.case)) return true;
  return false;
}

/** The same, or its plain text if it has new blocks. */
export function toBaseBlock(block: Block): Block {
  return hasNewBlocks(block) ? text(plainText(block)) : block;
}
