/**
 * Every bound of the transport: its default, its unit and what happens at it.
 * `docs/limits.md` is made from this table; `resolveTransportOptions` reads its defaults here.
 */
import { BrokerError } from "../broker/errors.ts";

interface LimitRow {
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  readonly policy: string;
}

const row = (value: number, unit: string, what: string, policy: string): LimitRow => ({
  value,
  unit,
  what,
  policy,
});

const ROWS = {
  maxConnections: row(10_000, "connections", "connections in all", "a further one is closed"),
  maxConnectionsPerAddress: row(
    4_096,
    "connections",
    "connections from one address; a proxy counts as one",
    "a further one is closed",
  ),
  openingTimeoutMs: row(
    10_000,
    "ms",
    "until a new connection has sent its first bytes, and HTTP/2's preface or a request's header",
    "the connection is closed",
  ),
  maxStreamsPerConnection: row(
    1_024,
    "streams",
    "HTTP/2 streams open at once on one connection",
    "clients wait; one that does not is refused that stream",
  ),
  quickResetBurst: row(
    4_096,
    "resets",
    "streams of one connection that end by a reset within quickResetMs of their opening",
    "the connection ends with ENHANCE_YOUR_CALM",
  ),
  quickResetsPerSecond: row(
    256,
    "resets/s",
    "how fast the quick resets of a connection are forgiven",
    "see quickResetBurst",
  ),
  quickResetMs: row(
    100,
    "ms",
    "a stream reset at a greater age is an honest cancellation and does not count",
    "see quickResetBurst",
  ),
  streamResetBurst: row(
    16_384,
    "resets",
    "Node's own limit behind the one above: resets at any age, all at once",
    "the connection ends",
  ),
  streamResetRate: row(
    8_192,
    "resets/s",
    "Node's own limit: resets at any age, sustained",
    "the connection ends",
  ),
  maxSessionMemoryMb: row(
    128,
    "MB",
    "what one HTTP/2 connection may hold in Node's memory",
    "new streams are refused until it shrinks",
  ),
  maxHeaderBytes: row(16_384, "bytes", "header of one request", "the request is refused"),
  maxHeaderPairs: row(128, "pairs", "header lines of one request", "the request is refused"),
  maxInvalidFrames: row(
    256,
    "frames",
    "invalid HTTP/2 frames that one connection may send",
    "the connection ends",
  ),
  maxRejectedStreams: row(
    100,
    "streams",
    "refused streams whose refusal one connection has not yet seen",
    "the connection ends",
  ),
  streamWindowBytes: row(
    1_048_576,
    "bytes",
    "what a peer may send on one stream before core has read it",
    "the peer waits",
  ),
  connectionWindowBytes: row(
    8_388_608,
    "bytes",
    "what a peer may send on one connection before core has read it",
    "the peer waits",
  ),
  maxMessageBytes: row(
    4_194_304,
    "bytes",
    "one incoming message, after decompression",
    "the call or stream ends with RESOURCE_EXHAUSTED",
  ),
  maxRequestFields: row(
    32_768,
    "fields",
    "a request's fields, those of the messages inside it included; decoding them costs time and memory",
    "the call ends with RESOURCE_EXHAUSTED",
  ),
  maxCollectedBytes: row(
    134_217_728,
    "bytes",
    "messages of all connections that have not arrived whole or not been unpacked, beyond smallMessageBytes of each",
    "a call that needs more ends with RESOURCE_EXHAUSTED",
  ),
  smallMessageBytes: row(
    16_384,
    "bytes",
    "what each call may hold of such a message in any case",
    "more is counted in maxCollectedBytes",
  ),
  maxUnzips: row(
    4,
    "messages",
    "compressed messages that are unpacked at once",
    "the others wait, packed",
  ),
  requestBodyTimeoutMs: row(
    30_000,
    "ms",
    "until the request of a call has arrived whole",
    "the call ends with DEADLINE_EXCEEDED",
  ),
  maxPendingWriteBytes: row(
    65_536,
    "bytes",
    "what one stream hands to HTTP/2 beyond the window; one larger message goes alone",
    "the rest waits in the stream's own queue",
  ),
  endTimeoutMs: row(
    5_000,
    "ms",
    "until the end of a stream, its last bytes and its status, has left for a peer that reads nothing",
    "the stream is reset with ENHANCE_YOUR_CALM",
  ),
  maxUnreadReplyBytes: row(
    67_108_864,
    "bytes",
    "answers of calls, of all connections, that are larger than maxPendingWriteBytes and not taken yet",
    "a further one becomes RESOURCE_EXHAUSTED",
  ),
  replyTimeoutMs: row(
    30_000,
    "ms",
    "until a caller has taken such an answer",
    "the call is reset with ENHANCE_YOUR_CALM",
  ),
  maxCallsWithoutToken: row(
    8,
    "calls",
    "calls without a token (health) that are open at once on one connection",
    "a further one ends with RESOURCE_EXHAUSTED",
  ),
  maxMessagesPerTurn: row(
    256,
    "messages",
    "messages read from one stream before others have their turn",
    "the rest waits a turn",
  ),
  maxTurnMs: row(
    5,
    "ms",
    "time spent on the messages of one stream before others have their turn",
    "the rest waits a turn",
  ),
  keepAliveIntervalMs: row(20_000, "ms", "between two pings on an HTTP/2 connection", "none"),
  keepAliveTimeoutMs: row(
    10_000,
    "ms",
    "until a ping is answered",
    "the connection is taken for dead and closed",
  ),
  http1WriteTimeoutMs: row(
    30_000,
    "ms",
    "an HTTP/1.1 connection's write without any progress",
    "the connection is closed",
  ),
  maxHttp1Requests: row(
    64,
    "requests",
    "requests of one HTTP/1.1 connection that were sent before the first of them was answered",
    "the connection is closed",
  ),
  http1IdleTimeoutMs: row(
    60_000,
    "ms",
    "an HTTP/1.1 connection without a request",
    "the connection is closed",
  ),
  maxStatusMessageBytes: row(
    1_024,
    "bytes",
    "a status message, before escaping",
    "it is cut at the end of a character; the log has all of it",
  ),
  drainRequestsMs: row(
    5_000,
    "ms",
    "what requests in flight have left when core shuts down",
    "they end with UNAVAILABLE",
  ),
  drainStreamsMs: row(
    1_250,
    "ms",
    "what event streams, and then all others, have left to send their ends in a shutdown",
    "the shutdown goes on without them",
  ),
  closeGraceMs: row(
    250,
    "ms",
    "what connections have left to send their last bytes in a shutdown",
    "they are destroyed",
  ),
} as const satisfies Record<string, LimitRow>;

export type TransportLimitName = keyof typeof ROWS;

/** Bounds of the transport; what is left out has the default of `TRANSPORT_LIMITS`. */
export type TransportLimits = { readonly [Name in TransportLimitName]: number };

export const TRANSPORT_LIMITS = Object.entries(ROWS).map(([name, limit]) => ({ name, ...limit }));

/** Fills in the defaults and checks the rest: whole numbers of at least 1. */
export function resolveTransportLimits(given: Partial<TransportLimits> = {}): TransportLimits {
  const limits: Record<string, number> = {};
  for (const { name, value } of TRANSPORT_LIMITS) {
    const asked = given[name as TransportLimitName];
    if (asked !== undefined && !(Number.isSafeInteger(asked) && asked >= 1)) {
      throw new BrokerError(
        "bad_request",
        `limits.${name} is ${asked}; allowed is a whole number of at least 1`,
      );
    }
    limits[name] = asked ?? value;
  }
  for (const name of Object.keys(given)) {
    if (!(name in ROWS)) throw new BrokerError("bad_request", `limits.${name}: no such limit`);
  }
  return Object.freeze(limits) as TransportLimits;
}
