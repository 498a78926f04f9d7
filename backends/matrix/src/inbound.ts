/** Events of Matrix rooms as events for core. Pure. */
import type {
  BackendChannel,
  BackendUser,
  IncomingChannelMessage,
  IncomingDeletion,
  IncomingEdit,
  IncomingMember,
  IncomingMessage,
  IncomingReaction,
  IncomingRemoval,
  IncomingTyping,
  IncomingUserChange,
  Target,
} from "@seabird-chat/sdk/backend";
import { objectIn, textIn } from "./json-value.ts";
import type { RecentEvent } from "./state/recent-events.ts";

/** An event for core. Whether a message is a command or a mention, the SDK recognises. */
export type NetworkEvent =
  | { readonly kind: "message"; readonly message: IncomingChannelMessage }
  | { readonly kind: "action"; readonly message: IncomingChannelMessage }
  | { readonly kind: "privateMessage"; readonly message: IncomingMessage }
  | { readonly kind: "privateAction"; readonly message: IncomingMessage }
  | { readonly kind: "edited"; readonly edit: IncomingEdit }
  | { readonly kind: "deleted"; readonly deletion: IncomingDeletion }
  | { readonly kind: "reaction"; readonly reaction: IncomingReaction }
  | { readonly kind: "typing"; readonly typing: IncomingTyping }
  | { readonly kind: "memberJoined"; readonly member: IncomingMember }
  | { readonly kind: "memberLeft"; readonly member: IncomingMember }
  | { readonly kind: "memberRemoved"; readonly member: IncomingRemoval }
  | { readonly kind: "userChanged"; readonly change: IncomingUserChange }
  /** A thread is used for the first time; before the message in it. */
  | { readonly kind: "joined"; readonly channel: BackendChannel }
  | { readonly kind: "changed"; readonly channel: BackendChannel };

/** A room, as far as reading its events needs it. */
export interface RoomView {
  readonly roomId: string;
  /** Where its messages belong: a channel, or the private conversation with a person. */
  readonly conversation: Target;
  /** The bot's own id, such as `@bot:example.org`. */
  readonly ownUserId: string;
  /** A member, with name and picture if they are known; state as it was before the event. */
  user(userId: string): BackendUser;
  /** Whether they are in the room, as far as it is known; state as it was before the event. */
  membership(userId: string): "join" | "leave" | "ban" | "invite" | "knock" | undefined;
  /** The channel that a room id or an alias stands for; undefined: none that the bot is in. */
  channelOf(roomIdOrAlias: string): string | undefined;
  /** A message or reaction that was remembered (`toRemember`), of this room. */
  earlier(eventId: string): RecentEvent | undefined;
  /** Whether the thread with this root was announced as a channel. */
  hasThread(rootEventId: string): boolean;
}

/** In order; empty: core needs nothing of it. Never throws. The bot's own events are given too. */
export function toNetworkEvents(event: unknown, room: RoomView): readonly NetworkEvent[] {
  const { sender, content, event_id: id } = objectIn(event);
  const [user, text] = [textIn(sender), textIn(objectIn(content)["body"])];
  if (user === undefined || user === room.ownUserId || text === undefined) return [];
  const message = { user: room.user(user), text, id: textIn(id) };
  const { kind, id: channel } = room.conversation;
  if (kind === "channel") return [{ kind: "message", message: { ...message, channel } }];
  return [{ kind: "privateMessage", message: { ...message, referrer: room.roomId } }];
}

/** Who types in a room, of `m.typing`; the bot itself is left out. */
export function toTyping(_content: unknown, _room: RoomView): readonly string[] {
  return [];
}

/** What later events may refer to: messages, and reactions, which are taken back by a redaction. */
export function toRemember(_event: unknown): RecentEvent | undefined {
  return undefined;
}
