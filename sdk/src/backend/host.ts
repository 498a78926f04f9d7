/** What a backend's `connect` is given: how it hears of its settings, and tells what happens. */
import type { Block } from "@seabird-chat/protocol";
import type { Clock, Random } from "../link/clock.ts";
import type { LinkState } from "../link/link.ts";
import type { Log } from "../program/log.ts";
import type { BackendChannel, TrackedChannel } from "./channels.ts";
import type { BackendUser } from "./chat-events.ts";
import type { Recognised, Self } from "./recognise.ts";

/** One for each connection to the network. */
export interface BackendHost<Config = unknown> {
  readonly type: string;
  /** This backend's name among those of its type. */
  readonly id: string;
  /** As the schema made it. After `reconfigure` it is the new one. */
  readonly config: Config;
  /** Aborted when this connection is to end: it is lost, or the backend leaves. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  readonly channels: HostChannels;
  readonly core: HostCore;
  /**
   * Who the bot is on the network, by name or with a comparison of its own; set it whenever it
   * changes. A message that begins with it becomes a mention. Default: nobody.
   */
  get self(): Self | undefined;
  set self(self: string | Self | undefined);
  /**
   * The supervisor's word that core and every part is ready; resolved at once without one.
   * For scripts; a network needs not wait.
   */
  readonly go: Promise<void>;
  /**
   * Calls back with each line that the supervisor has for the person in front of the backend, if
   * it has one; returns its undo. Such a line is a stranger's: clean it before showing it.
   */
  onNotice(callback: (line: string) => void): () => void;
  /** Ends the backend in good order, because its network is done with: exit code 0. */
  leave(): void;
}

/** Something said. Ids are the network's own. One of `text` and `block` has to be there. */
export interface IncomingMessage {
  /** The id, or an object if the name that people see is another one. */
  readonly user: string | BackendUser;
  readonly text?: string | undefined;
  /** The same with its formatting; `text` is then ignored. */
  readonly block?: Block | undefined;
  /** Protocol: tags in use. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface IncomingChannelMessage extends IncomingMessage {
  readonly channel: string;
}

export interface IncomingCommand {
  readonly channel: string;
  readonly user: string | BackendUser;
  /** Without prefix. */
  readonly command: string;
  readonly arg: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * Tells core what happened. While core is away events are kept (at most `maxSpooledEvents` and
 * 8 MiB, the oldest are dropped first); commands for 30 s only, because an answer would come late.
 *
 * What cannot be told, such as a message without text, is dropped with a warning in the log.
 */
export interface Emit {
  /**
   * Something said in a channel. Becomes a command if it begins with the command prefix, a
   * mention if it addresses the bot, a message otherwise. Returns what it became; undefined if it
   * was dropped.
   */
  message(heard: IncomingChannelMessage): Recognised["kind"] | undefined;
  /** The same, and always a message, for networks that look for commands themselves. */
  plainMessage(heard: IncomingChannelMessage): void;
  /** Said to the bot alone. Commands are not looked for: the plugins do that. */
  privateMessage(heard: IncomingMessage): void;
  /** Such as `/me waves`. */
  action(heard: IncomingChannelMessage): void;
  privateAction(heard: IncomingMessage): void;
  /** For networks that know commands of their own. */
  command(heard: IncomingCommand): void;
  /** For networks that know mentions of their own; the text is what follows the name. */
  mention(heard: IncomingChannelMessage): void;
  /** Events that wait to be sent to core. */
  readonly waiting: number;
  /** Resolves when none does, or the backend ends. Whoever tells much at once waits for it. */
  flushed(): Promise<void>;
}

/** The channels that the bot is in. Core hears of them again after each reconnect of its own. */
export interface HostChannels {
  /** Again for a known one: its new name and topic. */
  joined(channel: BackendChannel): void;
  left(id: string): void;
  /** What is not given stays; an unknown channel is ignored. */
  changed(channel: BackendChannel): void;
  get(id: string): TrackedChannel | undefined;
  all(): readonly TrackedChannel[];
  /**
   * After a reconnect to the network: every channel has been told. Those that were not joined
   * again are left. Without it that happens 30 s after `connect` has resolved.
   */
  settled(): void;
}

/** The link to core, for backends that show it to a person. */
export interface HostCore {
  readonly state: LinkState;
  /** The current state and each later one. */
  states(): AsyncIterable<LinkState>;
  /** Resolves when core has taken this backend. */
  ready(): Promise<void>;
}
