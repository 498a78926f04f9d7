/** Every limit and time of the SDK in one table: its default and what happens at the limit. */
import { SeabirdError } from "./errors.ts";

/** All optional; the defaults and what happens at each limit are in `SDK_LIMITS`. */
export interface SdkLimitOptions {
  /** Milliseconds between pings on a connection with open calls. Default 20,000. */
  pingIntervalMs?: number | undefined;
  /** Milliseconds without an answer to a ping after which core counts as dead. Default 10,000. */
  pingTimeoutMs?: number | undefined;
  /** Milliseconds that one attempt to connect may take. Default 10,000. */
  connectTimeoutMs?: number | undefined;
  /** Milliseconds before the first retry, half of it random; doubles each time. Default 250. */
  retryMinMs?: number | undefined;
  /** The longest pause between two retries, in milliseconds. Default 30,000. */
  retryMaxMs?: number | undefined;
  /** Milliseconds for which a taken command or backend name is retried. Default 35,000. */
  takenWindowMs?: number | undefined;
  /** Milliseconds that `close()` waits for calls in flight and for core's goodbye. Default 5,000. */
  closeTimeoutMs?: number | undefined;
  /** Milliseconds for one call, if it is given none of its own. Default 30,000. */
  callTimeoutMs?: number | undefined;
  /** Events read ahead of the plugin. Default 1,024. */
  maxQueuedEvents?: number | undefined;
  /** Handlers of a plugin that run at once. Default 64. */
  maxHandlersAtOnce?: number | undefined;
  /** Milliseconds one handler may take, waiting for answers not counted. Default 30,000. */
  handlerTimeoutMs?: number | undefined;
  /** Milliseconds each `onStart` of a plugin may take. Default 60,000. */
  startTimeoutMs?: number | undefined;
  /** Events of one channel, or one private conversation, that wait for their turn. Default 256. */
  maxQueuedPerChannel?: number | undefined;
  /** Events of all channels that wait for their turn. Default 4,096. */
  maxQueuedInChannels?: number | undefined;
  /** Handlers of a plugin that wait in `ask`, `confirm` or `sleep`. Default 10,000. */
  maxWaitingHandlers?: number | undefined;
  /** Questions of a plugin that wait for an answer. Default 1,000. */
  maxAsks?: number | undefined;
  /** Milliseconds a question waits for its answer, if it is given none of its own. Default 60,000. */
  askTimeoutMs?: number | undefined;
  /** Events a backend keeps while core is away. Default 1,000. */
  maxSpooledEvents?: number | undefined;
  /** Bytes of events a backend keeps while core is away. Default 8 MiB. */
  maxSpooledBytes?: number | undefined;
  /** Events waiting to be written while core is there. Default 16,384. */
  maxOutgoingEvents?: number | undefined;
  /** Bytes of events waiting to be written while core is there. Default 32 MiB. */
  maxOutgoingBytes?: number | undefined;
  /** Bytes of one event of a backend. Default 4 MiB: core ends the stream of a larger one. */
  maxEventBytes?: number | undefined;
  /** Requests of core that a backend works on at once. Default 1,024. */
  maxRequestsAtOnce?: number | undefined;
  /** Milliseconds a backend's handler may take for one request. Default 12,000: core gives up after 10 s. */
  answerTimeoutMs?: number | undefined;
  /** Channels one backend may announce. Default 10,000, as in core. */
  maxChannels?: number | undefined;
  /** Characters (UTF-16) of a channel's id, name and topic each. Default 8,192. */
  maxChannelTextCharacters?: number | undefined;
  /** Milliseconds for which a backend keeps a command while core is away. Default 30,000. */
  maxSpooledCommandMs?: number | undefined;
  /** Milliseconds that a backend's `connect` may take. Default 60,000. */
  networkConnectMs?: number | undefined;
  /** Milliseconds that a backend's `close` may take. Default 5,000. */
  networkCloseMs?: number | undefined;
  /** Milliseconds before the first try to reach the network again, half of it random. Default 1,000. */
  networkRetryMinMs?: number | undefined;
  /** The longest pause between two such tries, in milliseconds. Default 30,000. */
  networkRetryMaxMs?: number | undefined;
  /** Milliseconds on the network after which the pauses start small again. Default 60,000. */
  networkStableMs?: number | undefined;
  /** Milliseconds for joining the channels again after a reconnect. Default 30,000. */
  channelsBackMs?: number | undefined;
}

export type SdkLimits = { readonly [Name in keyof SdkLimitOptions]-?: number };

/** One row of `docs/limits.md`. */
export interface SdkLimit {
  readonly name: keyof SdkLimitOptions;
  readonly value: number;
  readonly unit:
    | "ms"
    | "events"
    | "bytes"
    | "requests"
    | "channels"
    | "characters"
    | "handlers"
    | "questions";
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

const MIB = 1024 * 1024;

export const SDK_LIMITS: readonly SdkLimit[] = [
  row("pingIntervalMs", 20_000, "ms", "between pings while calls are open", "a ping is sent"),
  row("pingTimeoutMs", 10_000, "ms", "for the answer to a ping", "core is dead: reconnect"),
  row("connectTimeoutMs", 10_000, "ms", "for one attempt to connect", "given up, the next follows"),
  row("retryMinMs", 250, "ms", "before the first retry", "doubles with each failure, half random"),
  row("retryMaxMs", 30_000, "ms", "longest pause between retries", "the pause grows no more"),
  row("takenWindowMs", 35_000, "ms", "a taken name is retried", "the client fails, naming it"),
  row("closeTimeoutMs", 5_000, "ms", "close() waits for the last calls", "the rest is cancelled"),
  row("callTimeoutMs", 30_000, "ms", "for one call without its own limit", "deadline_exceeded"),
  row("maxQueuedEvents", 1_024, "events", "read ahead of a plugin", "reading stops; core queues"),
  row("maxHandlersAtOnce", 64, "handlers", "of one plugin that run", "the next ones wait"),
  row("handlerTimeoutMs", 30_000, "ms", "for one handler", "its signal is aborted; an error"),
  row("startTimeoutMs", 60_000, "ms", "for each onStart of a plugin", "the plugin fails"),
  row(
    "maxQueuedPerChannel",
    256,
    "events",
    "of a channel waiting",
    "the newest is dropped, logged",
  ),
  row(
    "maxQueuedInChannels",
    4_096,
    "events",
    "of all channels waiting",
    "reading stops; core queues",
  ),
  row("maxWaitingHandlers", 10_000, "handlers", "in ask, confirm, sleep", "sleep is refused"),
  row("maxAsks", 1_000, "questions", "waiting for an answer", "the next one is refused"),
  row("askTimeoutMs", 60_000, "ms", "for the answer to a question", "AskCancelled"),
  row("maxSpooledEvents", 1_000, "events", "kept while core is away", "oldest dropped and counted"),
  row("maxSpooledBytes", 8 * MIB, "bytes", "kept while core is away", "oldest dropped and counted"),
  row("maxOutgoingEvents", 16_384, "events", "waiting to be written", "oldest dropped and counted"),
  row("maxOutgoingBytes", 32 * MIB, "bytes", "waiting to be written", "oldest dropped and counted"),
  row("maxEventBytes", 4 * MIB, "bytes", "one event of a backend", "dropped and counted"),
  row("maxRequestsAtOnce", 1_024, "requests", "handled by a backend", "reading stops; core queues"),
  row("answerTimeoutMs", 12_000, "ms", "for a backend's handler", "answered Failed"),
  row("maxChannels", 10_000, "channels", "announced by one backend", "the new one is refused"),
  row(
    "maxChannelTextCharacters",
    8_192,
    "characters",
    "id, name and topic each",
    "id refused, others cut",
  ),
  row("maxSpooledCommandMs", 30_000, "ms", "a command is kept while core is away", "dropped"),
  row("networkConnectMs", 60_000, "ms", "for a backend's connect", "given up, the next follows"),
  row("networkCloseMs", 5_000, "ms", "for a backend's close", "not waited for any longer"),
  row("networkRetryMinMs", 1_000, "ms", "before a network's first retry", "doubles, half random"),
  row("networkRetryMaxMs", 30_000, "ms", "longest pause of a network's", "it grows no more"),
  row("networkStableMs", 60_000, "ms", "connected to the network", "its pauses start small again"),
  row("channelsBackMs", 30_000, "ms", "for joining again after a reconnect", "the rest is left"),
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

const MAX_LIMIT = 2_147_483_647;

/** Defaults where nothing is given. Throws `bad_option` for anything but whole numbers from 1. */
export function resolveLimits(options: SdkLimitOptions): SdkLimits {
  const entries = SDK_LIMITS.map(({ name, value }) => {
    const given = options[name] ?? value;
    checkLimit(name, given);
    return [name, given] as const;
  });
  return Object.freeze(Object.fromEntries(entries)) as SdkLimits;
}

/** Throws `bad_option` for anything but whole numbers from 1. */
export function checkLimit(name: string, given: number): void {
  if (Number.isInteger(given) && given >= 1 && given <= MAX_LIMIT) return;
  throw new SeabirdError(
    "bad_option",
    `option ${name} is ${String(given)}; allowed: whole numbers from 1 to ${MAX_LIMIT}`,
  );
}
