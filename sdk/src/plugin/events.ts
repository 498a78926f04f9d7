/** What a plugin hears: core's events as plain objects told apart by `kind`. Pure. */
import type { Block, ChannelSource, Event, User as WireUser } from "@seabird-chat/protocol";

/** A person on a chat network. `id` is absolute; both are empty if the backend gave none. */
export interface User {
  readonly id: string;
  readonly displayName: string;
}

interface Base<Kind extends string> {
  readonly kind: Kind;
  /** Protocol: tags in use. */
  readonly tags: Readonly<Record<string, string>>;
  /** The event as it came. */
  readonly raw: Event;
}

interface MessageContent {
  /** Plain text, always there. */
  readonly text: string;
  /** The same with its formatting; core always sends it. */
  readonly rootBlock: Block | undefined;
}

interface InChannel {
  /** Absolute; empty if the backend gave no source. */
  readonly channelId: string;
  readonly user: User;
}

interface ToUs {
  readonly user: User;
}

interface BySender {
  /** The name of the token whose client asked for it. */
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
export interface PrivateMessageEvent extends Base<"privateMessage">, ToUs, MessageContent {}
export interface PrivateActionEvent extends Base<"privateAction">, ToUs, MessageContent {}
/** Some plugin, perhaps this one, asked core to send something. */
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
/** A kind that this edition of the protocol does not know; see `raw`. */
export interface UnknownEvent extends Base<"unknown"> {}

/** Something a plugin can answer with `reply`. */
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

const KINDS: Record<PluginEvent["kind"], true> = {
  message: true,
  mention: true,
  action: true,
  command: true,
  privateMessage: true,
  privateAction: true,
  sendMessage: true,
  sendPrivateMessage: true,
  performAction: true,
  performPrivateAction: true,
  unknown: true,
};

export function isEventKind(name: string): name is PluginEvent["kind"] {
  return Object.hasOwn(KINDS, name);
}

export function toPluginEvent(raw: Event): PluginEvent {
  const { inner } = raw;
  const base = { tags: raw.tags, raw };
  switch (inner.case) {
    case "message":
    case "mention":
    case "action":
      return {
        kind: inner.case,
        ...inChannel(inner.value.source),
        ...contentOf(inner.value),
        ...base,
      };
    case "command": {
      const { command, arg, source } = inner.value;
      return { kind: "command", ...inChannel(source), command, arg, ...base };
    }
    case "privateMessage":
    case "privateAction":
      return {
        kind: inner.case,
        user: user(inner.value.source),
        ...contentOf(inner.value),
        ...base,
      };
    case "sendMessage":
    case "performAction": {
      const { sender, channelId } = inner.value;
      return { kind: inner.case, sender, channelId, ...contentOf(inner.value), ...base };
    }
    case "sendPrivateMessage":
    case "performPrivateAction": {
      const { sender, userId } = inner.value;
      return { kind: inner.case, sender, userId, ...contentOf(inner.value), ...base };
    }
    default:
      return { kind: "unknown", ...base };
  }
}

function contentOf({
  text,
  rootBlock,
}: {
  text: string;
  rootBlock?: Block | undefined;
}): MessageContent {
  return { text, rootBlock };
}

function inChannel(source: ChannelSource | undefined): InChannel {
  return { channelId: source?.channelId ?? "", user: user(source?.user) };
}

function user(source: WireUser | undefined): User {
  return { id: source?.id ?? "", displayName: source?.displayName ?? "" };
}
