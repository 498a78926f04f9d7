/** What a handler receives: the event, its channel and backend, ways to answer, and the plugin's own tools. */
import type { Block } from "@seabird-chat/protocol";
import type { Where } from "../command/command-spec.ts";
import type { ActionClient, ActionOptions } from "../link/action-client.ts";
import type { Clock, Random } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import type { Conversation } from "../link/message-reference.ts";
import type { Log } from "../program/log.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import type { Match } from "./match.ts";
import type { BackendRef, ChannelRef } from "./origins.ts";

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

/** Ways to answer. Each resolves when the backend has sent it, and rejects with a SeabirdError. */
export interface ReplyMethods {
  /** Answers where the event came from: in its channel, or in private. */
  reply(content: Content, settings?: ActionOptions): Promise<void>;
  /** Like `reply`, with `name: ` in front in a channel. */
  mentionReply(content: Content, settings?: ActionOptions): Promise<void>;
  /** Performs an action (`/me waves`) where the event came from. */
  action(content: Content, settings?: ActionOptions): Promise<void>;
  /** Answers in private, wherever the event came from. */
  replyPrivately(content: Content, settings?: ActionOptions): Promise<void>;
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
  ConversationOrigin & { readonly channel: ChannelRef };
type InPrivate<Kind extends PrivateKind, Config> = EventOf<Kind> &
  HandlerTools<Config> &
  ReplyMethods &
  ConversationOrigin;
type Activity<Kind extends ActivityKind, Config> = EventOf<Kind> &
  HandlerTools<Config> &
  ReplyMethods &
  (Kind extends "member" ? ConversationOrigin & { readonly channel: ChannelRef } : AnywhereOrigin);
type Deleted<Config> = EventOf<"messageDeleted"> &
  HandlerTools<Config> &
  Pick<ReplyMethods, "reply" | "action"> &
  AnywhereOrigin;
type Observed<Kind extends "typing" | "sendResult", Config> = EventOf<Kind> &
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
      : Kind extends "messageDeleted"
        ? Deleted<Config>
        : Kind extends "typing" | "sendResult"
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
