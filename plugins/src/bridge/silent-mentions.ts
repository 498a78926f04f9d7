/** Mentions become names that notify nobody: who is meant is not on the other side of a link. Pure. */
import { clone } from "@bufbuild/protobuf";
import { type Block, BlockSchema, walkBlocks } from "@seabird-chat/protocol";
import { text } from "@seabird-chat/sdk";
import { silentName } from "./shown-name.ts";

/** The given tree is not changed. Core refuses `everyone` to whoever lacks the scope for it. */
export function silentMentions(root: Block): Block {
  if (!walkBlocks(root).some(isMention)) return root;
  const copy = clone(BlockSchema, root);
  for (const block of walkBlocks(copy)) {
    if (!isMention(block)) continue;
    const [, sign = "", name = ""] = /^([@#]?)(.*)$/s.exec(block.plain) ?? [];
    Object.assign(block, text(sign + silentName(name)));
  }
  return copy;
}

function isMention({ inner }: Block): boolean {
  return inner.case === "mention";
}
