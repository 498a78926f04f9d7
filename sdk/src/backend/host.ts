/** What a backend's `connect` is given: its settings, and the way to report what happens. */
import type { Clock, Random } from "../link/clock.ts";
import type { LinkState } from "../link/link.ts";
import type { FileAtCore } from "../link/send-file.ts";
import type { Log } from "../program/log.ts";
import type { BackendCapabilities } from "./capabilities.ts";
import type { BackendChannel, TrackedChannel } from "./channels.ts";
import type {
  IncomingChannelMessage,
  IncomingCommand,
  IncomingDeletion,
  IncomingEdit,
  IncomingMember,
  IncomingMessage,
  IncomingReaction,
  IncomingRemoval,
  IncomingTyping,
  IncomingUserChange,
} from "./incoming.ts";
import type { OnNetworkChange } from "./network-news.ts";
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
  readonly members: HostMembers;
  readonly capabilities: HostCapabilities;
  readonly core: HostCore;
  readonly network: HostNetwork;
  /** Another name for `network.away(reason)`. */
  networkLost(reason: string): void;
  /**
   * Who the bot is on the network, by name or with a comparison of its own; set it whenever it
   * changes. A message that begins with it becomes a mention. Default: undefined.
   */
  get self(): Self | undefined;
  set self(self: string | Self | undefined);
  /**
   * Resolves when the supervisor reports core and every component ready; at once without a
   * supervisor. For scripts; a network needs not wait.
   */
  readonly go: Promise<void>;
  /**
   * Calls back with each line that the supervisor has for the person in front of the backend;
   * returns its undo. The line is not trusted: clean it before you show it.
   */
  onNotice(callback: (line: string) => void): () => void;
  /**
   * Opens a file of a message that core wants sent: one that a plugin uploaded, or one of another
   * network. Only for attachments with a `corePath`; the others have a `url`, or nothing to open.
   * Rejects with a SeabirdError.
   */
  openAttachment(attachment: { readonly corePath: string }): Promise<FileAtCore>;
  /**
   * Where a file of a message can be opened: its url, or else its address at core, which may be of
   * no use beyond core's own network; empty: nowhere.
   */
  attachmentUrl(attachment: { readonly url: string; readonly corePath: string }): string;
  /** Ends the backend in good order, because its network has nothing more: exit code 0. */
  leave(): void;
}

/**
 * Reports what happened on the network, one method for each kind of event. While core is away
 * events are kept (at most `maxSpooledEvents` and 8 MiB, the oldest are dropped first); commands
 * for 30 s only, because an answer would come late.
 *
 * Do not report what the backend did itself because core asked for it: core publishes that. Do not
 * report history.
 *
 * An event that is not valid, such as a message without text, is dropped with a warning in the log.
 */
export interface Emit {
  /**
   * A message in a channel. Becomes a command if it begins with the command prefix, a mention if
   * it addresses the bot, a message otherwise. Returns what it became; undefined if it was dropped.
   */
  message(message: IncomingChannelMessage): Recognised["kind"] | undefined;
  /** For networks with mentions of their own; the text is what follows the name. */
  mention(message: IncomingChannelMessage): void;
  /** Such as `/me waves`. */
  action(message: IncomingChannelMessage): void;
  /** A message to the bot alone. Commands are not looked for: the plugins do that. */
  privateMessage(message: IncomingMessage): void;
  privateAction(message: IncomingMessage): void;
  /** For networks with commands of their own. */
  command(command: IncomingCommand): void;
  /** Always a message, for networks that look for commands themselves. */
  plainMessage(message: IncomingChannelMessage): void;
  /** A message has another content now. */
  edited(edit: IncomingEdit): void;
  /** Messages were deleted. */
  deleted(deletion: IncomingDeletion): void;
  /** Somebody reacted to a message, or took that back. */
  reaction(reaction: IncomingReaction): void;
  /** Somebody types, or has stopped. Not kept while core is away. */
  typing(typing: IncomingTyping): void;
  /** Events that wait to be sent to core. */
  readonly waiting: number;
  /** Events that were lost so far, because too many waited or one was too large. */
  readonly dropped: number;
  /** Resolves when none waits, or the backend ends. Await it now and then if you report many at once. */
  flushed(): Promise<void>;
}

/** The channels that the bot is in. They are announced again after each reconnect to core. */
export interface HostChannels {
  /** Again for a known one: its new name and topic. */
  joined(channel: BackendChannel): void;
  left(id: string): void;
  /** What is not given stays; an unknown channel is ignored. */
  changed(channel: BackendChannel): void;
  get(id: string): TrackedChannel | undefined;
  all(): readonly TrackedChannel[];
  /**
   * After a reconnect to the network: every channel has been announced. Those that were not joined
   * again are left. If you do not call it, that happens 30 s after `connect` has resolved.
   */
  settled(): void;
}

/** Reports who comes and goes, in the channels that the bot is in. */
export interface HostMembers {
  /** Somebody came into a channel. */
  joined(member: IncomingMember): void;
  /** Somebody went from a channel by their own doing. */
  left(member: IncomingMember): void;
  /** Somebody was removed from a channel by somebody else. */
  removed(member: IncomingRemoval): void;
  /** Somebody's id, name, picture or account is another one. */
  changed(change: IncomingUserChange): void;
}

/** What core knows that the network can do. */
export interface HostCapabilities {
  /**
   * Replaces what the backend's spec declares, such as when the server has said what it can do. The
   * functions of the connection count as before. It lasts for this connection; the next one begins
   * with those of the spec.
   */
  set(capabilities: BackendCapabilities): void;
}

/**
 * For connections that reconnect by themselves, and so outlive an outage. `seabird ps`, `backends`
 * and `doctor` show what is reported here. Without it the network counts as there from the moment
 * that `connect` resolves until `closed` settles.
 */
export interface HostNetwork {
  /** The network is lost, or cannot be reached, for this reason; again for each new reason. */
  away(reason: string): void;
  /** It is there again. */
  back(): void;
}

/** The link to core, and what core says of networks, for backends that show it to a person. */
export interface HostCore {
  readonly state: LinkState;
  /** The current state and each later one. */
  states(): AsyncIterable<LinkState>;
  /** Resolves when core has taken this backend. */
  ready(): Promise<void>;
  /**
   * Calls back for each backend whose network is lost or there again, as core publishes it; returns
   * its undo. What happened before, or while core is away, is not told. The backend's token needs the
   * scope `read` besides its own; without it, and from a core without the messages extension, nothing
   * comes, and all else works.
   */
  onNetworkChange(callback: OnNetworkChange): () => void;
}
