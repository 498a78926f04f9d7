/** What a handler is given: the event, who and where, ways to answer, and what the plugin has. */
import type { Where } from "../command/command-spec.ts";
import type { ActionClient, ActionOptions } from "../link/action-client.ts";
import type { Clock, Random } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import type { Log } from "../program/log.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import type { Match } from "./match.ts";

/** The kinds of events that `on` takes. */
export type EventKind = PluginEvent["kind"];
/** Said or done in a channel. */
export type ChannelKind = "message" | "mention" | "action" | "command";
/** Said or done to the bot alone. */
export type PrivateKind = "privateMessage" | "privateAction";
/** What `hears` listens to. */
export type HeardKind = "message" | "mention" | "privateMessage";

/** The event of one kind. */
export type EventOf<Kind extends EventKind> = Extract<PluginEvent, { readonly kind: Kind }>;

/** What every handler has, and `onStart` too. */
export interface PluginHost<Config = unknown> {
  /** The plugin's name. */
  readonly name: string;
  /** What the plugin's schema made of the given settings; without a schema, as they were given. */
  readonly config: Config;
  readonly log: Log;
  /** Every call of core: `ctx.core.listBackends()`, `ctx.core.sendMessage(id, "hi")`. */
  readonly core: ActionClient;
  /** In a handler: aborted when its time is up or the plugin closes. In `onStart`: when it closes. */
  readonly signal: AbortSignal;
  /** The time, and timers, which a test can hold in its hand. */
  readonly clock: Clock;
  /** A number from 0 up to, but not including, 1; the same ones again in a test with a seed. */
  readonly random: Random;
}

interface Handling<Config> extends PluginHost<Config> {
  /**
   * Waits. Other events of the channel are handled meanwhile, and the handler's time stands
   * still. Rejects with `closed` when the plugin closes.
   */
  sleep(ms: number): Promise<void>;
}

/** The backend that an event came from. */
export interface BackendRef {
  /** Absolute, such as `irc://libera`; empty if the event does not say. */
  readonly id: string;
  /** Such as `irc`. */
  readonly type: string;
}

export interface ChannelRef {
  /** Absolute, such as `irc://libera/%23seabird`. */
  readonly id: string;
  /** As its network writes it, such as `#seabird`. */
  readonly name: string;
}

export interface AskSettings {
  /** Milliseconds to wait for the answer. Default: `askTimeoutMs`, a minute. */
  readonly timeoutMs?: number | undefined;
  /** Tags of the question. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Ways to answer. Each resolves when the backend has said it, and rejects with a SeabirdError. */
export interface Conversation {
  readonly backend: BackendRef;
  /** Answers where the event came from: in its channel, or in private. */
  reply(content: Content, settings?: ActionOptions): Promise<void>;
  /** Like `reply`, with `name: ` in front in a channel. */
  mentionReply(content: Content, settings?: ActionOptions): Promise<void>;
  /** Does something (`/me waves`) where the event came from. */
  action(content: Content, settings?: ActionOptions): Promise<void>;
  /** Says it to the person alone. */
  privately(content: Content, settings?: ActionOptions): Promise<void>;
  /**
   * Asks the person (as `mentionReply` does) and resolves with what they say next, here. Other
   * events of the channel are handled meanwhile, and the handler's time stands still.
   *
   * Rejects with AskCancelled when no answer comes: the time is up, the person says `cancel` or
   * uses a command, or is asked something else here. A handler that lets it pass ends quietly.
   * A question does not survive a restart.
   */
  ask(question: Content, settings?: AskSettings): Promise<string>;
  /** Asks; true for `yes`, `y`, `ok` and the like, false for everything else and for no answer. */
  confirm(question: Content, settings?: AskSettings): Promise<boolean>;
}

type InChannel<Kind extends ChannelKind, Config> = EventOf<Kind> &
  Handling<Config> &
  Conversation & { readonly channel: ChannelRef };
type InPrivate<Kind extends PrivateKind, Config> = EventOf<Kind> & Handling<Config> & Conversation;
type Other<Kind extends EventKind, Config> = EventOf<Kind> & Handling<Config>;

/**
 * What a handler of this kind of event is given: the event itself, and around it what the
 * plugin has. A union of kinds gives a union, told apart by `ctx.kind`.
 */
export type Context<Kind extends EventKind = EventKind, Config = unknown> = Kind extends ChannelKind
  ? InChannel<Kind, Config>
  : Kind extends PrivateKind
    ? InPrivate<Kind, Config>
    : Other<Kind, Config>;

/** What a handler of `hears` is given. */
export type HearsContext<Config = unknown> = Context<HeardKind, Config> & {
  /** What the pattern found: `match[0]` is all of it, `match[1]` the first group. */
  readonly match: Match;
};

interface PrivateCommand {
  /** The command's name as it was typed, without prefix. */
  readonly command: string;
  /** Everything after the name. */
  readonly arg: string;
}

/**
 * What a command's handler is given. In a channel `kind` is `command`; in private it is
 * `privateMessage`, because there the SDK finds the command in what was said.
 */
export type CommandContext<W extends Where = "anywhere", Config = unknown> = W extends "channel"
  ? Context<"command", Config>
  : W extends "private"
    ? Context<"privateMessage", Config> & PrivateCommand
    : Context<"command", Config> | (Context<"privateMessage", Config> & PrivateCommand);

/** Any context that can be answered. */
export type ReplyableContext<Config = unknown> = Context<ReplyableEvent["kind"], Config>;
