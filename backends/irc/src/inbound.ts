/** Events of the network as events for core. Pure. */
import type {
  BackendChannel,
  BackendUser,
  IncomingInfo,
  IncomingMessage,
  MessageReference,
  NetworkEvent,
  Target,
} from "@seabird-chat/sdk/backend";
import { runsToBlock } from "./format.ts";
import { parseRuns, plainRuns, type Run } from "./formatting/runs.ts";
import { byteLength } from "./message/line.ts";
import type { Addressed, IrcEvent, Origin, Person } from "./state/irc-event.ts";
import type { RecentMessage } from "./state/recent-messages.ts";

/** Names on the network and their ids. */
export interface NetworkNames {
  isChannel(target: string): boolean;
  isMe(nick: string): boolean;
  /** The bot's nick. */
  readonly self: string;
  /** The id of a channel, in whatever case it is spelled. */
  channelId(name: string): string;
  /** The id of the user with a nick, in whatever case it is spelled. */
  userId(nick: string): string;
  /** A message that was remembered. */
  earlier(conversation: Target, id: string): RecentMessage | undefined;
}

/** undefined: core does not need it. */
export function toNetworkEvent(event: IrcEvent, names: NetworkNames): NetworkEvent | undefined {
  const toEvent = ROWS[event.kind] as Row | undefined;
  return toEvent?.(event, names);
}

type Row<Kind extends IrcEvent["kind"] = IrcEvent["kind"]> = (
  event: Extract<IrcEvent, { kind: Kind }>,
  names: NetworkNames,
) => NetworkEvent | undefined;

const ROWS: { readonly [Kind in IrcEvent["kind"]]?: Row<Kind> } = {
  message: toMessage,
  action: toMessage,
  reaction: toReaction,
  typing: toTyping,
  redacted: toDeletion,
  member: toMember,
  person: ({ before, person }, names) => ({
    kind: "userChanged",
    change: { before: toUser(before, names), user: toUser(person, names) },
  }),
  joined: (event, names) => ({ kind: "joined", channel: toChannel(event, names) }),
  topic: (event, names) => ({ kind: "changed", channel: toChannel(event, names) }),
  left: ({ channel }, names) => ({ kind: "left", channelId: names.channelId(channel) }),
};

/** A message with an id, as somebody may answer it later; undefined for all else. */
export function toRemember(event: IrcEvent, names: NetworkNames) {
  if (event.kind === "echo") {
    const { target, msgid, text } = event;
    const conversation = conversationWith(target, target, names);
    const said = text.startsWith(ACTION) ? text.slice(ACTION.length) : text;
    const id = opaque(msgid);
    return conversation && id && { conversation, id, nick: names.self, text: plain(said) };
  }
  if (event.kind !== "message" && event.kind !== "action") return undefined;
  const conversation = conversationOf(event, names);
  const id = opaque(event.origin.msgid);
  return conversation && id && { conversation, id, nick: event.nick, text: plain(event.text) };
}

const ACTION = "\x01ACTION ";

function toChannel(
  { channel: displayName, topic }: { readonly channel: string; readonly topic: string },
  names: NetworkNames,
): BackendChannel {
  return { id: names.channelId(displayName), displayName, topic: plain(topic) };
}

type MessageEvent = Extract<IrcEvent, { kind: "message" | "action" }>;

function toMessage(event: MessageEvent, names: NetworkNames): NetworkEvent | undefined {
  const { kind, origin } = event;
  const runs = parseRuns(event.text);
  const where = conversationOf(event, names);
  if (plainRuns(runs) === "" || where === undefined) return undefined;
  const user = senderOf(event, names);
  const message = { user, tags: tagsOf(origin), ...toInfo(origin, where, names), ...content(runs) };
  if (where.kind === "user") {
    return { kind: kind === "message" ? "privateMessage" : "privateAction", message };
  }
  return { kind, message: { ...message, channel: where.id } };
}

function content(runs: readonly Run[]): Pick<IncomingMessage, "text" | "block"> {
  const block = runsToBlock(runs);
  return block === undefined ? { text: plainRuns(runs) } : { block };
}

/** Without formatting, as in topics, which have no blocks. */
function plain(text: string): string {
  return plainRuns(parseRuns(text));
}

type Of<Kind extends IrcEvent["kind"]> = Extract<IrcEvent, { kind: Kind }>;

function toReaction(event: Of<"reaction">, names: NetworkNames): NetworkEvent | undefined {
  const conversation = conversationOf(event, names);
  const [messageId, emoji] = [opaque(event.messageId), opaque(event.emoji)];
  if (conversation === undefined || messageId === undefined || emoji === undefined) {
    return undefined;
  }
  const { removed } = event;
  const reaction = { conversation, messageId, user: senderOf(event, names), emoji, removed };
  return { kind: "reaction", reaction };
}

/** Milliseconds after which somebody types no more unless they say so again (IRCv3). */
const TYPING_EXPIRES_MS = 6_000;

function toTyping(event: Of<"typing">, names: NetworkNames): NetworkEvent | undefined {
  const conversation = conversationOf(event, names);
  if (conversation === undefined) return undefined;
  const { isActive } = event;
  const user = senderOf(event, names);
  const expires = isActive ? { expiresMs: TYPING_EXPIRES_MS } : {};
  return { kind: "typing", typing: { conversation, user, isActive, ...expires } };
}

function toDeletion(event: Of<"redacted">, names: NetworkNames): NetworkEvent | undefined {
  const conversation = conversationOf(event, names);
  const id = opaque(event.messageId);
  if (conversation === undefined || id === undefined) return undefined;
  const { reason } = event;
  return {
    kind: "deleted",
    deletion: { conversation, ids: [id], by: senderOf(event, names), reason },
  };
}

const MEMBER_KINDS = {
  joined: "memberJoined",
  left: "memberLeft",
  removed: "memberRemoved",
} as const;

function toMember(event: Of<"member">, names: NetworkNames): NetworkEvent {
  const { change, by, reason } = event;
  const channel = names.channelId(event.channel);
  const member = {
    ...{ channel, user: toUser(event.person, names), reason },
    ...(by && { by: toUser(by, names) }),
  };
  return { kind: MEMBER_KINDS[change], member };
}

/** Who is who in core. */
export function toUser(
  { nick, account, isBot }: Person,
  { userId }: Pick<NetworkNames, "userId">,
): BackendUser {
  return {
    ...{ id: userId(nick), displayName: printable(nick) },
    ...(account !== undefined && account.length <= MAX_VALUE && { account: printable(account) }),
    ...(isBot === true && { isBot }),
  };
}

function senderOf({ nick, origin }: Addressed, names: NetworkNames): BackendUser {
  return toUser({ nick, account: origin.account || undefined, isBot: origin.isBot }, names);
}

/** Where it was said: a channel, or in private with the sender. */
function conversationOf({ target, nick }: Addressed, names: NetworkNames): Target | undefined {
  if (names.isMe(target)) return { kind: "user", id: names.userId(nick) };
  return names.isChannel(target) ? conversationWith(target, nick, names) : undefined;
}

function conversationWith(target: string, nick: string, names: NetworkNames): Target {
  return names.isChannel(target)
    ? { kind: "channel", id: names.channelId(target) }
    : { kind: "user", id: names.userId(nick) };
}

/** The format of server-time (IRCv3), from the year 1 on (protobuf); anything else is left out. */
const ISO_TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

function toInfo(
  { msgid, time = "", replyTo: answered }: Origin,
  conversation: Target,
  names: NetworkNames,
): IncomingInfo {
  const id = opaque(msgid);
  const sentAt = ISO_TIME.test(time) ? new Date(time) : undefined;
  const replyTo = opaque(answered);
  return {
    ...(id !== undefined && { id }),
    // A day such as the 31st of June has the form too.
    ...(sentAt !== undefined && !Number.isNaN(sentAt.getTime()) && { sentAt }),
    ...(replyTo !== undefined && { replyTo: toReference(replyTo, conversation, names) }),
  };
}

function toReference(messageId: string, where: Target, names: NetworkNames): MessageReference {
  const known = names.earlier(where, messageId);
  if (known === undefined) return { messageId };
  return { messageId, author: toUser({ nick: known.nick }, names), text: known.text };
}

/** Bytes of an id or an emoji (protocol). One that is too long, or not text, is left out. */
const MAX_OPAQUE_BYTES = 512;

export function opaque(value: string | undefined): string | undefined {
  if (value === undefined || value === "" || byteLength(value) > MAX_OPAQUE_BYTES) return undefined;
  return /\p{Cc}/u.test(value) || !value.isWellFormed() ? undefined : value;
}

/** Characters of a tag's value; a longer one is left out. */
const MAX_VALUE = 512;

function tagsOf({ account, mask }: Origin): Record<string, string> {
  const rows = [
    ["irc/account", account],
    ["irc/mask", mask],
  ] as const;
  const known = rows.filter(([, value]) => {
    return value !== undefined && value !== "" && value.length <= MAX_VALUE;
  });
  return Object.fromEntries(known.map(([name, value]) => [name, printable(value ?? "")]));
}

/** A server may put control characters into a name; whoever shows it need not filter them. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, "\ufffd");
}
