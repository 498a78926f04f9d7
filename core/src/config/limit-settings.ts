/**
 * The limits that an operator can set. All others are constants, in each module's `limits.ts`.
 */
import { AUTH_LIMITS } from "../auth/limits.ts";
import { BROKER_LIMITS } from "../broker/limits.ts";
import { MEDIA_LIMITS } from "../media/limits.ts";
import { TRANSPORT_LIMITS } from "../transport/limits.ts";
import { type Setting, snakeCase } from "./setting.ts";

/** A module of core whose limits can be set. */
export type LimitModule = "broker" | "transport" | "auth" | "media";

export interface LimitSetting extends Setting {
  readonly module: LimitModule;
  /** The default. */
  readonly value: number;
  readonly unit: string;
  /** What happens at the limit. */
  readonly policy: string;
  readonly least: number;
  readonly most: number;
}

/** The longest time that a timer can wait, and the most streams that HTTP/2 can count. */
const MOST = 2 ** 31 - 1;

const DEFAULTS = {
  broker: BROKER_LIMITS,
  transport: TRANSPORT_LIMITS,
  auth: AUTH_LIMITS,
  media: MEDIA_LIMITS,
};
/** A hundred years. */
const MOST_HOURS = 876_000;

function limit<M extends LimitModule>(
  module: M,
  name: keyof (typeof DEFAULTS)[M] & string,
  [unit, what, policy]: readonly [unit: string, what: string, policy: string],
): LimitSetting {
  const value = DEFAULTS[module][name] as number;
  return {
    module,
    name,
    value,
    unit,
    what,
    policy,
    least: value === 0 || name === "maxIngestPauseMs" ? 0 : 1,
    most: MOST_BY_UNIT[unit] ?? MOST,
    env: [`SEABIRD_${snakeCase(name).toUpperCase()}`],
    placeholder: "N",
    byDefault: `${value} ${unit}`,
    inFile: false,
    flag: true,
  };
}

const MOST_BY_UNIT: Readonly<Record<string, number>> = {
  bytes: Number.MAX_SAFE_INTEGER,
  hours: MOST_HOURS,
};

const REFUSED = "more are refused with RESOURCE_EXHAUSTED";

export const LIMIT_SETTINGS: readonly LimitSetting[] = [
  limit("broker", "actionTimeoutMs", [
    "ms",
    "time from the arrival of an action to its backend's answer",
    "the call fails with DEADLINE_EXCEEDED; a late answer is ignored",
  ]),
  limit("broker", "maxActionsPerSecondPerToken", [
    "actions/s",
    "actions of one token in the long run; 0: no limit",
    `${REFUSED}, saying when to try again`,
  ]),
  limit("broker", "maxActionBurstPerToken", [
    "actions",
    "actions of one token at once, if their rate is limited; 0: those of one second",
    `${REFUSED}, saying when to try again`,
  ]),
  limit("transport", "maxMessageBytes", [
    "bytes",
    "one incoming message, after decompression; 7/8 of it for what core sends on",
    "the call or stream ends with RESOURCE_EXHAUSTED; a larger event of a backend is dropped",
  ]),
  limit("broker", "maxQueuedEventsPerStream", [
    "events",
    "events that wait for one event stream's reader",
    "the stream ends with RESOURCE_EXHAUSTED",
  ]),
  limit("broker", "maxQueuedBytesPerStream", [
    "bytes",
    "bytes of the events that wait for one event stream's reader",
    "the stream ends with RESOURCE_EXHAUSTED",
  ]),
  limit("broker", "maxEventLogBytes", [
    "bytes",
    "bytes of all events that some stream's reader has yet to take, each counted once",
    "the streams furthest behind end with RESOURCE_EXHAUSTED",
  ]),
  limit("broker", "maxIngestPauseMs", [
    "ms",
    "time for which a reader that is behind, but reads, may pause the reading of backends' events",
    "core reads on; that reader pauses nothing again before it has caught up",
  ]),
  limit("broker", "maxRequestsInFlightPerBackend", [
    "requests",
    "requests that wait for one backend's answer",
    `${REFUSED}, before anything is announced`,
  ]),
  limit("broker", "maxEventStreams", [
    "streams",
    "open event streams",
    "the token that has most loses its newest; another of that token's is refused with RESOURCE_EXHAUSTED",
  ]),
  limit("broker", "maxBackends", ["backends", "connected backends", REFUSED]),
  limit("broker", "maxChannelsPerBackend", [
    "channels",
    "channels tracked of one backend",
    "joining more is dropped, logged and counted",
  ]),
  limit("auth", "maxTokens", [
    "tokens",
    "tokens in the database, revoked ones included",
    "creating another is refused; rows beyond are not loaded, and the log says so",
  ]),
  limit("media", "mediaMaxBytes", [
    "bytes",
    "bytes of all files that core keeps",
    "the oldest are removed",
  ]),
  limit("media", "mediaMaxAgeHours", ["hours", "age of a file", "it is removed"]),
  limit("media", "mediaMaxFileBytes", ["bytes", "bytes of one file", "a larger one is refused"]),
  limit("transport", "maxConnections", ["connections", "connections in all", "one more is closed"]),
  limit("transport", "maxConnectionsPerAddress", [
    "connections",
    "connections from one address; a proxy counts as one",
    "one more is closed",
  ]),
  limit("transport", "maxStreamsPerConnection", [
    "streams",
    "HTTP/2 streams open at once on one connection",
    "clients wait; a client that does not is refused that stream",
  ]),
  limit("transport", "keepAliveIntervalMs", [
    "ms",
    "time between two pings on an HTTP/2 connection",
    "none",
  ]),
  limit("transport", "keepAliveTimeoutMs", [
    "ms",
    "time until a ping is answered",
    "the connection counts as dead and is closed",
  ]),
  limit("transport", "drainRequestsMs", [
    "ms",
    "time that requests in flight have left in a shutdown",
    "they end with UNAVAILABLE",
  ]),
];
