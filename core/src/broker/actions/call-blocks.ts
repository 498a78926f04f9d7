/** The blocks of a call, before they are normalised: any tree, however deep. */
import { type Block, type MentionBlock, walkBlocks } from "@seabird-chat/protocol";
import { withoutUserinfo } from "../codec/url-userinfo.ts";
import { checkAttachmentId, readTargetId } from "../registries/target-ids.ts";

/**
 * Checks the ids in mentions and attachments, and empties urls with a name or password in them, in place. Returns
 * whether a mention names everyone. Throws `bad_id`.
 */
export function readCallBlocks(root: Block, maxAbsoluteIdBytes: number): boolean {
  let mentionsEveryone = false;
  for (const { inner } of walkBlocks(root)) {
    if (inner.case === "mention") {
      mentionsEveryone = namesEveryone(inner.value, maxAbsoluteIdBytes) || mentionsEveryone;
    } else if (inner.case === "attachment" || inner.case === "emoji") {
      inner.value.url = withoutUserinfo(inner.value.url);
      if (inner.case === "attachment") checkAttachmentId(inner.value.id, maxAbsoluteIdBytes);
    }
  }
  return mentionsEveryone;
}

function namesEveryone({ target }: MentionBlock, maxAbsoluteIdBytes: number): boolean {
  if (target.case === undefined || target.value === "") return false;
  if (target.case === "everyone") return target.value;
  const field = target.case === "userId" ? "user_id" : "channel_id";
  readTargetId(`${field} of a mention`, target.value, maxAbsoluteIdBytes);
  return false;
}
