/** What a handler receives: the event, its channel and backend, ways to answer, and the plugin's own tools. */
import type { Block } from "@seabird-chat/protocol";
import type { Where } from "../command/command-spec.ts";
import type { ActionClient } from "../link/action-client.ts";
import type { ActionOptions, CallOptions } from "../link/call-options.ts";
import type { Feature } from "../link/capabilities.ts";
import type { Clock, Random } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import type { NamedFile, OutgoingFile } from "../link/media-calls.ts";
import type { MemberList } from "../link/message-actions.ts";
import type { Conversation } from "../link/message-reference.ts";
import type { EmojiGiven, ReactOptions, SentMessage } from "../link/sent-message.ts";
import type { Log } from "../program/log.ts";
import type { KnownChannel } from "./event-values.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import type { Match } from "./match.ts";
import type { BackendRef, ChannelRef } from "./origins.ts";
import type { ReplyOptions } from "./replies.ts";

export type { BackendRef, ChannelRef } from "./origins.ts";

/** The kinds of events that `on` takes. */
export type EventKind = PluginEvent["kind"];
/** Events of a channel. */
export type ChannelKind = "message" | "mention" | "action" | "command";
/** Events of a private conversation with the bot. */
export type PrivateKind = "privateMessage" | "privateAction";
/** Events about what somebody did in a conversation, which can be answered there. */
export type ActivityKind = "messageEdited" | "reaction" | "member";
/** The kinds of events that `hears` handles. */
export type HearsKind = "message" | "mention" | "privateMessage";

/** The event of one kind. */
export type EventOf<Kind extends EventKind> = Extract<PluginEvent, { readonly kind: Kind }>;

/** What every handler receives, and `onStart` too. */
export interface PluginHost<Config = unknown> {
  /** The plugin's name. */
  readonly name: string;
  /** The plugin's settings, as its schema returns them; without a schema, as they were given. */
  readonly config: Config;
  readonly log: Log;
  /** Every call of core: `ctx.core.listBackends()`, `ctx.core.sendMessage(id, "hi")`. */
  readonly core: ActionClient;
  /** In a handler: aborted when its time is up or the plugin closes. In `onStart`: when it closes. */
  readonly signal: AbortSignal;
  /** The time, and timers; a test can replace it by a fake clock. */
  readonly clock: Clock;
  /** Returns a number from 0 up to, but not including, 1; reproducible in a test with a seed. */
  readonly random: Random;
}

interface HandlerTools<Config> extends PluginHost<Config> {
  /**
   * Waits. Other events of the channel are handled meanwhile, and the handler's time limit is
   * paused. Rejects with `closed` when the plugin closes.
   */
  sleep(ms: number): Promise<void>;
}

export interface AskOptions {
  /** Milliseconds to wait for the answer. Default: `askTimeoutMs`, a minute. */
  readonly timeoutMs?: number | undefined;
  /** Tags of the question. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * Ways to answer. Each resolves with the message's handle when the backend has sent it, and rejects
 * with a SeabirdError.
 */
export interface ReplyMethods {
  /** Answers where the event came from: in its channel, or in private. */
  reply(content: Content, settings?: ReplyOptions): Promise<SentMessage>;
  /** Like `reply`, with `name: ` in front in a channel. */
  mentionReply(content: Content, settings?: ReplyOptions): Promise<SentMessage>;
  /** Performs an action (`/me waves`) where the event came from. */
  action(content: Content, settings?: ReplyOptions): Promise<SentMessage>;
  /** Answers in private, wherever the event came from. */
  replyPrivately(content: Content, settings?: ReplyOptions): Promise<SentMessage>;
  /**
   * Asks the user (as `mentionReply` does) and resolves with their next message here. Other
   * events of the channel are handled meanwhile, and the handler's time limit is paused.
   *
   * Rejects with AskCancelled when no answer comes: the time is up, the user replies `cancel` or
   * uses a command, or is asked something else here. A handler that does not catch it ends
   * without an error. A question does not survive a restart.
   */
  ask(question: Content, settings?: AskOptions): Promise<string>;
  /** Asks; true for `yes`, `y`, `ok` and the like, false for any other answer and for none. */
  confirm(question: Content, settings?: AskOptions): Promise<boolean>;
}

/** What can be done with the message that an event is about. */
export interface MessageMethods {
  /**
   * Reacts to the message. Rejects with `failed_precondition` if its network gave it no id or knows
   * no reactions.
   */
  react(emoji: EmojiGiven, settings?: ReactOptions): Promise<void>;
  /** Deletes the message. Rejects with `failed_precondition`, or with the network's own reason. */
  deleteMessage(reason?: string, settings?: ActionOptions): Promise<void>;
}

/** What can be done in the conversation of an event. */
export interface ConversationMethods {
  /**
   * Shows that the bot is typing, until it answers here or the handler ends, 5 minutes at most.
   * Resolves when it is shown; without effect on a network that cannot show it. Never rejects.
   */
  typing(): Promise<void>;
  /** Whether something can be done here, if only partly: `await ctx.can("edit")`. */
  can(feature: Feature): Promise<boolean>;
  /**
   * Who is in the channel. Rejects with `failed_precondition` in private, and if the network does
   * not tell.
   */
  members(settings?: CallOptions): Promise<MemberList>;
  /**
   * Uploads a file, for a message: `ctx.reply(await ctx.upload({ file: "cat.png" }))`. Networks
   * without files get a link to it, if core has a public url.
   */
  upload(file: OutgoingFile, settings?: CallOptions): Promise<Block>;
  /** Where a file of a message can be opened: `await ctx.attachmentUrl(ctx.message.attachments[0])`. */
  attachmentUrl(file: NamedFile, settings?: CallOptions): Promise<string>;
  /**
   * The channel with its name, its topic, its `parent` if it is a thread, and `isPrivate`, as core
   * knows it now. Rejects with `failed_precondition` in private, and with `not_found` if the bot is
   * not in the channel.
   */
  channelInfo(settings?: CallOptions): Promise<KnownChannel>;
}

/** Where an event came from. */
interface Origin {
  readonly backend: BackendRef;
}

interface ConversationOrigin extends Origin {
  /** The channel, or the private conversation. */
  readonly conversation: Conversation;
}

/** Where an event came from that may be in private. */
interface AnywhereOrigin extends ConversationOrigin {
  /** Undefined in private. */
  readonly channel: ChannelRef | undefined;
}

type InChannel<Kind extends ChannelKind, Config> = EventOf<Kind> &
  HandlerTools<Config> &
  ReplyMethods &
  MessageMethods &
  ConversationMethods &
  ConversationOrigin & { readonly channel: ChannelRef };
type InPrivate<Kind extends PrivateKind, Config> = EventOf<Kind> &
  HandlerTools<Config> &
  ReplyMethods &
  MessageMethods &
  ConversationMethods &
  ConversationOrigin;
type Activity<Kind extends ActivityKind, Config> = EventOf<Kind> &
  HandlerTools<Config> &
  ReplyMethods &
  ConversationMethods &
  (Kind extends "member"
    ? ConversationOrigin & { readonly channel: ChannelRef }
    : MessageMethods & AnywhereOrigin);
/** Events of a conversation that name nobody to answer. */
type ObservedKind = "messageDeleted" | "typing" | "sendResult";
type Observed<Kind extends ObservedKind, Config> = EventOf<Kind> &
  HandlerTools<Config> &
  AnywhereOrigin;
type OfBackend<Kind extends "userChanged" | "channel", Config> = EventOf<Kind> &
  HandlerTools<Config> &
  Origin;
type Other<Kind extends EventKind, Config> = EventOf<Kind> & HandlerTools<Config>;

/**
 * What a handler of this kind of event receives: the fields of the event, ways to answer, and the
 * plugin's tools. For a union of kinds it is a union, discriminated by `ctx.kind`.
 */
export type Context<Kind extends EventKind = EventKind, Config = unknown> = Kind extends ChannelKind
  ? InChannel<Kind, Config>
  : Kind extends PrivateKind
    ? InPrivate<Kind, Config>
    : Kind extends ActivityKind
      ? Activity<Kind, Config>
      : Kind extends ObservedKind
        ? Observed<Kind, Config>
        : Kind extends "userChanged" | "channel"
          ? OfBackend<Kind, Config>
          : Other<Kind, Config>;

/** What a handler of `hears` receives. */
export type HearsContext<Config = unknown> = Context<HearsKind, Config> & {
  /** The pattern's match: `match[0]` is all of it, `match[1]` the first group. */
  readonly match: Match;
};

interface PrivateCommand {
  /** The command's first word as declared, whatever its case was when typed. */
  readonly command: string;
  /** Everything after the name. */
  readonly arg: string;
  /** The same with its mentions and files. */
  readonly argBlock: Block | undefined;
}

/**
 * What a command's handler receives. In a channel `kind` is `command`; in private it is
 * `privateMessage`, because there the SDK finds the command in the message.
 */
export type CommandContext<W extends Where = "anywhere", Config = unknown> = W extends "channel"
  ? Context<"command", Config>
  : W extends "private"
    ? Context<"privateMessage", Config> & PrivateCommand
    : Context<"command", Config> | (Context<"privateMessage", Config> & PrivateCommand);

/** Any context that can be answered. */
export type ReplyableContext<Config = unknown> = Context<ReplyableEvent["kind"], Config>;
