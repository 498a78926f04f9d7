/**
 * The events that a plugin receives: objects with a `kind`, one row for each. Pure. Ids are in their
 * normal form, also those that another plugin wrote in another one; `raw` has them as sent.
 */
import type { Block, Event } from "@seabird-chat/protocol";
import type { ReceivedEvent } from "../link/received-event.ts";
import { lazyProperty, setHidden } from "./lazy-property.ts";
import { originOf } from "./origins.ts";

/** A user of a chat network. `id` is absolute; both are empty if the backend sent none. */
export interface User {
  readonly id: string;
  readonly displayName: string;
}

interface Base<Kind extends string> {
  readonly kind: Kind;
  /** The event's tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** The event as received. */
  readonly raw: Event;
}

interface MessageContent {
  /** Plain text. */
  readonly text: string;
  /** The same with its formatting; core always sets it. */
  readonly rootBlock: Block | undefined;
}

interface InChannel {
  /** Absolute; empty if the backend sent no source. */
  readonly channelId: string;
  readonly user: User;
}

interface InPrivate {
  readonly user: User;
}

interface BySender {
  /** The name of the sender's token. */
  readonly sender: string;
}

export interface MessageEvent extends Base<"message">, InChannel, MessageContent {}
/** A message that addresses the bot by name; `text` is what follows the name. */
export interface MentionEvent extends Base<"mention">, InChannel, MessageContent {}
export interface ActionEvent extends Base<"action">, InChannel, MessageContent {}
export interface CommandEvent extends Base<"command">, InChannel {
  /** Without the prefix. */
  readonly command: string;
  /** Everything after the command's name, as typed. */
  readonly arg: string;
}
export interface PrivateMessageEvent extends Base<"privateMessage">, InPrivate, MessageContent {}
export interface PrivateActionEvent extends Base<"privateAction">, InPrivate, MessageContent {}
/** A plugin, perhaps this one, sent something. */
export interface SendMessageEvent extends Base<"sendMessage">, BySender, MessageContent {
  readonly channelId: string;
}
export interface PerformActionEvent extends Base<"performAction">, BySender, MessageContent {
  readonly channelId: string;
}
export interface SendPrivateMessageEvent
  extends Base<"sendPrivateMessage">,
    BySender,
    MessageContent {
  readonly userId: string;
}
export interface PerformPrivateActionEvent
  extends Base<"performPrivateAction">,
    BySender,
    MessageContent {
  readonly userId: string;
}
/** A kind that this version of the protocol does not know; see `raw`. */
export interface UnknownEvent extends Base<"unknown"> {}

/** An event that can be answered with `reply`. */
export type ReplyableEvent =
  | MessageEvent
  | MentionEvent
  | ActionEvent
  | CommandEvent
  | PrivateMessageEvent
  | PrivateActionEvent;

export type PluginEvent =
  | ReplyableEvent
  | SendMessageEvent
  | SendPrivateMessageEvent
  | PerformActionEvent
  | PerformPrivateActionEvent
  | UnknownEvent;

type Kind = Exclude<PluginEvent["kind"], "unknown">;

/** Fields of any kind of event, as they are filled in. */
interface Fields {
  channelId?: string;
  userId?: string;
  user?: User;
  sender?: string;
  command?: string;
  arg?: string;
  text?: string;
}

interface Row {
  /** Whether it has formatted text. */
  readonly hasContent: boolean;
  /** Whether a user of a chat network caused it, whom `reply` answers. */
  readonly isFromUser: boolean;
  fill(fields: Fields, received: ReceivedEvent): void;
}

const EVENTS: { readonly [K in Kind]: Row } = {
  message: { hasContent: true, isFromUser: true, fill: fromChannel },
  mention: { hasContent: true, isFromUser: true, fill: fromChannel },
  command: { hasContent: false, isFromUser: true, fill: fromCommand },
  action: { hasContent: true, isFromUser: true, fill: fromChannel },
  privateMessage: { hasContent: true, isFromUser: true, fill: fromUser },
  privateAction: { hasContent: true, isFromUser: true, fill: fromUser },
  sendMessage: { hasContent: true, isFromUser: false, fill: toChannel },
  performAction: { hasContent: true, isFromUser: false, fill: toChannel },
  sendPrivateMessage: { hasContent: true, isFromUser: false, fill: toPerson },
  performPrivateAction: { hasContent: true, isFromUser: false, fill: toPerson },
};
const UNKNOWN: Row = { hasContent: false, isFromUser: false, fill: () => {} };

/** All kinds but `unknown`. */
export const EVENT_KINDS = Object.keys(EVENTS) as readonly Kind[];

export function isEventKind(name: string): name is PluginEvent["kind"] {
  return name === "unknown" || Object.hasOwn(EVENTS, name);
}

const ROWS = new Map<string, Row>(Object.entries(EVENTS));

const RECEIVED = Symbol("received");
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** The fields of an event; what takes time to decode is decoded when it is read. */
export class EventFields {
  readonly kind: PluginEvent["kind"];
  declare readonly [RECEIVED]: ReceivedEvent;

  constructor(received: ReceivedEvent) {
    const row = ROWS.get(received.kind);
    const { hasContent, fill } = row ?? UNKNOWN;
    this.kind = row === undefined ? "unknown" : (received.kind as Kind);
    setHidden(this, RECEIVED, received);
    fill(this as Fields, received);
    if (hasContent) Object.defineProperty(this, "rootBlock", ROOT_BLOCK);
    Object.defineProperty(this, "tags", TAGS);
    Object.defineProperty(this, "raw", RAW);
  }

  /** What `console.log` shows: the values, not that they are made when they are read. */
  [INSPECT](): object {
    return { ...this };
  }

  /** What an event was made of. */
  static receivedOf(event: PluginEvent): ReceivedEvent {
    return (event as PluginEvent & EventFields)[RECEIVED];
  }
}

const ROOT_BLOCK = lazyProperty<EventFields>("rootBlock", function () {
  return this[RECEIVED].rootBlock;
});
const TAGS = lazyProperty<EventFields>("tags", function () {
  return this[RECEIVED].tags;
});
const RAW = lazyProperty<EventFields>("raw", function () {
  return this[RECEIVED].raw;
});

export function toPluginEvent(received: ReceivedEvent): PluginEvent {
  return new EventFields(received) as EventFields & PluginEvent;
}

/** Who said something, and where; `channelId` is empty in private. Undefined for what plugins send. */
export interface Speaker {
  readonly user: User;
  readonly channelId: string;
}

/** The speaker of an event that nothing else is read of. */
export function speakerOf(received: ReceivedEvent): Speaker | undefined {
  if (ROWS.get(received.kind)?.isFromUser !== true) return undefined;
  const { channelId } = received;
  return { user: user(received), channelId: channelId === "" ? "" : normal(channelId) };
}

export function isReplyable(event: PluginEvent): event is ReplyableEvent {
  return "user" in event;
}

/** The channel or user of an event; the events of one run in order. */
export function queueKeyOf(event: PluginEvent): string {
  if ("channelId" in event) return event.channelId;
  if ("userId" in event) return event.userId;
  return "user" in event ? event.user.id : "";
}

function fromChannel(fields: Fields, received: ReceivedEvent): void {
  fields.channelId = normal(received.channelId);
  fields.user = user(received);
  fields.text = received.text;
}

function fromCommand(fields: Fields, received: ReceivedEvent): void {
  fields.channelId = normal(received.channelId);
  fields.user = user(received);
  fields.command = received.command;
  fields.arg = received.arg;
}

function fromUser(fields: Fields, received: ReceivedEvent): void {
  fields.user = user(received);
  fields.text = received.text;
}

function toChannel(fields: Fields, received: ReceivedEvent): void {
  fields.sender = received.sender;
  fields.channelId = normal(received.channelId);
  fields.text = received.text;
}

function toPerson(fields: Fields, received: ReceivedEvent): void {
  fields.sender = received.sender;
  fields.userId = normal(received.userId);
  fields.text = received.text;
}

function user({ userId, displayName }: ReceivedEvent): User {
  return { id: normal(userId), displayName };
}

function normal(id: string): string {
  return originOf(id).channel.id;
}
