/**
 * Plain text of a tree of blocks.
 */
import type { Block } from "./gen/common_pb.js";
import { measureBlock } from "./measure.ts";

/**
 * What a tree of blocks reads as without formatting (protocol: "Blocks and text"), computed
 * from its leaves; the tree is not changed. In what core sends, `block.plain` says the same.
 *
 * Throws BlockError for a bad block.
 */
export function plainText(block: Block): string {
  return measureBlock(block, { assign: false }).plain;
}
