/** The people in a channel, as core gets them: cut to what fits. Pure. */
import { MAX_LISTED_MEMBERS, utf8Length } from "@seabird-chat/protocol";
import type { ChannelMembers } from "./backend-connection.ts";
import { toUser } from "./to-wire.ts";

/** Of all members' texts, so that the answer fits in one message of 4 MiB. */
const MAX_BYTES = 3 * 1024 * 1024;
/** Tags and lengths of one member's fields, at most. */
const FIELD_BYTES = 32;

/** Throws a TypeError for anything but a list of users. */
export function toMembers(given: ChannelMembers) {
  if (!Array.isArray(given?.members)) throw new TypeError("members(…) returned no list of members");
  const members: { readonly user: ReturnType<typeof toUser> }[] = [];
  let bytes = 0;
  for (const each of given.members) {
    const user = toUser(each, "a member");
    bytes += FIELD_BYTES;
    for (const text of Object.values(user)) bytes += utf8Length(String(text));
    if (members.length === MAX_LISTED_MEMBERS || bytes > MAX_BYTES) break;
    members.push({ user });
  }
  const isWhole = members.length === given.members.length;
  return { members, isComplete: isWhole && given.isComplete === true };
}
