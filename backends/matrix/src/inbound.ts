/** Events of Matrix rooms as events for core. Pure. */
import { type Block, cutUtf8, MAX_REFERENCE_TEXT_BYTES, plainText } from "@seabird-chat/protocol";
import type {
  BackendChannel,
  IncomingChannelMessage,
  IncomingDeletion,
  IncomingEdit,
  IncomingMessage,
  IncomingReaction,
  IncomingTyping,
  MessageReference,
  Target,
} from "@seabird-chat/sdk/backend";
import { messageBlock, stickerBlock } from "./formatting/message-block.ts";
import { type MemberEvent, type MembersView, toMemberEvents } from "./inbound-members.ts";
import { isObject, type JsonObject, listIn, objectIn, textIn } from "./json-value.ts";
import { idIn, shortTextIn } from "./matrix-ids.ts";
import { type RoomEvent, reactionIn, readEvent, relationsOf } from "./room-event.ts";
import type { RecentEvent } from "./state/recent-events.ts";
import { threadChannel, threadChannelId } from "./state/threads.ts";

/** An event for core. Whether a message is a command or a mention, the SDK recognises. */
export type NetworkEvent =
  | { readonly kind: "message"; readonly message: IncomingChannelMessage }
  /** By a program, to which no program answers (specification, `m.notice`): never a command. */
  | { readonly kind: "notice"; readonly message: IncomingChannelMessage }
  | { readonly kind: "action"; readonly message: IncomingChannelMessage }
  | { readonly kind: "privateMessage"; readonly message: IncomingMessage }
  | { readonly kind: "privateAction"; readonly message: IncomingMessage }
  | { readonly kind: "edited"; readonly edit: IncomingEdit }
  | { readonly kind: "deleted"; readonly deletion: IncomingDeletion }
  | { readonly kind: "reaction"; readonly reaction: IncomingReaction }
  | { readonly kind: "typing"; readonly typing: IncomingTyping }
  | MemberEvent
  /** A thread is used for the first time; before the message in it. */
  | { readonly kind: "joined"; readonly channel: BackendChannel }
  | { readonly kind: "changed"; readonly channel: BackendChannel };

/** A room, as far as reading its events needs it. */
export interface RoomView extends MembersView {
  readonly roomId: string;
  /** The channel as core knows it; missing for a private conversation. */
  readonly channel?: BackendChannel | undefined;
  /** The channel that a room id or an alias stands for; undefined: none that the bot is in. */
  channelOf(roomIdOrAlias: string): string | undefined;
  /** A message or reaction that was remembered (`toRemember`), of this room. */
  earlier(eventId: string): RecentEvent | undefined;
  /** Whether the thread with this root was announced as a channel. */
  hasThread(rootEventId: string): boolean;
}

/**
 * In order; empty: core needs nothing of it. Never throws. Of the bot's own events only names and
 * topics are told: the others are answers to core's requests.
 */
export function toNetworkEvents(event: unknown, room: RoomView): readonly NetworkEvent[] {
  const read = readEvent(event);
  const toEvents = read && ROWS.get(read.type);
  if (read === undefined || toEvents === undefined) return [];
  if (read.sender === room.ownUserId && !FOR_EVERYONE.has(read.type)) return [];
  return toEvents(read, room);
}

type Row = (event: RoomEvent, room: RoomView) => readonly NetworkEvent[];

const ROWS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ["m.room.message", toMessage],
  ["m.sticker", toMessage],
  ["m.reaction", toReaction],
  ["m.room.redaction", toRedaction],
  ["m.room.member", ({ whole }, room) => toMemberEvents(whole, room)],
  ["m.room.name", toChange],
  ["m.room.topic", toChange],
]);

const FOR_EVERYONE: ReadonlySet<string> = new Set(["m.room.name", "m.room.topic", "m.room.member"]);

function toMessage(event: RoomEvent, room: RoomView): readonly NetworkEvent[] {
  const { replaces, threadRootId, answers } = relationsOf(event.content);
  if (replaces !== undefined) return toEdit(event, replaces, room);
  const said = readMessage(event, event.content, room, answers !== undefined);
  if (said === undefined) return [];
  const { kind, ...rest } = said;
  const message = {
    ...{ ...rest, id: event.id, sentAt: event.sentAt },
    ...(answers !== undefined && { replyTo: toReference(answers, room) }),
  };
  if (room.conversation.kind === "user") {
    const isAction = kind === "action";
    const privately = { ...message, referrer: privatePlace(threadRootId, room) };
    return [{ kind: isAction ? "privateAction" : "privateMessage", message: privately }];
  }
  const { id: channel } = conversationIn(threadRootId, room);
  return [...newThread(threadRootId, room), { kind, message: { ...message, channel } }];
}

/** The sender's words, of an event or of its new content. */
function readMessage(event: RoomEvent, content: JsonObject, room: RoomView, isReply: boolean) {
  const { name, fallbackName, tags } = personaOf(content);
  const options = { isReply, fallbackName };
  const isSticker = event.type === "m.sticker";
  const block = isSticker ? stickerBlock(content) : messageBlock(content, room, options);
  if (block === undefined) return undefined;
  const msgtype = isSticker ? undefined : textIn(content["msgtype"]);
  const kind: MessageKind = KINDS.get(msgtype ?? "") ?? "message";
  const user = {
    ...room.user(event.sender),
    ...(name !== undefined && { displayName: name }),
    ...(kind === "notice" && { isBot: true }),
  };
  return { kind, user, ...tags, ...(isPlain(block) ? { text: plainText(block) } : { block }) };
}

type MessageKind = "message" | "action" | "notice";

const KINDS: ReadonlyMap<string, MessageKind> = new Map([
  ["m.emote", "action"],
  ["m.notice", "notice"],
]);

function isPlain({ inner }: Block): boolean {
  return inner.case === "text";
}

/** Bytes of a persona's id and name (MSC4144). */
const MAX_PERSONA_BYTES = 255;

/** Under which name a message is shown; by whom it is, its sender says (MSC4144). */
function personaOf(content: JsonObject) {
  const given = content["m.per_message_profile"] ?? content["com.beeper.per_message_profile"];
  const { id, displayname, has_fallback } = objectIn(given);
  const name = shortTextIn(displayname, MAX_PERSONA_BYTES);
  const persona = shortTextIn(id, MAX_PERSONA_BYTES);
  return {
    name,
    fallbackName: has_fallback === true ? name : undefined,
    tags: persona === undefined ? {} : { tags: { "matrix/persona": persona } },
  };
}

/** By the first writer only: a server does not check it (specification: "Event replacements"). */
function toEdit(event: RoomEvent, edited: string, room: RoomView): readonly NetworkEvent[] {
  const before = room.earlier(edited);
  const content = event.content["m.new_content"];
  if (before?.kind !== "message" || before.userId !== event.sender || !isObject(content)) return [];
  const said = readMessage(event, content, room, true);
  if (said === undefined) return [];
  const { kind: _, ...rest } = said;
  const conversation = conversationIn(before.threadRootId, room);
  const edit = { ...rest, conversation, id: edited, sentAt: event.sentAt };
  return [{ kind: "edited", edit }];
}

function toReaction(event: RoomEvent, room: RoomView): readonly NetworkEvent[] {
  const read = reactionIn(event.content);
  if (read === undefined) return [];
  const { messageId, emoji } = read;
  const conversation = conversationIn(threadOf(messageId, room), room);
  const user = room.user(event.sender);
  return [{ kind: "reaction", reaction: { conversation, messageId, user, emoji } }];
}

/** A deleted message, or a reaction that was taken back. What an edit said is not known any more. */
function toRedaction(event: RoomEvent, room: RoomView): readonly NetworkEvent[] {
  const { whole, content, sender } = event;
  // In the content since version 11 of rooms.
  const id = idIn(whole["redacts"], "$") ?? idIn(content["redacts"], "$");
  if (id === undefined) return [];
  const before = room.earlier(id);
  if (before?.kind === "edit") return [];
  const conversation = conversationIn(before?.threadRootId, room);
  if (before?.kind === "reaction") {
    const { messageId, emoji } = before;
    const reaction = { conversation, messageId, user: room.user(before.userId), emoji };
    return [{ kind: "reaction", reaction: { ...reaction, removed: true } }];
  }
  const reason = cutUtf8(textIn(content["reason"]) ?? "", MAX_REASON_BYTES);
  const deletion = { conversation, ids: [id], by: room.user(sender) };
  return [{ kind: "deleted", deletion: { ...deletion, ...(reason !== "" && { reason }) } }];
}

/** Bytes of a reason; longer ones are cut. */
const MAX_REASON_BYTES = 300;

function toChange({ type, content, whole }: RoomEvent, room: RoomView): readonly NetworkEvent[] {
  const { channel } = room;
  if (channel === undefined || whole["state_key"] !== "") return [];
  const [name, topic] = [textIn(content["name"]), textIn(content["topic"])];
  const change = type === "m.room.name" ? { displayName: name || channel.id } : { topic };
  return [{ kind: "changed", channel: { ...channel, ...change } }];
}

/** The room of a private message, and its thread, for the answer to go there too. */
function privatePlace(threadRootId: string | undefined, { roomId }: RoomView): string {
  if (threadRootId === undefined) return roomId;
  return threadChannelId({ channelId: roomId, rootEventId: threadRootId });
}

/** Where a message of a thread belongs; threads of private conversations are no channels. */
function conversationIn(threadRootId: string | undefined, { conversation }: RoomView): Target {
  if (threadRootId === undefined || conversation.kind === "user") return conversation;
  const id = threadChannelId({ channelId: conversation.id, rootEventId: threadRootId });
  return { kind: "channel", id };
}

function threadOf(messageId: string, room: RoomView): string | undefined {
  return room.earlier(messageId)?.threadRootId;
}

function newThread(rootId: string | undefined, room: RoomView): readonly NetworkEvent[] {
  if (rootId === undefined || room.hasThread(rootId)) return [];
  const root = room.earlier(rootId);
  const place = { channelId: room.conversation.id, rootEventId: rootId };
  const channel = threadChannel(place, root?.kind === "message" ? root.text : "");
  return [{ kind: "joined", channel }];
}

function toReference(messageId: string, room: RoomView): MessageReference {
  const known = room.earlier(messageId);
  if (known?.kind !== "message") return { messageId };
  return { messageId, author: room.user(known.userId), text: known.text };
}

/** People that are told of as typing at once. */
const MAX_TYPING = 100;

/** Who types in a room, of `m.typing`; the bot itself is left out. */
export function toTyping(content: unknown, { ownUserId }: RoomView): readonly string[] {
  const ids = listIn(objectIn(content)["user_ids"]).slice(0, MAX_TYPING);
  const people = ids.flatMap((id) => idIn(id, "@") ?? []);
  return [...new Set(people)].filter((id) => id !== ownUserId);
}

/** What later events may refer to: messages, and reactions, which are taken back by a redaction. */
export function toRemember(event: unknown): RecentEvent | undefined {
  const read = readEvent(event);
  if (read === undefined) return undefined;
  const { type, id, sender: userId, content } = read;
  if (type === "m.reaction") {
    const reaction = reactionIn(content);
    return reaction && { kind: "reaction", id, userId, ...reaction };
  }
  if (type !== "m.room.message" && type !== "m.sticker") return undefined;
  const { replaces, threadRootId, answers } = relationsOf(content);
  if (replaces !== undefined) return { kind: "edit", id, userId, messageId: replaces };
  const options = { isReply: answers !== undefined };
  const names = { channelOf: () => undefined };
  const isSticker = type === "m.sticker";
  const block = isSticker ? stickerBlock(content) : messageBlock(content, names, options);
  const text = block === undefined ? "" : cutUtf8(plainText(block), MAX_REFERENCE_TEXT_BYTES);
  return { kind: "message", id, userId, text, ...(threadRootId !== undefined && { threadRootId }) };
}

/**
 * The earlier event that this one refers to and that is not remembered, such as after a start. Ask the
 * server for it and remember it first: an edit of an unknown message is not reported, since nobody knows
 * whose message it is.
 */
export function toLookUp(event: unknown, room: RoomView): string | undefined {
  const read = readEvent(event);
  if (read === undefined || read.sender === room.ownUserId) return undefined;
  const { replaces, answers } = relationsOf(read.content);
  const reaction = read.type === "m.reaction" ? reactionIn(read.content)?.messageId : undefined;
  const isMessage = read.type === "m.room.message" || read.type === "m.sticker";
  const id = reaction ?? (isMessage ? (replaces ?? answers) : undefined);
  return id !== undefined && room.earlier(id) === undefined ? id : undefined;
}
