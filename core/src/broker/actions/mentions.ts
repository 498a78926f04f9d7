/** Whom the mentions in a message name. */
import { type Block, walkBlocks } from "@seabird-chat/protocol";
import { readTargetId } from "../registries/target-ids.ts";

/**
 * Whether a tree of blocks, which may be any, mentions everyone. Throws `bad_id` if the id in a
 * mention cannot be read.
 */
export function mentionsEveryone(root: Block, maxAbsoluteIdBytes: number): boolean {
  let isEveryone = false;
  for (const { inner } of walkBlocks(root)) {
    if (inner.case !== "mention") continue;
    const { target } = inner.value;
    if (target.case === "everyone") {
      isEveryone ||= target.value;
    } else if (target.case !== undefined && target.value !== "") {
      const field = target.case === "userId" ? "user_id" : "channel_id";
      readTargetId(`${field} of a mention`, target.value, maxAbsoluteIdBytes);
    }
  }
  return isEveryone;
}
