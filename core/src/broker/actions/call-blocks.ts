/** The blocks and tags of a call, before they are normalised: any tree, however deep. */
import {
  type Block,
  blockCost,
  MAX_MESSAGE_BLOCKS,
  type MentionBlock,
  type Tags,
  walkBlocks,
} from "@seabird-chat/protocol";
import { withoutUserinfo } from "../codec/url-userinfo.ts";
import { BrokerError } from "../errors.ts";
import { checkAttachmentId, readTargetId } from "../registries/target-ids.ts";

/** What has to be known of a call's blocks before its backend is asked. */
export interface CallBlocks {
  readonly mentionsEveryone: boolean;
  /** Whether there are files that only have an id. */
  readonly hasFilesWithoutUrl: boolean;
}

/**
 * Checks the ids in mentions and attachments, and empties, in place, urls with a name or password
 * in them and what only core sets. Throws `bad_id`.
 */
export function readCallBlocks(root: Block, maxAbsoluteIdBytes: number): CallBlocks {
  let mentionsEveryone = false;
  let hasFilesWithoutUrl = false;
  for (const { inner } of walkBlocks(root)) {
    if (inner.case === "mention") {
      mentionsEveryone = namesEveryone(inner.value, maxAbsoluteIdBytes) || mentionsEveryone;
    } else if (inner.case === "attachment" || inner.case === "emoji") {
      inner.value.url = withoutUserinfo(inner.value.url);
      if (inner.case !== "attachment") continue;
      const { id, url } = inner.value;
      checkAttachmentId(id, maxAbsoluteIdBytes);
      inner.value.corePath = "";
      if (id !== "" && url === "") hasFilesWithoutUrl = true;
    }
  }
  return { mentionsEveryone, hasFilesWithoutUrl };
}

function namesEveryone({ target }: MentionBlock, maxAbsoluteIdBytes: number): boolean {
  if (target.case === undefined || target.value === "") return false;
  if (target.case === "everyone") return target.value;
  const field = target.case === "userId" ? "user_id" : "channel_id";
  readTargetId(`${field} of a mention`, target.value, maxAbsoluteIdBytes);
  return false;
}

/** What the blocks cost, as `blockCost` counts. Throws `bad_block` for too many. */
export function checkBlocks(root: Block): number {
  const cost = blockCost(root);
  if (cost <= MAX_MESSAGE_BLOCKS) return cost;
  throw new BrokerError("bad_block", `more than ${MAX_MESSAGE_BLOCKS} blocks in a message`);
}

/** Throws `message_too_large` for more than so many. */
export function checkTags(tags: Tags, most: number): void {
  let left = most;
  for (const _ in tags) {
    if (left-- > 0) continue;
    throw new BrokerError("message_too_large", `message too large: more than ${most} tags`);
  }
}
