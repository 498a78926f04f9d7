/** The kinds of events, one row for each: how an event's fields follow from what was received. Pure. */
import { BackendChange, ChannelChange, type Event, MemberChange } from "@seabird-chat/protocol";
import type { ReceivedEvent } from "../link/received-event.ts";
import {
  normal,
  toChannel,
  toConversation,
  toKnownUser,
  toUser,
  type User,
} from "./event-values.ts";
import type { BackendEvent, ChannelEvent, MemberEvent, PluginEvent } from "./events.ts";
import { backendOf } from "./origins.ts";

/** All kinds but `unknown`. */
export type KnownKind = Exclude<PluginEvent["kind"], "unknown">;

/** What is decoded when it is read. */
export type LazyField =
  | "rootBlock"
  | "argBlock"
  | "message"
  | "options"
  | "sequence"
  | "tags"
  | "raw";

export interface EventRow {
  readonly lazy: readonly LazyField[];
  /** Whether a user of a chat network said something. */
  readonly isSpeech: boolean;
  /** Whether somebody caused it, in a conversation in which they can be answered. */
  readonly isPersonal: boolean;
  fill(fields: EventFieldValues, received: ReceivedEvent): void;
}

/** Fields of the original kinds, as they are filled in. */
export interface EventFieldValues {
  channelId?: string;
  userId?: string;
  user?: User;
  sender?: string;
  command?: string;
  arg?: string;
  text?: string;
}

const SPEECH = { isSpeech: true, isPersonal: true } as const;
const SPOKEN = { ...SPEECH, lazy: ["rootBlock", "message", "tags", "raw"] } as const;
const TYPED = { ...SPEECH, lazy: ["argBlock", "message", "tags", "raw"] } as const;
const OTHER = { isSpeech: false, isPersonal: false } as const;
const SENT = { ...OTHER, lazy: ["rootBlock", "options", "sequence", "tags", "raw"] } as const;
const PLAIN = { ...OTHER, lazy: ["tags", "raw"] } as const;
const DONE = { ...PLAIN, isPersonal: true } as const;

export const UNKNOWN_ROW: EventRow = { ...PLAIN, fill: () => {} };

/** The original kinds reach every plugin; the others those that ask for them. */
const ORIGINAL = {
  message: { ...SPOKEN, fill: fromChannel },
  mention: { ...SPOKEN, fill: fromChannel },
  command: { ...TYPED, fill: fromCommand },
  action: { ...SPOKEN, fill: fromChannel },
  privateMessage: { ...SPOKEN, fill: fromUser },
  privateAction: { ...SPOKEN, fill: fromUser },
  sendMessage: { ...SENT, fill: toTheChannel },
  performAction: { ...SENT, fill: toTheChannel },
  sendPrivateMessage: { ...SENT, fill: toPerson },
  performPrivateAction: { ...SENT, fill: toPerson },
} as const satisfies { readonly [K in KnownKind]?: EventRow };

export const EVENT_ROWS: { readonly [K in KnownKind]: EventRow } = {
  ...ORIGINAL,
  messageEdited: {
    ...{ ...SPOKEN, isSpeech: false },
    fill: filling("messageEdited", ({ conversation, author, text, sender }) => ({
      conversation: toConversation(conversation),
      user: toUser(author),
      text,
      sender,
    })),
  },
  messageDeleted: {
    ...PLAIN,
    fill: filling("messageDeleted", ({ conversation, messageIds, by, reason, sender }) => ({
      conversation: toConversation(conversation),
      messageIds,
      by: toKnownUser(by),
      reason,
      sender,
    })),
  },
  reaction: {
    ...DONE,
    fill: filling("reaction", ({ conversation, messageId, user, emoji, removed, sender }) => ({
      conversation: toConversation(conversation),
      messageId,
      user: toUser(user),
      emoji: { text: emoji?.text ?? "", id: emoji?.id ?? "", url: emoji?.url ?? "" },
      removed,
      sender,
    })),
  },
  typing: {
    ...PLAIN,
    fill: filling("typing", ({ conversation, user, isActive, expiresMs }) => ({
      conversation: toConversation(conversation),
      user: toUser(user),
      isActive,
      expiresMs: expiresMs === 0 ? TYPING_MS : expiresMs,
    })),
  },
  member: {
    ...DONE,
    fill: filling("member", ({ channelId, user, change, by, reason }) => ({
      channelId: normal(channelId),
      user: toUser(user),
      change: MEMBER_CHANGES.get(change) ?? "unknown",
      by: toKnownUser(by),
      reason,
    })),
  },
  userChanged: {
    ...PLAIN,
    fill: filling("userChanged", ({ before, user }) => ({
      before: toUser(before),
      user: toUser(user),
    })),
  },
  channel: {
    ...PLAIN,
    fill: filling("channel", ({ change, channel }) => ({
      change: CHANNEL_CHANGES.get(change) ?? "unknown",
      channel: toChannel(channel),
    })),
  },
  backend: {
    ...PLAIN,
    fill: filling("backend", ({ change, backend, reason }) => ({
      change: BACKEND_CHANGES.get(change) ?? "unknown",
      backend: backendOf(backend?.id ?? ""),
      reason,
    })),
  },
  sendResult: {
    ...PLAIN,
    fill: filling("sendResult", ({ sequence, conversation, result, error }) => ({
      sequence,
      conversation: toConversation(conversation),
      messageIds: result?.messageIds ?? [],
      degraded: result?.degraded ?? [],
      error,
    })),
  },
};

/** All kinds but `unknown`. */
export const EVENT_KINDS = Object.keys(EVENT_ROWS) as readonly KnownKind[];

/** Of `kinds`, those that core sends only to plugins that ask for them (docs/protocol.md). */
export function isOriginalKind(kind: string): boolean {
  return Object.hasOwn(ORIGINAL, kind);
}

export function isEventKind(name: string): name is PluginEvent["kind"] {
  return name === "unknown" || Object.hasOwn(EVENT_ROWS, name);
}

/** How long somebody types if the event does not say (docs/protocol.md). */
const TYPING_MS = 10_000;

const MEMBER_CHANGES = new Map<MemberChange, MemberEvent["change"]>([
  [MemberChange.JOINED, "joined"],
  [MemberChange.LEFT, "left"],
  [MemberChange.REMOVED, "removed"],
]);
const CHANNEL_CHANGES = new Map<ChannelChange, ChannelEvent["change"]>([
  [ChannelChange.JOINED, "joined"],
  [ChannelChange.LEFT, "left"],
  [ChannelChange.CHANGED, "changed"],
]);
const BACKEND_CHANGES = new Map<BackendChange, BackendEvent["change"]>([
  [BackendChange.CONNECTED, "connected"],
  [BackendChange.DISCONNECTED, "disconnected"],
  [BackendChange.NETWORK_LOST, "networkLost"],
  [BackendChange.NETWORK_BACK, "networkBack"],
]);

type Inner = Exclude<Event["inner"], { readonly case: undefined }>;
type BodyOf<K extends KnownKind> = Extract<Inner, { readonly case: K }>["value"];
type FilledOf<K extends KnownKind> = Omit<
  Extract<PluginEvent, { readonly kind: K }>,
  "kind" | LazyField
>;

function filling<K extends KnownKind>(
  kind: K,
  read: (body: BodyOf<K>) => FilledOf<K>,
): EventRow["fill"] {
  return (fields, { raw: { inner } }) => {
    if (inner.case === kind) Object.assign(fields, read(inner.value as BodyOf<K>));
  };
}

function fromChannel(fields: EventFieldValues, received: ReceivedEvent): void {
  fields.channelId = normal(received.channelId);
  fields.user = speaker(received);
  fields.text = received.text;
}

function fromCommand(fields: EventFieldValues, received: ReceivedEvent): void {
  fields.channelId = normal(received.channelId);
  fields.user = speaker(received);
  fields.command = received.command;
  fields.arg = received.arg;
}

function fromUser(fields: EventFieldValues, received: ReceivedEvent): void {
  fields.user = speaker(received);
  fields.text = received.text;
}

function toTheChannel(fields: EventFieldValues, received: ReceivedEvent): void {
  fields.sender = received.sender;
  fields.channelId = normal(received.channelId);
  fields.text = received.text;
}

function toPerson(fields: EventFieldValues, received: ReceivedEvent): void {
  fields.sender = received.sender;
  fields.userId = normal(received.userId);
  fields.text = received.text;
}

function speaker({ userId, displayName, details }: ReceivedEvent): User {
  const { avatarUrl, isBot, account } = details;
  return { id: normal(userId), displayName, avatarUrl, isBot, account };
}
