/** Events of Matrix rooms as events for core. Pure. */
import { type Block, cutUtf8, MAX_REFERENCE_TEXT_BYTES, plainText } from "@seabird-chat/protocol";
import type {
  IncomingChannelMessage,
  MessageReference,
  NetworkEvent,
  Target,
} from "@seabird-chat/sdk/backend";
import { messageBlock, stickerBlock } from "./formatting/message-block.ts";
import { type MembersView, toMemberEvents } from "./inbound-members.ts";
import { isObject, type JsonObject, objectIn, textIn } from "./json-value.ts";
import { idIn, nameIn, shortTextIn } from "./matrix-ids.ts";
import { type RoomEvent, reactionIn, readEvent, relationsOf } from "./room-event.ts";
import type { RecentEvent } from "./state/recent-events.ts";
import { threadChannel, threadChannelId } from "./state/threads.ts";

export type MatrixEvent =
  | NetworkEvent
  /** By a program, to which no program answers (specification, `m.notice`): never a command. */
  | { readonly kind: "notice"; readonly message: IncomingChannelMessage };

/** A room, as far as reading its events needs it. */
export interface RoomView extends MembersView {
  readonly roomId: string;
  /** The channel that a room id or an alias stands for; undefined: none that the bot is in. */
  channelOf(roomIdOrAlias: string): string | undefined;
  /** A message or reaction that was remembered (`toRemember`), of this room. */
  earlier(eventId: string): RecentEvent | undefined;
  /** Whether the thread with this root was announced as a channel. */
  hasThread(rootEventId: string): boolean;
}

/**
 * In order; empty: core needs nothing of it. Never throws. Of the bot's own events only those about
 * other people are told: the others are answers to core's requests.
 */
export function toNetworkEvents(event: unknown, room: RoomView): readonly MatrixEvent[] {
  const read = readEvent(event);
  const toEvents = read && ROWS.get(read.type);
  if (read === undefined || toEvents === undefined) return [];
  if (read.sender === room.ownUserId && read.type !== "m.room.member") return [];
  return toEvents(read, room);
}

type Row = (event: RoomEvent, room: RoomView) => readonly MatrixEvent[];

const ROWS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ["m.room.message", toMessage],
  ["m.sticker", toMessage],
  ["m.reaction", toReaction],
  ["m.room.redaction", toRedaction],
  ["m.room.member", ({ whole }, room) => toMemberEvents(whole, room)],
]);

function toMessage(event: RoomEvent, room: RoomView): readonly MatrixEvent[] {
  const { replaces, threadRootId, answers } = relationsOf(event.content);
  if (replaces !== undefined) return toEdit(event, replaces, room);
  const said = readMessage(event, event.content, room, answers !== undefined);
  if (said === undefined) return [];
  const { kind, ...rest } = said;
  const message = {
    ...{ ...rest, id: event.id, sentAt: event.sentAt },
    ...(answers !== undefined && { replyTo: toReference(answers, threadRootId, room) }),
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
  const { name, tags } = personaOf(content);
  const block = blockOf(event, content, room, isReply);
  if (block === undefined) return undefined;
  const msgtype = event.type === "m.sticker" ? undefined : textIn(content["msgtype"]);
  const kind: MessageKind = KINDS.get(msgtype ?? "") ?? "message";
  const user = {
    ...room.user(event.sender),
    ...(name !== undefined && { displayName: name }),
    ...(kind === "notice" && { isBot: true }),
  };
  return { kind, user, ...tags, ...(isPlain(block) ? { text: plainText(block) } : { block }) };
}

function blockOf(
  { type }: RoomEvent,
  content: JsonObject,
  names: Pick<RoomView, "channelOf">,
  isReply: boolean,
): Block | undefined {
  if (type === "m.sticker") return stickerBlock(content);
  return messageBlock(content, names, { isReply, fallbackName: personaOf(content).fallbackName });
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
  const shown = shortTextIn(displayname, MAX_PERSONA_BYTES);
  const persona = shortTextIn(id, MAX_PERSONA_BYTES);
  return {
    name: nameIn(shown),
    fallbackName: has_fallback === true ? shown : undefined,
    tags: persona === undefined ? {} : { tags: { "matrix/persona": persona } },
  };
}

/** By the first writer only: a server does not check it (specification: "Event replacements"). */
function toEdit(event: RoomEvent, edited: string, room: RoomView): readonly MatrixEvent[] {
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

function toReaction(event: RoomEvent, room: RoomView): readonly MatrixEvent[] {
  const read = reactionIn(event.content);
  if (read === undefined) return [];
  const { messageId, emoji } = read;
  const conversation = conversationIn(threadOf(messageId, room), room);
  const user = room.user(event.sender);
  return [{ kind: "reaction", reaction: { conversation, messageId, user, emoji } }];
}

/** Of `m.room.redaction`. */
function redactedBy({ type, content, whole }: RoomEvent): string | undefined {
  if (type !== "m.room.redaction") return undefined;
  // In the content since version 11 of rooms.
  return idIn(whole["redacts"], "$") ?? idIn(content["redacts"], "$");
}

/** A deleted message, or a reaction that was taken back. What an edit said is not known any more. */
function toRedaction(event: RoomEvent, room: RoomView): readonly MatrixEvent[] {
  const { content, sender } = event;
  const id = redactedBy(event);
  const before = id === undefined ? undefined : room.earlier(id);
  if (id === undefined || before?.kind === "other") return [];
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

function newThread(rootId: string | undefined, room: RoomView): readonly MatrixEvent[] {
  if (rootId === undefined || room.hasThread(rootId)) return [];
  const root = room.earlier(rootId);
  const place = { channelId: room.conversation.id, rootEventId: rootId };
  const channel = threadChannel(place, root?.kind === "message" ? root.text : "");
  return [{ kind: "joined", channel }];
}

/** In a thread people answer what was said outside of it too, such as what it hangs on. */
function toReference(
  messageId: string,
  threadRootId: string | undefined,
  room: RoomView,
): MessageReference {
  const known = room.earlier(messageId);
  if (known?.kind !== "message") return { messageId };
  const isElsewhere = known.threadRootId !== threadRootId && room.conversation.kind === "channel";
  return {
    ...{ messageId, author: room.user(known.userId), text: known.text },
    ...(isElsewhere && { conversation: conversationIn(known.threadRootId, room) }),
  };
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
  if (!isMessage(read)) return undefined;
  const { replaces, threadRootId, answers } = relationsOf(content);
  if (replaces !== undefined) return { kind: "other", id, userId };
  const text = rememberedText(read, content, answers !== undefined);
  return { kind: "message", id, userId, text, ...(threadRootId !== undefined && { threadRootId }) };
}

function rememberedText(event: RoomEvent, content: JsonObject, isReply: boolean): string {
  const block = blockOf(event, content, { channelOf: () => undefined }, isReply);
  return block === undefined ? "" : cutUtf8(plainText(block), MAX_REFERENCE_TEXT_BYTES);
}

/** A remembered message as it is after this event: with another text, or without, since it was deleted. */
export function toRememberAnew(
  event: unknown,
  { earlier }: Pick<RoomView, "earlier">,
): RecentEvent | undefined {
  const read = readEvent(event);
  if (read === undefined) return undefined;
  const deleted = redactedBy(read);
  const changed = isMessage(read) ? relationsOf(read.content).replaces : deleted;
  const before = changed === undefined ? undefined : earlier(changed);
  if (before?.kind !== "message") return undefined;
  if (deleted !== undefined) return { ...before, text: "" };
  const content = read.content["m.new_content"];
  if (before.userId !== read.sender || !isObject(content)) return undefined;
  return { ...before, text: rememberedText(read, content, true) };
}

function isMessage({ type }: RoomEvent): boolean {
  return type === "m.room.message" || type === "m.sticker";
}

/**
 * The earlier event that this one refers to and that is not remembered, such as after a start: whoever
 * knows it tells the author of an answer, whose message an edit changes, and what was deleted.
 */
export function toLookUp(
  event: unknown,
  { ownUserId, earlier }: Pick<RoomView, "ownUserId" | "earlier">,
): string | undefined {
  const read = readEvent(event);
  if (read === undefined || read.sender === ownUserId) return undefined;
  const { replaces, answers } = relationsOf(read.content);
  const id = isMessage(read) ? (replaces ?? answers) : (redactedBy(read) ?? reactedTo(read));
  return id !== undefined && earlier(id) === undefined ? id : undefined;
}

function reactedTo({ type, content }: RoomEvent): string | undefined {
  return type === "m.reaction" ? reactionIn(content)?.messageId : undefined;
}

/** An event that was looked up, whatever it is. */
export function toLookedUp(event: unknown): RecentEvent | undefined {
  const read = readEvent(event);
  return read && (toRemember(event) ?? { kind: "other", id: read.id, userId: read.sender });
}
