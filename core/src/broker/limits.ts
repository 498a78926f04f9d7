/**
 * Every bound of the broker, with its default and what happens at it. `docs/limits.md` is made
 * from this table, and a Broker's options are its names.
 */

/** One bound. */
export interface Limit {
  /** The option's name, its unit included. */
  readonly name: BrokerLimitName;
  /** The default. */
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

/** What can be set of a Broker, by name; each has its row in BROKER_LIMITS. */
export type BrokerLimitName =
  | "sendMessageTimeoutMs"
  | "sendPrivateMessageTimeoutMs"
  | "performActionTimeoutMs"
  | "performPrivateActionTimeoutMs"
  | "joinChannelTimeoutMs"
  | "leaveChannelTimeoutMs"
  | "updateChannelInfoTimeoutMs"
  | "getBackendInfoTimeoutMs"
  | "maxRequestsInFlightPerBackend"
  | "maxQueuedRequestsPerBackend"
  | "maxQueuedRequestBytesPerBackend"
  | "inFlightRetryAfterMs"
  | "maxActionsPerSecondPerToken"
  | "maxActionBurstPerToken"
  | "maxRatedTokens"
  | "maxMessageBytes"
  | "maxEventFields"
  | "maxEventStreams"
  | "maxQueuedEventsPerStream"
  | "maxQueuedBytesPerStream"
  | "maxEventLogBytes"
  | "maxIngestHoldMs"
  | "maxReaderStallMs"
  | "minIngestEventsPerSecond"
  | "maxBackends"
  | "maxBackendNameBytes"
  | "backendPingTimeoutMs"
  | "maxChannelsPerBackend"
  | "maxIdBytes"
  | "maxAbsoluteIdBytes"
  | "maxChannelNameBytes"
  | "maxTopicBytes"
  | "maxCommandsPerStream"
  | "maxCommandNameBytes"
  | "maxShortHelpBytes"
  | "maxFullHelpBytes"
  | "maxListBytes"
  | "maxStatusWatchers"
  | "maxQueuedStatusChanges";

const MIB = 1_048_576;

function timeout(name: BrokerLimitName, rpc: string): Limit {
  return {
    name,
    value: 10_000,
    unit: "ms",
    what: `time from the arrival of a ${rpc} call to its backend's answer`,
    policy: "the call fails with DEADLINE_EXCEEDED; its backend's late answer is ignored",
  };
}

export const BROKER_LIMITS: readonly Limit[] = [
  timeout("sendMessageTimeoutMs", "SendMessage"),
  timeout("sendPrivateMessageTimeoutMs", "SendPrivateMessage"),
  timeout("performActionTimeoutMs", "PerformAction"),
  timeout("performPrivateActionTimeoutMs", "PerformPrivateAction"),
  timeout("joinChannelTimeoutMs", "JoinChannel"),
  timeout("leaveChannelTimeoutMs", "LeaveChannel"),
  timeout("updateChannelInfoTimeoutMs", "UpdateChannelInfo"),
  timeout("getBackendInfoTimeoutMs", "GetBackendInfo"),
  {
    name: "maxRequestsInFlightPerBackend",
    value: 16_384,
    unit: "requests",
    what: "requests that wait for one backend's answer",
    policy: "further calls are refused with RESOURCE_EXHAUSTED, before anything is announced",
  },
  {
    name: "maxQueuedRequestsPerBackend",
    value: 16_384,
    unit: "requests",
    what: "requests not yet sent because one backend does not read",
    policy: "further calls are refused with RESOURCE_EXHAUSTED, before anything is announced",
  },
  {
    name: "maxQueuedRequestBytesPerBackend",
    value: 64 * MIB,
    unit: "bytes",
    what: "bytes of the requests not yet sent because one backend does not read",
    policy: "further calls are refused with RESOURCE_EXHAUSTED, before anything is announced",
  },
  {
    name: "inFlightRetryAfterMs",
    value: 1_000,
    unit: "ms",
    what: "wait that is advised when a backend has too many requests",
    policy: "sent as the trailer retry-after-ms",
  },
  {
    name: "maxActionsPerSecondPerToken",
    value: 0,
    unit: "actions/s",
    what: "actions of one token in the long run; 0: no limit",
    policy: "further calls are refused with RESOURCE_EXHAUSTED, saying when to try again",
  },
  {
    name: "maxActionBurstPerToken",
    value: 0,
    unit: "actions",
    what: "actions of one token at once, where their rate is limited; 0: those of one second",
    policy: "further calls are refused with RESOURCE_EXHAUSTED, saying when to try again",
  },
  {
    name: "maxRatedTokens",
    value: 100_000,
    unit: "tokens",
    what: "tokens whose recent rate is remembered",
    policy: "the one that was idle longest is forgotten",
  },
  {
    name: "maxMessageBytes",
    value: 3.5 * MIB,
    unit: "bytes",
    what: "an Event or ChatRequest after normalising, encoded",
    policy: "an action is refused with RESOURCE_EXHAUSTED; a backend's event is dropped",
  },
  {
    name: "maxEventFields",
    value: 32_768,
    unit: "fields",
    what: "fields of an event of a backend, those of the messages inside it included; decoding them costs time and memory",
    policy: "the event is dropped, logged and counted; if it answers a request, that one fails",
  },
  {
    name: "maxEventStreams",
    value: 10_000,
    unit: "streams",
    what: "open event streams",
    policy: "further ones are refused with RESOURCE_EXHAUSTED",
  },
  {
    name: "maxQueuedEventsPerStream",
    value: 16_384,
    unit: "events",
    what: "events that wait for one event stream's reader",
    policy: "the rest is dropped and the stream ends with RESOURCE_EXHAUSTED",
  },
  {
    name: "maxQueuedBytesPerStream",
    value: 8 * MIB,
    unit: "bytes",
    what: "bytes of the events that wait for one event stream's reader",
    policy: "the rest is dropped and the stream ends with RESOURCE_EXHAUSTED",
  },
  {
    name: "maxEventLogBytes",
    value: 256 * MIB,
    unit: "bytes",
    what: "bytes of all events that any stream's reader has yet to take, each counted once; large events next to small ones may take up to twice their size in memory",
    policy: "the streams furthest behind end with RESOURCE_EXHAUSTED",
  },
  {
    name: "maxIngestHoldMs",
    value: 2_000,
    unit: "ms",
    what: "time for which a reader that is behind, but reads, may hold back the backends' events",
    policy: "the events go on; that reader holds nobody again before it has caught up",
  },
  {
    name: "maxReaderStallMs",
    value: 250,
    unit: "ms",
    what: "time without reading after which a reader that is behind holds nobody back",
    policy: "the events go on",
  },
  {
    name: "minIngestEventsPerSecond",
    value: 1_000,
    unit: "events/s",
    what: "pace below which readers that are behind do not bring the backends' events, but for one maxIngestHoldMs; an event of n KiB counts as n + 1",
    policy: "the events go on",
  },
  {
    name: "maxBackends",
    value: 1_024,
    unit: "backends",
    what: "connected backends",
    policy: "further ones are refused with RESOURCE_EXHAUSTED",
  },
  {
    name: "maxBackendNameBytes",
    value: 256,
    unit: "bytes",
    what: "a backend's type, and its id",
    policy: "the backend is refused with INVALID_ARGUMENT",
  },
  {
    name: "backendPingTimeoutMs",
    value: 1_000,
    unit: "ms",
    what: "time that a backend's connection has to answer when another one claims its name",
    policy: "it is ended, and the other one takes its place",
  },
  {
    name: "maxChannelsPerBackend",
    value: 10_000,
    unit: "channels",
    what: "channels tracked of one backend",
    policy: "joining further ones is dropped, logged and counted",
  },
  {
    name: "maxIdBytes",
    value: 1_024,
    unit: "bytes",
    what: "a backend's own id of a channel or user",
    policy: "the event that has it is dropped, logged and counted",
  },
  {
    name: "maxAbsoluteIdBytes",
    value: 16_384,
    unit: "bytes",
    what: "an id by which a plugin names a backend, channel or user",
    policy: "the call is refused with INVALID_ARGUMENT, as one whose id cannot be read",
  },
  {
    name: "maxChannelNameBytes",
    value: 1_024,
    unit: "bytes",
    what: "a channel's display name in core's list",
    policy: "cut at a character",
  },
  {
    name: "maxTopicBytes",
    value: 8_192,
    unit: "bytes",
    what: "a channel's topic in core's list",
    policy: "cut at a character",
  },
  {
    name: "maxCommandsPerStream",
    value: 256,
    unit: "commands",
    what: "commands registered by one event stream",
    policy: "the stream is refused with INVALID_ARGUMENT",
  },
  {
    name: "maxCommandNameBytes",
    value: 256,
    unit: "bytes",
    what: "a command's name",
    policy: "the stream is refused with INVALID_ARGUMENT",
  },
  {
    name: "maxShortHelpBytes",
    value: 4_096,
    unit: "bytes",
    what: "a command's short help",
    policy: "the stream is refused with INVALID_ARGUMENT",
  },
  {
    name: "maxFullHelpBytes",
    value: 65_536,
    unit: "bytes",
    what: "a command's full help",
    policy: "the stream is refused with INVALID_ARGUMENT",
  },
  {
    name: "maxListBytes",
    value: 3.5 * MIB,
    unit: "bytes",
    what: "the answer that lists one backend's channels, or all commands, encoded",
    policy:
      "joining or changing a channel beyond it is dropped, logged and counted; a stream whose commands go beyond it is refused with RESOURCE_EXHAUSTED",
  },
  {
    name: "maxStatusWatchers",
    value: 64,
    unit: "watchers",
    what: "open watches of the status",
    policy: "further ones are refused with RESOURCE_EXHAUSTED",
  },
  {
    name: "maxQueuedStatusChanges",
    value: 1_024,
    unit: "changes",
    what: "changes that wait for one watcher of the status",
    policy: "they are dropped; the watcher is told how many, and gets a new snapshot",
  },
];
