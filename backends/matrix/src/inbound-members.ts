/** Who comes, goes and has another name: `m.room.member` as events for core. Pure. */
import { cutUtf8 } from "@seabird-chat/protocol";
import type { BackendUser, NetworkEvent, Target } from "@seabird-chat/sdk/backend";
import { type JsonObject, objectIn, textIn } from "./json-value.ts";
import { idIn, nameIn } from "./matrix-ids.ts";

export type MemberEvent = Extract<
  NetworkEvent,
  { kind: "memberJoined" | "memberLeft" | "memberRemoved" | "userChanged" }
>;

/** The members of a room, as far as they are known; state as it was before the event. */
export interface MembersView {
  /** Where its messages belong: a channel, or the private conversation with a person. */
  readonly conversation: Target;
  /** The bot's own id, such as `@bot:example.org`. */
  readonly ownUserId: string;
  /** A member, with name and picture if they are known. */
  user(userId: string): BackendUser;
  /** Whether they are in the room. */
  membership(userId: string): "join" | "leave" | "ban" | "invite" | "knock" | undefined;
}

/** Bytes of a reason; longer ones are cut. */
const MAX_REASON_BYTES = 300;

/** The bot's own comings and goings are the connection's. */
export function toMemberEvents(event: JsonObject, room: MembersView): readonly MemberEvent[] {
  const [userId, senderId] = [idIn(event["state_key"], "@"), idIn(event["sender"], "@")];
  if (userId === undefined || senderId === undefined || userId === room.ownUserId) return [];
  const content = objectIn(event["content"]);
  const before = beforeOf(event, userId, room);
  const change = { userId, senderId, content, before };
  switch (content["membership"]) {
    case "join":
      return before.membership === "join" ? renamed(change) : joined(change, room);
    case "leave":
    case "ban":
      return wasThere(before) ? gone(change, room) : [];
    default:
      return [];
  }
}

interface Before {
  /** Undefined: they were never there, or it is not known. */
  readonly membership: unknown;
  readonly user: BackendUser;
}

interface Change {
  readonly userId: string;
  readonly senderId: string;
  readonly content: JsonObject;
  readonly before: Before;
}

/** What the server says with the event, else what is known. */
function beforeOf(event: JsonObject, userId: string, room: MembersView): Before {
  const told = objectIn(event["unsigned"])["prev_content"];
  if (told === undefined) return { membership: room.membership(userId), user: room.user(userId) };
  const content = objectIn(told);
  return { membership: content["membership"], user: toMember(userId, content) };
}

function toMember(id: string, { displayname }: JsonObject): BackendUser {
  const displayName = nameIn(displayname);
  return displayName === undefined ? { id } : { id, displayName };
}

/** Who was only invited, or asked to come in, does not leave. */
function wasThere({ membership }: Before): boolean {
  return membership === undefined || membership === "join";
}

function renamed({ userId, content, before }: Change): readonly MemberEvent[] {
  const user = toMember(userId, content);
  if (user.displayName === before.user.displayName) return [];
  return [{ kind: "userChanged", change: { before: before.user, user } }];
}

function joined(
  { userId, content }: Change,
  { conversation }: MembersView,
): readonly MemberEvent[] {
  if (conversation.kind !== "channel") return [];
  const user = toMember(userId, content);
  return [{ kind: "memberJoined", member: { channel: conversation.id, user } }];
}

/** Whose membership somebody else ends was removed, by a ban or without. */
function gone(change: Change, room: MembersView): readonly MemberEvent[] {
  const { userId, senderId, content, before } = change;
  if (room.conversation.kind !== "channel") return [];
  const reason = cutUtf8(textIn(content["reason"]) ?? "", MAX_REASON_BYTES);
  const member = {
    ...{ channel: room.conversation.id, user: before.user },
    ...(reason !== "" && { reason }),
  };
  if (senderId === userId) return [{ kind: "memberLeft", member }];
  return [{ kind: "memberRemoved", member: { ...member, by: room.user(senderId) } }];
}
