/**
 * The events that a plugin receives: objects with a `kind`. Ids are in their normal form, also those
 * that another plugin wrote in another one; `raw` has them as sent.
 */
import type { Block, Event } from "@seabird-chat/protocol";
import type { Conversation } from "../link/message-reference.ts";
import type {
  KnownChannel,
  ReceivedEmoji,
  ReceivedMessage,
  RepliedMessage,
  User,
} from "./event-values.ts";
import type { BackendRef } from "./origins.ts";

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
  /** What the sender asked for besides the content. */
  readonly options: SentOptions;
  /**
   * Rises within one run of core; `sendResult` names the send by it. Undefined from a core without
   * the messages extension.
   */
  readonly sequence: bigint | undefined;
}

/** What a send asked for besides its content. */
export interface SentOptions {
  readonly replyTo: RepliedMessage | undefined;
  readonly startThread: boolean;
  /** Another name and picture to send under. */
  readonly persona:
    | { readonly id: string; readonly displayName: string; readonly avatarUrl: string }
    | undefined;
}

interface HasMessage {
  /** Its id, its time, the message that it answers, and its files. */
  readonly message: ReceivedMessage;
}

interface InConversation {
  /** A channel, or the private conversation with a user. */
  readonly conversation: Conversation;
}

interface MaybeByPlugin {
  /**
   * The name of the token of the plugin that did it, empty if it was a person. A handler gets those
   * of plugins only with `includePlugins`.
   */
  readonly sender: string;
}

export interface MessageEvent extends Base<"message">, InChannel, MessageContent, HasMessage {}
/** A message that addresses the bot by name; `text` is what follows the name. */
export interface MentionEvent extends Base<"mention">, InChannel, MessageContent, HasMessage {}
export interface ActionEvent extends Base<"action">, InChannel, MessageContent, HasMessage {}
export interface CommandEvent extends Base<"command">, InChannel, HasMessage {
  /** Without the prefix. */
  readonly command: string;
  /** Everything after the command's name, as typed. */
  readonly arg: string;
  /** The same with its mentions and files; undefined if the backend sent none. */
  readonly argBlock: Block | undefined;
}
export interface PrivateMessageEvent
  extends Base<"privateMessage">,
    InPrivate,
    MessageContent,
    HasMessage {}
export interface PrivateActionEvent
  extends Base<"privateAction">,
    InPrivate,
    MessageContent,
    HasMessage {}
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

/** The whole new state of a message. */
export interface MessageEditedEvent
  extends Base<"messageEdited">,
    InConversation,
    MessageContent,
    HasMessage,
    MaybeByPlugin {
  /** Its author; empty fields stand for the bot's own account. */
  readonly user: User;
}
export interface MessageDeletedEvent extends Base<"messageDeleted">, InConversation, MaybeByPlugin {
  readonly messageIds: readonly string[];
  /** Undefined if the network does not say. */
  readonly by: User | undefined;
  readonly reason: string;
}
/** Somebody reacted to a message, or took that back. */
export interface ReactionEvent extends Base<"reaction">, InConversation, MaybeByPlugin {
  readonly messageId: string;
  /** Empty fields: the bot's own account, or of a removal without `sender`: everybody. */
  readonly user: User;
  /** Empty fields, of a removal only: all emoji. */
  readonly emoji: ReceivedEmoji;
  readonly removed: boolean;
}
/** Somebody is typing, or has stopped. */
export interface TypingEvent extends Base<"typing">, InConversation {
  readonly user: User;
  readonly isActive: boolean;
  /** Milliseconds for which it holds. */
  readonly expiresMs: number;
}
/** Somebody came into a channel, or went from it. */
export interface MemberEvent extends Base<"member">, InChannel {
  /** `removed`: by somebody else. `unknown`: a later version's; see `raw`. */
  readonly change: "joined" | "left" | "removed" | "unknown";
  /** Who did it; undefined if the network does not say. */
  readonly by: User | undefined;
  readonly reason: string;
}
/** Somebody's name, id, picture or account changed. */
export interface UserChangedEvent extends Base<"userChanged"> {
  readonly before: User;
  /** As they are now. */
  readonly user: User;
}
/** The bot is in a channel now, has left it, or the channel changed. */
export interface ChannelEvent extends Base<"channel"> {
  readonly change: "joined" | "left" | "changed" | "unknown";
  /** As it is now; of `left`, as it was last known. */
  readonly channel: KnownChannel;
}
/** A backend, or its network, came or went. `disconnected` stands for all of its channels. */
export interface BackendEvent extends Base<"backend"> {
  readonly change: "connected" | "disconnected" | "networkLost" | "networkBack" | "unknown";
  readonly backend: BackendRef;
  readonly reason: string;
}
/** What became of a send that `sendMessage` and its like announced. */
export interface SendResultEvent extends Base<"sendResult">, InConversation {
  /** That of the announced event. */
  readonly sequence: bigint;
  /** The ids of the messages that it became, in order. */
  readonly messageIds: readonly string[];
  /** The features that the message lost, such as `reply`. */
  readonly degraded: readonly string[];
  /** The code of the failure, such as `FAILED_PRECONDITION`; empty if it was sent. */
  readonly error: string;
}

/** A kind that this version of the protocol does not know; see `raw`. */
export interface UnknownEvent extends Base<"unknown"> {}

/** An event by which somebody says something; `reply` answers it. */
export type ReplyableEvent =
  | MessageEvent
  | MentionEvent
  | ActionEvent
  | CommandEvent
  | PrivateMessageEvent
  | PrivateActionEvent;

/** An event about what somebody did in a conversation; `reply` answers there. */
export type ActivityEvent = MessageEditedEvent | ReactionEvent | MemberEvent;

export type PluginEvent =
  | ReplyableEvent
  | ActivityEvent
  | MessageDeletedEvent
  | TypingEvent
  | UserChangedEvent
  | ChannelEvent
  | BackendEvent
  | SendResultEvent
  | SendMessageEvent
  | SendPrivateMessageEvent
  | PerformActionEvent
  | PerformPrivateActionEvent
  | UnknownEvent;
