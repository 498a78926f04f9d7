/** What a message's blocks cost whoever works on them, found out before anything is done with them. */
import type { Block } from "./gen/common_pb.js";
import { MAX_MESSAGE_BLOCKS } from "./limits.ts";
import { innerBlocks } from "./walk.ts";

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
