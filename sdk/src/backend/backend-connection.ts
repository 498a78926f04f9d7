/** What a backend's `connect` returns: the functions by which the network does what core asks. */
import type { Block } from "@seabird-chat/protocol";
import type { FileSource } from "../link/file-source.ts";
import type { Feature } from "./capabilities.ts";
import type { BackendChannel } from "./channels.ts";
import type { BackendEmoji, BackendUser, MessageReference, Target } from "./network-types.ts";

/** What every request carries. */
export interface RequestInfo {
  /** The request's own name in core, used once and never again. */
  readonly requestId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Aborted when the answer is of no use any more: core or the network is gone, or time is up. */
  readonly signal: AbortSignal;
  /** By `host.clock.now()`. */
  readonly receivedAtMs: number;
  /** When core gives up, unless it was set otherwise: 10 s after it asked. */
  readonly deadlineMs: number;
}

/** The new content of a message. */
export interface OutgoingEdit extends RequestInfo {
  /** Without formatting. */
  readonly text: string;
  /** The same with its formatting; always there. */
  readonly block: Block;
}

/** A message or action to send. */
export interface OutgoingMessage extends OutgoingEdit {
  readonly kind: "message" | "action";
  /** The message that it answers. Only if `reply` is declared; else core has quoted it. */
  readonly replyTo?: MessageReference | undefined;
  /** Open a thread on the message of `replyTo`. Only if `thread` is declared. */
  readonly startThread: boolean;
  /** Name and picture to send under. Only if `persona` is declared. */
  readonly persona?: Persona | undefined;
  /** What `emit.message` gave as `referrer` with the message that is answered. */
  readonly referrer?: string | undefined;
}

/** Name and picture to send under; empty where there is none. */
export interface Persona {
  readonly id: string;
  readonly displayName: string;
  readonly avatarUrl: string;
}

/** What became of a send or an edit. */
export interface Sent {
  /**
   * The network's ids of the messages that it became, in order: at most 100, of at most 512 bytes
   * each. Missing: the network gives none.
   */
  readonly ids?: readonly string[] | undefined;
  /** Id of the channel where it went, if a thread was started. */
  readonly channel?: string | undefined;
  /** What the message lost on its way, such as `attachment`. */
  readonly degraded?: readonly Feature[] | undefined;
}

export interface DeleteRequest extends RequestInfo {
  /** Empty if none was given. */
  readonly reason: string;
}

export interface OutgoingReaction {
  /** Missing, which happens only with `removed`: all one's own. */
  readonly emoji?: { readonly [Name in keyof BackendEmoji]-?: string } | undefined;
  readonly removed: boolean;
}

/** The people in a channel. */
export interface ChannelMembers {
  /** At most 10,000; the rest is cut. */
  readonly members: readonly (string | BackendUser)[];
  /** Whether these are all. */
  readonly isComplete: boolean;
}

export type Awaitable<T> = T | Promise<T>;

/**
 * A connection to the network. All but `close` may be missing: a request without a function for it
 * is answered Failed, as in "campfire cannot set topics".
 *
 * Requests are begun in the order of arrival and may run at the same time (`perChannelQueue`
 * keeps an order). A request is done when its promise resolves; what it throws becomes Failed
 * with the error's message (see `Refused`).
 */
export interface BackendConnection<Config = unknown> {
  /** Sends a message; resolves when the network has accepted it, with its ids if it has any. */
  // biome-ignore lint/suspicious/noConfusingVoidType: so that a function without return fits.
  send?(to: Target, message: OutgoingMessage): Awaitable<Sent | undefined | void>;
  /**
   * Replaces the content of a message; `messageIds` are those that `send` returned for it. Resolves
   * with the ids that it has now, or nothing if they stay.
   */
  edit?(
    to: Target,
    messageIds: readonly string[],
    message: OutgoingEdit,
    // biome-ignore lint/suspicious/noConfusingVoidType: so that a function without return fits.
  ): Awaitable<Sent | undefined | void>;
  /** Deletes messages. Resolves with the ids that could not be deleted, and why; nothing: none. */
  delete?(
    to: Target,
    messageIds: readonly string[],
    request: DeleteRequest,
    // biome-ignore lint/suspicious/noConfusingVoidType: so that a function without return fits.
  ): Awaitable<Readonly<Record<string, string>> | undefined | void>;
  /** Reacts to a message, or takes that back. */
  react?(
    to: Target,
    messageId: string,
    reaction: OutgoingReaction,
    request: RequestInfo,
  ): Awaitable<unknown>;
  /** Shows that the bot is typing, or has stopped. */
  setTyping?(to: Target, isActive: boolean, request: RequestInfo): Awaitable<unknown>;
  /** Who is in a channel. */
  members?(channelId: string, request: RequestInfo): Awaitable<ChannelMembers>;
  /**
   * Hands core a file that was reported with this id and without a url: `upload({ bytes })`, or
   * `{ file }`, or `{ stream, sizeBytes }`, once. Core asks when somebody wants it; 55 s at most.
   */
  fetchAttachment?(
    attachmentId: string,
    upload: (source: FileSource) => Promise<void>,
    request: RequestInfo,
  ): Awaitable<unknown>;
  /** Returns the channel, which is then announced, or nothing if `channels.joined` announces it. */
  // biome-ignore lint/suspicious/noConfusingVoidType: so that a function without return fits.
  join?(name: string, request: RequestInfo): Awaitable<BackendChannel | undefined | void>;
  /** `reason` is empty if none was given. The channel is left when it resolves. */
  leave?(id: string, reason: string, request: RequestInfo): Awaitable<unknown>;
  /** Unless `channels.changed` has reported another one, the topic is the one asked for. */
  setTopic?(id: string, topic: string, request: RequestInfo): Awaitable<unknown>;
  /** Added to what the SDK reports (protocol: GetBackendInfo), or in its place. */
  metadata?(): Awaitable<Readonly<Record<string, string>>>;
  /** Takes new settings without a reconnect. Missing: they need a restart. */
  reconfigure?(config: Config): Awaitable<unknown>;
  /**
   * Settles when the connection is over, by rejecting with the reason. The SDK then connects
   * again, after a pause of 0.5 s to 30 s; not after a `Fatal`. Missing: it cannot be lost.
   */
  readonly closed?: Promise<unknown> | undefined;
  /** Leaves the network. Called once; 5 s at most. */
  close(): Awaitable<unknown>;
}
