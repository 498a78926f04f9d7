/** Where a stanza comes from: who sent it, and the conversation that it belongs to. Pure. */
import type { BackendUser, Target } from "@seabird-chat/sdk/backend";
import { NS, type Stanza } from "../stanza.ts";
import type { RecentMessage } from "../state/recent-messages.ts";
import type { Occupant, RoomView } from "../state/rooms.ts";
import type { InboundView } from "./network-event.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  opaque,
  parseAddress,
  printable,
} from "./read-stanza.ts";

export interface Origin {
  readonly conversation: Target;
  readonly user: BackendUser;
  /** XEP-0421; only of a room that says that it gives them: elsewhere anybody can write one. */
  readonly occupantId?: string | undefined;
  /** The bot's own, which a room sends back. */
  readonly isOwn: boolean;
  /** The room of a message to everybody in it. */
  readonly room?: RoomView | undefined;
}

/** Undefined: from a room itself, from a room the bot is not in, or from no address at all. */
export function originOf(stanza: Stanza, view: InboundView): Origin | undefined {
  const from = parseAddress(attributeOf(stanza, "from"));
  if (from === undefined) return undefined;
  const { bare, resource } = from;
  const room = view.room(bare);
  const isGroupChat = attributeOf(stanza, "type") === "groupchat";
  if (room === undefined) {
    // A private message of somebody in a room that the bot has left.
    if (isGroupChat || childOf(stanza, "x", NS.mucUser) !== undefined) return undefined;
    const isOwn = bare === view.self.toLowerCase();
    return { conversation: { kind: "user", id: bare }, user: directUser(bare), isOwn };
  }
  if (resource === "") return undefined;
  const occupantId = occupantIdOf(stanza, room);
  const user = toUser(room, room.occupant(resource) ?? { nick: resource });
  const isOwn =
    resource === room.nick || (occupantId !== undefined && occupantId === room.occupantId);
  const conversation: Target = isGroupChat
    ? { kind: "channel", id: room.address }
    : { kind: "user", id: user.id };
  return { conversation, user, occupantId, isOwn, ...(isGroupChat && { room }) };
}

function directUser(bare: string): BackendUser {
  return { id: bare, displayName: printable(bare.split("@")[0] ?? bare), account: bare };
}

function occupantIdOf(stanza: Stanza, { features }: RoomView): string | undefined {
  if (!features.has(NS.occupantId)) return undefined;
  return opaque(attributeOf(childOf(stanza, "occupant-id", NS.occupantId), "id"));
}

/** Somebody in a room: a private message goes to the same address. */
export function toUser(
  { address }: Pick<RoomView, "address">,
  { nick, account }: Pick<Occupant, "nick" | "account">,
): BackendUser {
  const user = { id: `${address}/${nick}`, displayName: printable(nick) || nick };
  return account === undefined ? user : { ...user, account: account.toLowerCase() };
}

/** The names of a message. */
export interface MessageIds {
  /** Which core gets. Undefined: it has none. */
  readonly id?: string | undefined;
  /** By which corrections name it (XEP-0308). */
  readonly originId?: string | undefined;
  /** By which others may refer to it, besides. */
  readonly aliases: readonly string[];
}

/**
 * In a room its own id of the message (XEP-0359), by which replies and reactions name it, if the room
 * says that it gives them: else anybody could write one. Elsewhere the sender's, unless it is that of
 * somebody else's message, whose author the sender would become.
 */
export function idsOf(stanza: Stanza, origin: Origin, view: InboundView): MessageIds {
  const { room, conversation } = origin;
  const isFree = (id: string) => {
    const known = view.earlier(conversation, id);
    return known === undefined || isAuthor(origin, known);
  };
  const names = [stanza, childOf(stanza, "origin-id", NS.ids)];
  const [own, other] = names
    .map((each) => opaque(attributeOf(each, "id")))
    .map((id) => (id !== undefined && isFree(id) ? id : undefined));
  const id = (room && stanzaIdOf(stanza, room)) ?? own ?? other;
  const originId = own ?? other;
  return { id, originId, aliases: other === undefined || other === originId ? [] : [other] };
}

/** The room's own id of a message that it sent; undefined: the room does not say that it gives any. */
export function stanzaIdOf(stanza: Stanza, { address, features }: RoomView): string | undefined {
  if (!features.has(NS.ids)) return undefined;
  const ids = childrenOf(stanza, "stanza-id", NS.ids);
  const byRoom = ids.find((each) => attributeOf(each, "by").toLowerCase() === address);
  return opaque(attributeOf(byRoom, "id"));
}

/** Entries for a message, one for each of its names; the last is the message as it is found by its id. */
export function toRemember(
  { conversation, user, occupantId, isOwn }: Origin,
  { id, originId, aliases }: MessageIds,
  text: string,
): readonly RecentMessage[] {
  if (id === undefined) return [];
  const message = { conversation, id, originId, userId: user.id, occupantId, isOwn, text };
  return [...aliases.map((alias) => ({ ...message, originId: alias })), message];
}

/**
 * Whether a message is by who sent this (XEP-0308, 0424): the same occupant, whatever the nick is now,
 * where a room has occupant ids; else the same address, as long as its owner has stayed.
 */
export function isAuthor({ user, occupantId }: Origin, message: RecentMessage): boolean {
  if (occupantId !== undefined && message.occupantId !== undefined) {
    return occupantId === message.occupantId;
  }
  return user.id === message.userId && message.isAuthorGone !== true;
}
