/**
 * The events that a plugin receives: plain objects with a `kind`, one row for each. Pure. Ids are in
 * their normal form, also those that another plugin wrote in another one; `raw` has them as sent.
 */
import type { Block, ChannelSource, Event, User as WireUser } from "@seabird-chat/protocol";
import { normalId } from "../link/normal-id.ts";

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
type ValueOf<K extends Kind> = Extract<Event["inner"], { case: K }>["value"];
type FieldsOf<K extends Kind> = Omit<Extract<PluginEvent, { kind: K }>, keyof Base<K>>;

const EVENTS: { readonly [K in Kind]: (value: ValueOf<K>) => FieldsOf<K> } = {
  message: fromChannel,
  mention: fromChannel,
  command: ({ source, command, arg }) => ({ ...inChannel(source), command, arg }),
  action: fromChannel,
  privateMessage: fromUser,
  privateAction: fromUser,
  sendMessage: toChannel,
  performAction: toChannel,
  sendPrivateMessage: toPerson,
  performPrivateAction: toPerson,
};

/** All kinds but `unknown`. */
export const EVENT_KINDS = Object.keys(EVENTS) as readonly Kind[];

export function isEventKind(name: string): name is PluginEvent["kind"] {
  return name === "unknown" || Object.hasOwn(EVENTS, name);
}

export function toPluginEvent(raw: Event): PluginEvent {
  const { inner, tags } = raw;
  const kind: string = inner.case ?? "unknown";
  if (!Object.hasOwn(EVENTS, kind)) return { kind: "unknown", tags, raw };
  const toFields = EVENTS[kind as Kind] as (value: unknown) => object;
  return { kind, ...toFields(inner.value), tags, raw } as PluginEvent;
}

type WireContent = { readonly text: string; readonly rootBlock?: Block | undefined };

function fromChannel(value: WireContent & { readonly source?: ChannelSource | undefined }) {
  return { ...inChannel(value.source), ...content(value) };
}

function fromUser(value: WireContent & { readonly source?: WireUser | undefined }) {
  return { user: user(value.source), ...content(value) };
}

function toChannel(value: WireContent & { readonly sender: string; readonly channelId: string }) {
  const { sender, channelId } = value;
  return { sender, channelId: normalId(channelId), ...content(value) };
}

function toPerson(value: WireContent & { readonly sender: string; readonly userId: string }) {
  const { sender, userId } = value;
  return { sender, userId: normalId(userId), ...content(value) };
}

function content({ text, rootBlock }: WireContent): MessageContent {
  return { text, rootBlock };
}

function inChannel(source: ChannelSource | undefined): InChannel {
  return { channelId: normalId(source?.channelId ?? ""), user: user(source?.user) };
}

function user(source: WireUser | undefined): User {
  return { id: normalId(source?.id ?? ""), displayName: source?.displayName ?? "" };
}
