/**
 * Every bound of the broker. Most are constants; `settings.ts` lists the few that an operator
 * can set. A Broker's options may lower any of them, which is for tests.
 */

const MIB = 1_048_576;

export const BROKER_LIMITS = {
  /**
   * Milliseconds from the arrival of an action to its backend's answer. The call then fails with
   * DEADLINE_EXCEEDED, and a late answer is ignored. `actionTimeouts` overrides it by action.
   */
  actionTimeoutMs: 10_000,
  /** Requests that wait for one backend's answer. More are refused with RESOURCE_EXHAUSTED. */
  maxRequestsInFlightPerBackend: 16_384,
  /** Requests not yet sent since one backend does not read. More: RESOURCE_EXHAUSTED. */
  maxQueuedRequestsPerBackend: 16_384,
  /** Bytes of the requests not yet sent since one backend does not read. More: RESOURCE_EXHAUSTED. */
  maxQueuedRequestBytesPerBackend: 64 * MIB,
  /** Wait in milliseconds that a full backend's callers are advised, as trailer `retry-after-ms`. */
  inFlightRetryAfterMs: 1_000,
  /**
   * The same where a backend refuses while its network is lost: it sets such refusals apart from those
   * that last.
   */
  networkRetryAfterMs: 5_000,
  /** Actions of one token in the long run; 0: no limit. More: RESOURCE_EXHAUSTED. */
  maxActionsPerSecondPerToken: 0,
  /** Actions of one token at once, where their rate is limited; 0: those of one second. */
  maxActionBurstPerToken: 0,
  /**
   * What one token's sends to backends that are not connected may cost a second, since all that
   * becomes of them is their event: each 1, and 1 more for each 64 blocks and each KiB. More:
   * RESOURCE_EXHAUSTED, and no event.
   */
  maxAbsentSendCostPerSecond: 1_000,
  /** The same at once: one of the largest, and less than a stream's reader may be behind. */
  maxAbsentSendBurst: 4_000,
  /**
   * Bytes of one token's messages a second, after normalising, small ones not counted. A few large ones
   * at once put every reader too far behind. More: RESOURCE_EXHAUSTED, and no event.
   */
  maxLargeSendBytesPerSecond: 2 * MIB,
  /** The same at once: less than maxQueuedBytesPerStream. */
  maxLargeSendBurstBytes: 6 * MIB,
  /** Bytes of a message, after normalising, up to which it is small. */
  smallSendBytes: 4_096,
  /**
   * Sends remembered by their idempotency keys, for one token's name. The one that succeeded first
   * is forgotten; if none has, a further one is refused with RESOURCE_EXHAUSTED.
   */
  maxIdempotencyKeys: 1_000,
  /**
   * Bytes in memory of the sends remembered by their keys, for all names. The one that succeeded
   * first, of the name with most of them, is forgotten; if there is none: RESOURCE_EXHAUSTED.
   */
  maxIdempotencyBytes: 64 * MIB,
  /** Calls that wait for the outcome of one send with a key. More: RESOURCE_EXHAUSTED. */
  maxCallsPerIdempotencyKey: 64,
  /** Tokens whose recent rate is remembered. The one that was idle longest is forgotten. */
  maxRatedTokens: 100_000,
  /**
   * Bytes of an Event or ChatRequest after normalising, encoded. A larger action is refused with
   * RESOURCE_EXHAUSTED, a larger event of a backend is dropped. It is 7/8 of what one message on
   * the wire may have, since most clients read no more than 4 MiB.
   */
  maxMessageBytes: 3.5 * MIB,
  /**
   * Fields of a backend's event, those of the messages inside it included; decoding costs time
   * and memory. A larger event is dropped, logged and counted; a request it answers fails.
   */
  maxEventFields: 32_768,
  /**
   * Fields of a backend's Hello, of its capabilities, and of an answer that lists members: enough
   * for 10,000 members, or for 10,000 channels with a few capabilities each.
   */
  maxListFields: 131_072,
  /**
   * Fields of a request or event that core does not know, and entries of its tags and its other maps
   * of texts, together. They take longest to decode. More: as with maxRequestFields, maxEventFields.
   */
  maxUnusualFields: 1_024,
  /**
   * Open event streams. With one more, the token that has most loses its newest; one of the token
   * that has most is refused with RESOURCE_EXHAUSTED.
   */
  maxEventStreams: 10_000,
  /** Kinds that one event stream names. More: it is refused with INVALID_ARGUMENT. */
  maxKindsPerStream: 64,
  /**
   * Different lists of kinds of all open event streams; publishing costs something for each. A
   * stream with one more is refused with RESOURCE_EXHAUSTED, unless it asks for no kinds or all.
   */
  maxEventViews: 256,
  /** Events that wait for one stream's reader. More: the stream ends with RESOURCE_EXHAUSTED. */
  maxQueuedEventsPerStream: 16_384,
  /** Bytes of the events that wait for one stream's reader. More: it ends likewise. */
  maxQueuedBytesPerStream: 8 * MIB,
  /**
   * Bytes of all events that some reader has yet to take, each counted once. More: the streams
   * furthest behind end with RESOURCE_EXHAUSTED. Large events next to small ones may take up to
   * twice their size in memory.
   */
  maxEventLogBytes: 256 * MIB,
  /**
   * Milliseconds for which a reader that is behind, but reads, may pause the reading of backends'
   * events. Then they go on, and that reader pauses nothing again before it has caught up.
   */
  maxIngestPauseMs: 2_000,
  /** Milliseconds without reading after which a reader that is behind pauses nothing. */
  maxReaderStallMs: 250,
  /**
   * EventBus per second below which readers that are behind do not slow the backends, but for one
   * maxIngestPauseMs. An event of n KiB counts as n + 1.
   */
  minIngestEventsPerSecond: 1_000,
  /** Connected backends. More are refused with RESOURCE_EXHAUSTED. */
  maxBackends: 1_024,
  /**
   * Milliseconds from the opening of a backend's stream to its Hello. Then the stream ends with
   * DEADLINE_EXCEEDED.
   */
  helloTimeoutMs: 10_000,
  /**
   * Backends' streams of one token that have not said Hello. With one more, the oldest of them ends
   * with RESOURCE_EXHAUSTED.
   */
  maxSilentBackendsPerToken: 64,
  /** Bytes of a backend's type, and of its id. Longer ones are refused with INVALID_ARGUMENT. */
  maxBackendNameBytes: 256,
  /**
   * Milliseconds that a backend's connection has to answer a ping when another one claims its
   * name. Without an answer it ends, and the other one takes its place.
   */
  backendPingTimeoutMs: 1_000,
  /** Channels tracked of one backend. Joining more is dropped, logged and counted. */
  maxChannelsPerBackend: 10_000,
  /** Bytes of a backend's own id of a channel or user. The event with a longer one is dropped. */
  maxIdBytes: 1_024,
  /** Bytes of an id by which a plugin names a backend, channel or user. More: INVALID_ARGUMENT. */
  maxAbsoluteIdBytes: 16_384,
  /** Bytes of a channel's display name in core's list. A longer one is cut at a character. */
  maxChannelNameBytes: 1_024,
  /** Bytes of a channel's topic in core's list. A longer one is cut at a character. */
  maxTopicBytes: 8_192,
  /** Bytes of the reason for which a backend lost its network. A longer one is cut at a character. */
  maxReasonBytes: 1_024,
  /** Commands registered by one event stream. More: it is refused with INVALID_ARGUMENT. */
  maxCommandsPerStream: 256,
  /** Bytes of a command's name. More: the stream is refused with INVALID_ARGUMENT. */
  maxCommandNameBytes: 256,
  /** Bytes of a command's short help. More: the stream is refused with INVALID_ARGUMENT. */
  maxShortHelpBytes: 4_096,
  /** Bytes of a command's full help. More: the stream is refused with INVALID_ARGUMENT. */
  maxFullHelpBytes: 65_536,
  /**
   * Bytes of the answer that lists one backend's channels, or all commands. A channel beyond it
   * is dropped, logged and counted; a stream whose commands exceed it: RESOURCE_EXHAUSTED.
   */
  maxListBytes: 3.5 * MIB,
  /** Open watches of the status. More are refused with RESOURCE_EXHAUSTED. */
  maxStatusWatchers: 64,
  /**
   * Changes that wait for one watcher of the status. More are dropped; the watcher learns how
   * many, and gets a new snapshot.
   */
  maxQueuedStatusChanges: 1_024,
} as const satisfies Record<string, number>;

/** Bounds of the lines in the log that peers can cause at will (`aggregated-log.ts`). */
export const LOG_LIMITS = {
  /** Milliseconds between two summaries of such lines. */
  summaryEveryMs: 10_000,
  /** Pairs of a peer and a line that are counted apart. More are counted together, by line. */
  maxRows: 64,
  /** Lines of one such pair that are written in full before they are only counted. */
  burst: 1,
} as const;

export type BrokerLimitName = keyof typeof BROKER_LIMITS;
