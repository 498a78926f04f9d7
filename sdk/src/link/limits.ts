/** The limits of the SDK: what authors and operators set, and the constants beside them. */
import { SeabirdError } from "./errors.ts";

/** All optional; the defaults and what happens at each limit are in `SDK_LIMITS`. */
export interface SdkLimitOptions {
  /** Milliseconds one handler may take, waiting for answers not counted. Default 30,000. */
  handlerTimeoutMs?: number | undefined;
  /** Handlers of a plugin that run at once. Default 64. */
  maxHandlersAtOnce?: number | undefined;
  /** Milliseconds a question waits for its answer, if it is given none of its own. Default 60,000. */
  askTimeoutMs?: number | undefined;
  /** Milliseconds for one call, if it is given none of its own. Default 30,000. */
  callTimeoutMs?: number | undefined;
  /** Events a backend keeps while core is away. Default 1,000. */
  maxSpooledEvents?: number | undefined;
  /** Milliseconds before the first retry, half of it random; doubles each time. Default 250. */
  retryMinMs?: number | undefined;
  /** The longest pause between two retries, in milliseconds. Default 30,000. */
  retryMaxMs?: number | undefined;
  /** Milliseconds between pings on a connection with open calls. Default 20,000. */
  pingIntervalMs?: number | undefined;
}

/** One row of the table in `docs/sdk.md`. */
export interface SdkLimit {
  readonly name: keyof SdkLimitOptions;
  readonly value: number;
  readonly unit: "ms" | "events" | "handlers";
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

/** In the order in which somebody may want to set them. */
export const SDK_LIMITS: readonly SdkLimit[] = [
  row("handlerTimeoutMs", 30_000, "ms", "for one handler", "its signal is aborted; an error"),
  row("maxHandlersAtOnce", 64, "handlers", "of one plugin that run", "the next ones wait"),
  row("askTimeoutMs", 60_000, "ms", "for the answer to a question", "AskCancelled"),
  row("callTimeoutMs", 30_000, "ms", "for one call without its own limit", "deadline_exceeded"),
  row(
    "maxSpooledEvents",
    1_000,
    "events",
    "that a backend keeps while core is away",
    "oldest dropped and counted",
  ),
  row("retryMinMs", 250, "ms", "before the first retry", "doubles with each failure, half random"),
  row("retryMaxMs", 30_000, "ms", "longest pause between retries", "the pause grows no more"),
  row("pingIntervalMs", 20_000, "ms", "between pings while calls are open", "a ping is sent"),
];

function row(
  name: keyof SdkLimitOptions,
  value: number,
  unit: SdkLimit["unit"],
  what: string,
  policy: string,
): SdkLimit {
  return { name, value, unit, what, policy };
}

const MIB = 1024 * 1024;

/** Bounds and times that suit every author. */
export const SDK_CONSTANTS = Object.freeze({
  /** Milliseconds without an answer to a ping after which core counts as dead: reconnect. */
  pingTimeoutMs: 10_000,
  /** Milliseconds that one attempt to connect to core may take. */
  connectTimeoutMs: 10_000,
  /** Milliseconds for which a taken command or backend name is retried; then the client fails. */
  takenWindowMs: 35_000,
  /** Milliseconds that `close()` waits for calls in flight and for core to end the stream. */
  closeTimeoutMs: 5_000,
  /** Events read ahead of a plugin; beyond, reading stops and core queues. */
  maxQueuedEvents: 1_024,
  /** Milliseconds that each `onStart` of a plugin may take; then the plugin fails. */
  startTimeoutMs: 60_000,
  /** Events of one channel or private conversation that wait; beyond, the newest is dropped and logged. */
  maxQueuedPerChannel: 256,
  /** Events of all channels that wait; beyond, reading stops and core queues. */
  maxQueuedInChannels: 4_096,
  /** Handlers of a plugin that wait in `ask`, `confirm` or `sleep`; beyond, `sleep` is refused. */
  maxWaitingHandlers: 10_000,
  /** Questions of a plugin that wait for an answer; the next one is refused. */
  maxAsks: 1_000,
  /** Exchanges in a row after which a speaker counts as a bot in a loop, and is ignored. */
  loopExchanges: 10,
  /** Milliseconds after an answer of a plugin within which a line belongs to an exchange. */
  loopAnswerMs: 2_000,
  /** Milliseconds for which such a speaker is ignored the first time; doubles each time. */
  loopIgnoreMs: 60_000,
  /** The longest time for which a speaker is ignored; after as long without a loop it starts small. */
  loopIgnoreMaxMs: 3_600_000,
  /** Conversations in which a plugin looks for loops; the one without speech for longest is dropped. */
  maxLoopConversations: 4_096,
  /** Speakers that a plugin ignores; beyond, the one ignored for longest is heard again. */
  maxIgnoredSpeakers: 256,
  /** Bytes of events that a backend keeps while core is away; the oldest are dropped and counted. */
  maxSpooledBytes: 8 * MIB,
  /** Milliseconds for which a backend keeps a command while core is away; then it is dropped. */
  maxSpooledCommandMs: 30_000,
  /** Events that wait to be written while core is there; the oldest are dropped and counted. */
  maxOutgoingEvents: 16_384,
  /** Bytes of events that wait to be written; the oldest are dropped and counted. */
  maxOutgoingBytes: 32 * MIB,
  /** Bytes of one event of a backend; core ends the stream of a larger one, so it is dropped. */
  maxEventBytes: 4 * MIB,
  /** Requests of core that a backend works on at once; beyond, reading stops and core queues. */
  maxRequestsAtOnce: 1_024,
  /** Channels that one backend may announce, as in core; the next one is refused. */
  maxChannels: 10_000,
  /** UTF-16 characters of a channel's id, name and topic each: an id is refused, others are cut. */
  maxChannelTextCharacters: 8_192,
  /** Milliseconds that a backend's `close` may take; then it is not waited for. */
  networkCloseMs: 5_000,
  /** Milliseconds before the first attempt to reach the network again, half of it random. */
  networkRetryMinMs: 1_000,
  /** The longest pause between two such attempts, in milliseconds. */
  networkRetryMaxMs: 30_000,
  /** Milliseconds on the network after which the pauses start small again. */
  networkStableMs: 60_000,
  /** Milliseconds for joining the channels again after a reconnect; the others are left. */
  channelsBackMs: 30_000,
});

export type SdkConstants = { readonly [Name in keyof typeof SDK_CONSTANTS]: number };

export type SdkLimits = { readonly [Name in keyof SdkLimitOptions]-?: number } & SdkConstants;

const MAX_LIMIT = 2_147_483_647;

/** Defaults where nothing is given. Throws `bad_option` for anything but whole numbers from 1. */
export function resolveLimits(
  options: SdkLimitOptions,
  constants: Partial<SdkConstants> = {},
): SdkLimits {
  const entries = SDK_LIMITS.map(({ name, value }) => {
    const given = options[name] ?? value;
    checkLimit(name, given);
    return [name, given] as const;
  });
  const limits = { ...SDK_CONSTANTS, ...constants, ...Object.fromEntries(entries) };
  return Object.freeze(limits) as SdkLimits;
}

/** Throws `bad_option` for anything but whole numbers from 1. */
export function checkLimit(name: string, given: number): void {
  if (Number.isInteger(given) && given >= 1 && given <= MAX_LIMIT) return;
  throw new SeabirdError(
    "bad_option",
    `option ${name} is ${String(given)}; allowed: whole numbers from 1 to ${MAX_LIMIT}`,
  );
}
