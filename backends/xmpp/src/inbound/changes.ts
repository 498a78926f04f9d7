/** What a stanza does to earlier messages: retractions, moderation, reactions. Pure. */
import type {
  BackendUser,
  IncomingReaction,
  MessageReference,
  Target,
} from "@seabird-chat/sdk/backend";
import { NS, type Stanza } from "../stanza.ts";
import type { RoomView } from "../state/rooms.ts";
import { type Inbound, type InboundView, NOTHING } from "./network-event.ts";
import { isAuthor, type Origin, toUser } from "./origin.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  opaque,
  parseAddress,
  printable,
  textOf,
} from "./read-stanza.ts";

/** XEP-0424, also as its first version wraps it (XEP-0422). */
function retraction(stanza: Stanza): Stanza | undefined {
  const fastened = childOf(stanza, "apply-to", NS.fasten);
  return (
    childOf(stanza, "retract", NS.retract) ??
    (childOf(fastened, "retract", NS.retract0) === undefined ? undefined : fastened)
  );
}

/** Undefined: it is no retraction. One of somebody else's message, or of an unknown one, does nothing. */
export function readRetraction(
  stanza: Stanza,
  origin: Origin,
  view: InboundView,
): Inbound | undefined {
  const element = retraction(stanza);
  if (element === undefined) return undefined;
  const { conversation, user, isOwn } = origin;
  const message = earlierBy(attributeOf(element, "id"), conversation, view);
  if (isOwn || message === undefined || !isAuthor(origin, message)) return NOTHING;
  return { events: [{ kind: "deleted", deletion: { conversation, ids: [message.id], by: user } }] };
}

/** XEP-0425, both versions: the room itself says that a moderator has deleted a message. */
export function readModeration(stanza: Stanza, room: RoomView, view: InboundView): Inbound {
  const fastened = childOf(stanza, "apply-to", NS.fasten);
  const retract = childOf(stanza, "retract", NS.retract);
  const [element, moderated] =
    retract === undefined
      ? [fastened, childOf(fastened, "moderated", NS.moderate0)]
      : [retract, childOf(retract, "moderated", NS.moderate)];
  const id = opaque(attributeOf(element, "id"));
  if (moderated === undefined || id === undefined) return NOTHING;
  const conversation: Target = { kind: "channel", id: room.address };
  const by = moderatorOf(moderated, room);
  // The bot's own: core knows, and publishes it itself.
  if (by?.id === toUser(room, room).id) return NOTHING;
  const reason = printable(reasonIn(moderated, NS.moderate0) || reasonIn(element, NS.retract));
  const ids = [view.earlier(conversation, id)?.id ?? id];
  return { events: [{ kind: "deleted", deletion: { conversation, ids, by, reason } }] };
}

function reasonIn(element: Stanza | undefined, ns: string): string {
  return textOf(childOf(element, "reason", ns));
}

function moderatorOf(moderated: Stanza, room: RoomView): BackendUser | undefined {
  const by = parseAddress(attributeOf(moderated, "by"));
  if (by?.bare === room.address && by.resource !== "") {
    return toUser(room, room.occupant(by.resource) ?? { nick: by.resource });
  }
  const occupantId = attributeOf(childOf(moderated, "occupant-id", NS.occupantId), "id");
  const occupant =
    occupantId === "" ? undefined : room.occupants().find((each) => each.occupantId === occupantId);
  return occupant && toUser(room, occupant);
}

/** Reactions of one person to one message that are looked at; further ones are ignored. */
const MAX_REACTIONS = 100;

/** XEP-0444: the whole set each time, of which core gets what changed. Undefined: no reactions. */
export function readReactions(
  stanza: Stanza,
  { conversation, user, occupantId, isOwn }: Origin,
  view: InboundView,
): Inbound | undefined {
  const element = childOf(stanza, "reactions", NS.reactions);
  if (element === undefined) return undefined;
  const name = opaque(attributeOf(element, "id"));
  if (isOwn || name === undefined) return NOTHING;
  const messageId = view.earlier(conversation, name)?.id ?? name;
  const texts = childrenOf(element, "reaction", NS.reactions).map((each) => opaque(textOf(each)));
  const now = new Set(texts.filter((each) => each !== undefined).slice(0, MAX_REACTIONS));
  const whose = { conversation, messageId, by: occupantId ?? user.id };
  const before = new Set(view.reactions(whose));
  const reaction = (emoji: string, removed: boolean): IncomingReaction => ({
    ...{ conversation, messageId, user, emoji },
    removed,
  });
  const changes = [
    ...[...before.difference(now)].map((emoji) => reaction(emoji, true)),
    ...[...now.difference(before)].map((emoji) => reaction(emoji, false)),
  ];
  return {
    events: changes.map((each) => ({ kind: "reaction", reaction: each })),
    reactions: { ...whose, emojis: [...now] },
  };
}

/** XEP-0461. Undefined: it answers nothing. */
export function readReply(
  stanza: Stanza,
  { conversation, room }: Origin,
  view: InboundView,
): MessageReference | undefined {
  const element = childOf(stanza, "reply", NS.reply);
  const id = opaque(attributeOf(element, "id"));
  if (id === undefined) return undefined;
  const message = view.earlier(conversation, id);
  if (message !== undefined) {
    const author = room === undefined ? message.userId : authorIn(room, message.userId);
    return { messageId: message.id, author, text: message.text };
  }
  const to = parseAddress(attributeOf(element, "to"));
  if (to === undefined) return { messageId: id };
  if (room === undefined) return { messageId: id, author: to.bare };
  const isInRoom = to.bare === room.address && to.resource !== "";
  return isInRoom
    ? { messageId: id, author: toUser(room, { nick: to.resource }) }
    : { messageId: id };
}

function authorIn(room: RoomView, userId: string): BackendUser {
  const nick = userId.slice(room.address.length + 1);
  return toUser(room, room.occupant(nick) ?? { nick });
}

/** The message that somebody means by an id. */
export function earlierBy(id: string, conversation: Target, view: InboundView) {
  const clean = opaque(id);
  return clean === undefined ? undefined : view.earlier(conversation, clean);
}
