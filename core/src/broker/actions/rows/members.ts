/** The members of a channel as a backend lists them, for plugins. */
import {
  absoluteId,
  type BackendName,
  MAX_LISTED_MEMBERS,
  MAX_USER_FIELD_BYTES,
  type Member,
  type MembersChatEvent,
  type User,
} from "@seabird-chat/protocol";
import { withoutUserinfo } from "../../codec/url-userinfo.ts";
import { fits, utf8Bytes } from "../../codec/utf8.ts";
import type { ResponseContext } from "./action-row.ts";

/** Tags and lengths around one member and its fields, at most. */
const FRAME_BYTES = 32;

/** With absolute ids; as many as may be in one answer. Those without a proper id are left out. */
export function absoluteMembers(
  { members, isComplete }: MembersChatEvent,
  { backend, options }: Pick<ResponseContext, "backend" | "options">,
): { members: Member[]; isComplete: boolean } {
  const listed: Member[] = [];
  let bytes = 0;
  let isCut = false;
  for (const { user } of members) {
    const known = user && absoluteUser(user, backend.name, options.maxIdBytes);
    if (known === undefined) {
      isCut = true;
      continue;
    }
    bytes +=
      FRAME_BYTES + utf8Bytes(known.id + known.displayName + known.avatarUrl + known.account);
    if (listed.length === MAX_LISTED_MEMBERS || bytes > options.maxMessageBytes) {
      isCut = true;
      break;
    }
    listed.push({ $typeName: "common.Member", user: known });
  }
  return { members: listed, isComplete: isComplete && !isCut };
}

function absoluteUser(user: User, backend: BackendName, maxIdBytes: number): User | undefined {
  const { id, displayName, avatarUrl, isBot, account } = user;
  if (id === "" || !fits(id, maxIdBytes)) return undefined;
  return {
    $typeName: "common.User",
    id: absoluteId(backend, id),
    displayName,
    avatarUrl: fits(avatarUrl, MAX_USER_FIELD_BYTES) ? withoutUserinfo(avatarUrl) : "",
    isBot,
    account: fits(account, MAX_USER_FIELD_BYTES) ? account : "",
  };
}
