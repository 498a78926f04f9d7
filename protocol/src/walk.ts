/**
 * Walking a tree of blocks without recursion, so that no depth is too deep, and what it costs whoever
 * works on it, found out before anything is done with it.
 */
import type { Block } from "./gen/common_pb.js";
import { MAX_MESSAGE_BLOCKS } from "./limits.ts";

const NONE: readonly Block[] = [];

/** The blocks directly inside a block: none, one, or the items of a list or container. */
export function innerBlocks(block: Block): readonly Block[] {
  switch (block.inner.case) {
    case "list":
    case "container":
      return block.inner.value.inner;
    case "italics":
    case "bold":
    case "underline":
    case "strikethrough":
    case "spoiler":
    case "link":
    case "blockquote":
    case "heading":
    case "mention": {
      const child = block.inner.value.inner;
      return child === undefined ? NONE : [child];
    }
    default:
      return NONE;
  }
}

/** Every block of a tree: the root first, then each child's tree in the order of reading. */
export function* walkBlocks(root: Block): Generator<Block, void, void> {
  const ahead = [root];
  for (let block = ahead.pop(); block !== undefined; block = ahead.pop()) {
    yield block;
    const inner = innerBlocks(block);
    for (let i = inner.length - 1; i >= 0; i--) ahead.push(inner[i] as Block);
  }
}

/** How many blocks lie on the longest path from the root; a root without inner blocks is 1. */
export function blockDepth(root: Block): number {
  let depth = 0;
  for (let level: readonly Block[] = [root]; level.length > 0; depth++) {
    level = level.flatMap(innerBlocks);
  }
  return depth;
}

/** Kinds that name something, or whose text is made, which takes longer. */
const DEAR: ReadonlySet<string> = new Set(["attachment", "emoji", "link", "mention", "timestamp"]);
const DEAR_COST = 4;

/** How many blocks one of this kind counts as. */
export function costOfKind(kind: string | undefined): number {
  return kind !== undefined && DEAR.has(kind) ? DEAR_COST : 1;
}

/**
 * How many blocks a tree counts as; it is not walked much further than MAX_MESSAGE_BLOCKS, which a
 * message may have.
 */
export function blockCost(root: Block): number {
  const ahead: Block[] = [root];
  let cost = 0;
  for (let block = ahead.pop(); block !== undefined; block = ahead.pop()) {
    cost += costOfKind(block.inner.case);
    const inner = innerBlocks(block);
    if (cost + inner.length > MAX_MESSAGE_BLOCKS) return cost + inner.length;
    for (const each of inner) ahead.push(each);
  }
  return cost;
}
