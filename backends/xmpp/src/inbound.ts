/** Stanzas of the network as events for core. Pure. */
import type { IncomingInfo, IncomingMessage } from "@seabird-chat/sdk/backend";
import {
  earlierBy,
  readModeration,
  readReactions,
  readReply,
  readRetraction,
} from "./inbound/changes.ts";
import { type MessageContent, readContent } from "./inbound/content.ts";
import {
  type Inbound,
  type InboundView,
  NOTHING,
  type StanzaEvent,
} from "./inbound/network-event.ts";
import { idsOf, isAuthor, type Origin, originOf, toRemember } from "./inbound/origin.ts";
import {
  attributeOf,
  childOf,
  ownChildOf,
  parseAddress,
  printable,
  textOf,
  timeOf,
} from "./inbound/read-stanza.ts";
import { readPresence } from "./inbound/room-presence.ts";
import { NS, type Stanza } from "./stanza.ts";
import type { RecentMessage } from "./state/recent-messages.ts";
import type { RoomView } from "./state/rooms.ts";

export type { Inbound, InboundView, StanzaEvent } from "./inbound/network-event.ts";

/**
 * What a `message` or `presence` means. The bot's own (reflections, its presence in a room) makes no
 * events, but is remembered. Never throws.
 *
 * Joins and departures of the bot itself are the room's state (`state/rooms.ts`), not this one's.
 */
export function toNetworkEvents(stanza: Stanza, view: InboundView): Inbound {
  const name = stanza.getName();
  if (name === "presence") return readPresence(stanza, view);
  return name === "message" ? readMessage(stanza, view) : NOTHING;
}

/** Of no conversation: an error answers what the bot sent, a headline comes from a service. */
const NO_CONVERSATION: readonly string[] = ["error", "headline"];

function readMessage(stanza: Stanza, view: InboundView): Inbound {
  if (NO_CONVERSATION.includes(attributeOf(stanza, "type"))) return NOTHING;
  const origin = originOf(stanza, view);
  const room = origin?.room ?? roomItself(stanza, view);
  if (room !== undefined) {
    const topic = topicIn(stanza);
    if (topic !== undefined) return changed(room, topic);
    // What was said before the bot came is no news.
    if (isHistory(stanza, room)) return NOTHING;
  }
  if (origin === undefined) return room ? readModeration(stanza, room, view) : NOTHING;
  return (
    readRetraction(stanza, origin, view) ??
    readReactions(stanza, origin, view) ??
    readEncrypted(stanza, origin) ??
    readText(stanza, origin, view) ??
    readTyping(stanza, origin) ??
    NOTHING
  );
}

function roomItself(stanza: Stanza, view: InboundView): RoomView | undefined {
  if (attributeOf(stanza, "type") !== "groupchat") return undefined;
  const from = parseAddress(attributeOf(stanza, "from"));
  return from?.resource === "" ? view.room(from.bare) : undefined;
}

/** XEP-0045, 8.1: a subject, and no body, since older clients give their messages one too. */
function topicIn(stanza: Stanza): string | undefined {
  const subject = ownChildOf(stanza, "subject");
  if (subject === undefined || ownChildOf(stanza, "body") !== undefined) return undefined;
  return ownChildOf(stanza, "thread") === undefined ? textOf(subject) : undefined;
}

/** Characters of a topic that are kept. */
const MAX_TOPIC = 4_000;

function changed({ address }: RoomView, topic: string): Inbound {
  const channel = { id: address, topic: printable(topic, MAX_TOPIC) };
  return { events: [{ kind: "changed", channel }] };
}

/** The room has held it back (XEP-0203), unlike a server that repeats what a lost session missed. */
function isHistory(stanza: Stanza, room: RoomView): boolean {
  const delay = childOf(stanza, "delay", NS.delay);
  if (delay === undefined) return false;
  const by = parseAddress(attributeOf(delay, "from"));
  return by?.bare === room.address || attributeOf(delay, "from") === "" || !room.isJoined;
}

/** Elements that hold what a bot has no keys for, or announce it (XEP-0380). */
const ENCRYPTED = [
  ["encrypted", "eu.siacs.conversations.axolotl"],
  ["encrypted", "urn:xmpp:omemo:2"],
  ["encryption", "urn:xmpp:eme:0"],
  ["openpgp", "urn:xmpp:openpgp:0"],
  ["x", "jabber:x:encrypted"],
] as const;

function readEncrypted(stanza: Stanza, { user, isOwn }: Origin): Inbound | undefined {
  const isEncrypted = ENCRYPTED.some(([name, ns]) => childOf(stanza, name, ns) !== undefined);
  if (!isEncrypted) return undefined;
  return isOwn ? NOTHING : { events: [], encryptedFrom: user.id };
}

/** Undefined: it says nothing. */
function readText(stanza: Stanza, origin: Origin, view: InboundView): Inbound | undefined {
  const content = readContent(stanza, origin, view);
  if (content === undefined) return undefined;
  return (
    readCorrection(stanza, origin, { content, view }) ??
    newMessage(stanza, origin, { content, view })
  );
}

interface ReadMessage {
  readonly content: MessageContent;
  readonly view: InboundView;
}

function newMessage(stanza: Stanza, origin: Origin, { content, view }: ReadMessage): Inbound {
  const { text, block, plain, isAction } = content;
  const { conversation, user, isOwn } = origin;
  const ids = idsOf(stanza, origin, view);
  const remember = toRemember(origin, ids, plain);
  if (isOwn) return { events: [], remember };
  const info = infoOf(stanza, origin, { id: ids.id, view });
  const message: IncomingMessage = { user, text, block, ...info };
  return { events: [toEvent(message, { conversation, isAction, view })], remember };
}

/** Milliseconds after which a command that was held back is a message: nobody waits for its answer. */
const COMMAND_LASTS_MS = 30_000;

function toEvent(
  message: IncomingMessage,
  {
    conversation,
    isAction,
    view,
  }: Pick<Origin, "conversation"> & { isAction: boolean; view: InboundView },
): StanzaEvent {
  if (conversation.kind === "user") {
    return { kind: isAction ? "privateAction" : "privateMessage", message };
  }
  const inChannel = { ...message, channel: conversation.id };
  if (isAction) return { kind: "action", message: inChannel };
  const isLate =
    message.sentAt !== undefined && view.nowMs - Number(message.sentAt) > COMMAND_LASTS_MS;
  return { kind: isLate ? "lateMessage" : "message", message: inChannel };
}

/**
 * XEP-0308: only of a message by the same person. Any other is a message of its own, as it is for
 * clients that know of no corrections.
 */
function readCorrection(
  stanza: Stanza,
  origin: Origin,
  { content, view }: ReadMessage,
): Inbound | undefined {
  const replaced = attributeOf(childOf(stanza, "replace", NS.correct), "id");
  const { conversation, user, isOwn } = origin;
  const original = earlierBy(replaced, conversation, view);
  if (original === undefined || !isAuthor(origin, original)) return undefined;
  const { text, block, plain } = content;
  const remember = corrected(original, stanza, { origin, plain, view });
  if (isOwn) return { events: [], remember };
  const info = infoOf(stanza, origin, { id: original.id, view });
  const edit = { conversation, user, text, block, ...info, id: original.id };
  return { events: [{ kind: "edited", edit }], remember };
}

/** Later stanzas may name the message by the correction, too. */
function corrected(
  original: RecentMessage,
  stanza: Stanza,
  {
    origin,
    plain,
    view,
  }: { readonly origin: Origin; readonly plain: string; readonly view: InboundView },
): readonly RecentMessage[] {
  const { id, originId } = idsOf(stanza, origin, view);
  const message = { ...original, text: plain };
  const others = [id, originId].filter((each) => each !== undefined);
  return [...others.map((each) => ({ ...message, originId: each })), message];
}

function infoOf(
  stanza: Stanza,
  origin: Origin,
  { id, view }: { readonly id: string | undefined; readonly view: InboundView },
): IncomingInfo {
  const sentAt = timeOf(attributeOf(childOf(stanza, "delay", NS.delay), "stamp"));
  const replyTo = readReply(stanza, origin, view);
  return {
    ...(id !== undefined && { id }),
    ...(sentAt !== undefined && { sentAt }),
    ...(replyTo !== undefined && { replyTo }),
  };
}

/** XEP-0085; whoever types says when they have stopped, and clients assume it after this long. */
const TYPING_EXPIRES_MS = 30_000;
const STOPPED = ["active", "paused", "inactive", "gone"] as const;

function readTyping(stanza: Stanza, { conversation, user, isOwn }: Origin): Inbound | undefined {
  const has = (state: string) => childOf(stanza, state, NS.chatStates) !== undefined;
  const isActive = has("composing");
  if (isOwn || (!isActive && !STOPPED.some(has))) return undefined;
  const expires = isActive ? { expiresMs: TYPING_EXPIRES_MS } : {};
  return { events: [{ kind: "typing", typing: { conversation, user, isActive, ...expires } }] };
}
