/** What a backend's `connect` returns: the functions by which the network does what core asks. */
import type { Block } from "@seabird-chat/protocol";
import type { BackendChannel } from "./channels.ts";

/** Where a message goes. The id is the network's own. */
export interface Target {
  readonly kind: "channel" | "user";
  readonly id: string;
}

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

/** A message or action to send. */
export interface OutgoingMessage extends RequestInfo {
  readonly kind: "message" | "action";
  /** Without formatting. */
  readonly text: string;
  /** The same with its formatting; always there. */
  readonly block: Block;
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
  /** Sends a message; resolves when the network has accepted it. */
  send?(to: Target, message: OutgoingMessage): Awaitable<unknown>;
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
