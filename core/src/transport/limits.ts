/**
 * Every bound of the transport. Most are constants; `settings.ts` lists the few that an operator
 * can set. A server's `limits` may lower any of them, which is for tests.
 */
import { resolveLimits } from "../broker/options.ts";

export const TRANSPORT_LIMITS = {
  /** Connections in all. One more is closed. */
  maxConnections: 10_000,
  /** Connections from one address; a proxy counts as one. One more is closed. */
  maxConnectionsPerAddress: 4_096,
  /**
   * Milliseconds until a new connection has sent its first bytes, and HTTP/2's preface or a
   * request's header. Then it is closed.
   */
  handshakeTimeoutMs: 10_000,
  /** HTTP/2 streams open at once on one connection. Clients wait; others are refused that stream. */
  maxStreamsPerConnection: 1_024,
  /**
   * The same while no call of the connection was authenticated: as many as clients assume before
   * they have read SETTINGS.
   */
  maxUnauthenticatedStreams: 100,
  /**
   * Milliseconds that starting calls may take in one turn of the event loop, those of connections
   * with a token; a fourth of it for those without one, and for health. The rest waits for the
   * next turn, each connection's next call before any connection's second.
   */
  maxStartMsPerTick: 5,
  /** Calls of connections without a token started in one turn, and of health. The rest waits. */
  maxUnauthenticatedStartsPerTick: 16,
  /**
   * Refused calls, resets and broken frames of the connections without a token from one address
   * (IPv6: one network of 64 bits). More: a connection ends with ENHANCE_YOUR_CALM at its next one
   * beyond penalisedFaults, and new ones are opened slowly until half of it is restored.
   */
  faultBurst: 1_024,
  /** Of these, restored in each second. */
  faultsPerSecond: 64,
  /** The same of one connection. More: it ends with ENHANCE_YOUR_CALM. */
  connectionFaultBurst: 256,
  /** Of these, restored in each second. */
  connectionFaultsPerSecond: 16,
  /** Refusals and resets that a connection may have whose address has none left. */
  penalisedFaults: 8,
  /** Connections from one address that showed no token. More are opened slowly. */
  connectionBurst: 1_024,
  /** Of these, restored in each second. */
  connectionsPerSecond: 64,
  /** Calls in the first bytes of a connection. With more, it ends with ENHANCE_YOUR_CALM. */
  maxFirstCalls: 128,
  /**
   * The same from an address that has done too much: as many as clients assume. With this many, the
   * next connection of the address is opened that much later (penalisedCallsPerOpening).
   */
  penalisedFirstCalls: 100,
  /** First calls of such a connection that its turn allows. With more, the next turn is later. */
  penalisedCallsPerOpening: 32,
  /** Streams that HTTP/2 itself refuses for their header, each counted as so many faults. */
  refusedHeaderCost: 8,
  /**
   * Milliseconds between two looks at the headers of an address that has done too much; up to eight
   * times as many where none was refused.
   */
  penalisedCheckMs: 20,
  /** Connections opened in one turn of the event loop. The others wait for the next. */
  maxOpeningsPerTick: 8,
  /** Connections opened per second of an address that has done too much. The others wait, unread. */
  penalisedOpeningsPerSecond: 200,
  /** Connections that wait to be opened, of an address that has done too much. One more is closed. */
  maxWaitingConnections: 512,
  /**
   * Queries of the token store for the unknown tokens of one address. More are refused with
   * UNAVAILABLE; a token that is new in the store is known after storePollMs in any case.
   */
  lookupBurst: 128,
  /** Of these, restored in each second. */
  lookupsPerSecond: 16,
  /** Clients of trusted proxies that are told apart. The one that called longest ago is forgotten. */
  maxProxyClients: 16_384,
  /** Addresses whose refusals are remembered. The oldest is forgotten. */
  maxAddressAccounts: 16_384,
  /**
   * Streams of a connection with a token that end by a reset within quickResetMs of their opening
   * ("rapid reset"). More: the connection ends with ENHANCE_YOUR_CALM.
   */
  quickResetBurst: 4_096,
  /** Quick resets of one connection that are forgiven in each second. */
  quickResetsPerSecond: 256,
  /** Milliseconds of age from which a reset is an honest cancellation, and not counted. */
  quickResetMs: 100,
  /** Node's own limit behind the one above: resets at any age, all at once. More ends the connection. */
  streamResetBurst: 16_384,
  /** Node's own limit: resets per second at any age, sustained. More ends the connection. */
  streamResetRate: 8_192,
  /** Megabytes that one HTTP/2 connection may hold in Node. Until they shrink, new streams are refused. */
  maxSessionMemoryMb: 128,
  /** Bytes of one request's header. A larger one is refused. */
  maxHeaderBytes: 16_384,
  /** Header lines of one request. With more, it is refused. */
  maxHeaderPairs: 128,
  /** Invalid HTTP/2 frames that one connection may send. More ends it. */
  maxInvalidFrames: 256,
  /** Refused streams whose refusal one connection has not yet seen. More ends it. */
  maxRejectedStreams: 100,
  /** Bytes that a peer may send on one stream before core has read them. Then it waits. */
  streamWindowBytes: 1_048_576,
  /** Bytes that a peer may send on one connection before core has read them. Then it waits. */
  connectionWindowBytes: 8_388_608,
  /** Bytes of one incoming message, after decompression. More: RESOURCE_EXHAUSTED. */
  maxMessageBytes: 4_194_304,
  /**
   * Fields of a request, those of the messages inside it included; decoding costs time and
   * memory. More: RESOURCE_EXHAUSTED.
   */
  maxRequestFields: 32_768,
  /**
   * Bytes that are held in memory for all peers: what has come of their messages and is not handled
   * yet, what waits to leave, and callBytes of each open call; at most half of what Node's heap may
   * have. More: the calls that hold most, of the connection and the token that hold most, end with
   * RESOURCE_EXHAUSTED.
   */
  maxHeldBytes: 268_435_456,
  /** Bytes that an open call counts as, whatever it waits for. */
  callBytes: 8_192,
  /** Compressed messages that are decompressed at once. The others wait, compressed. */
  maxConcurrentGunzips: 4,
  /** Milliseconds until a call's request has arrived whole. Then it ends with DEADLINE_EXCEEDED. */
  requestBodyTimeoutMs: 30_000,
  /**
   * Bytes that one stream hands to HTTP/2 beyond the window; one larger message goes alone. The
   * rest waits in the stream's own queue.
   */
  maxPendingWriteBytes: 65_536,
  /**
   * Milliseconds until a stream's last bytes and status have left for a peer that does not read.
   * Then it is reset with ENHANCE_YOUR_CALM.
   */
  endTimeoutMs: 5_000,
  /** Milliseconds until a caller has taken its answer. Then it is reset with ENHANCE_YOUR_CALM. */
  replyTimeoutMs: 30_000,
  /**
   * Bytes of a request by Connect or gRPC-Web that are still read, and dropped, when it is too large,
   * and again when it is answered, so that its caller gets the answer. More: on HTTP/2 the stream is
   * reset with NO_ERROR behind its answer, on HTTP/1.1 the connection is closed.
   */
  maxDiscardedBytes: 33_554_432,
  /**
   * Answered requests of one HTTP/2 connection of which more is read, and dropped, at once. The
   * others are reset with NO_ERROR as soon as they are answered.
   */
  maxDiscardedStreams: 16,
  /** Bytes of a question to the reflection service. A longer one ends its stream: INVALID_ARGUMENT. */
  maxReflectionRequestBytes: 4_096,
  /** Reflection's answers that wait for one peer. Until it reads some, its questions are not read. */
  maxReflectionAnswers: 64,
  /** Messages read from one stream in a tick of the event loop. The rest waits for the next. */
  maxMessagesPerTick: 256,
  /** Milliseconds spent on the messages of one stream in a tick. The rest waits for the next. */
  maxTickMs: 5,
  /**
   * Milliseconds that all streams together may read messages in a tick. The rest waits, and each
   * connection reads in turn.
   */
  maxReadMsPerTick: 20,
  /** Milliseconds spent on the messages of one stream in a tick while others wait for their turn. */
  contestedReadMs: 1,
  /** Milliseconds between two pings on an HTTP/2 connection. */
  keepAliveIntervalMs: 20_000,
  /** Milliseconds until a ping is answered. Then the connection counts as dead, and is closed. */
  keepAliveTimeoutMs: 10_000,
  /** Milliseconds of an HTTP/1.1 connection's write without progress. Then it is closed. */
  http1WriteTimeoutMs: 30_000,
  /** Requests of one HTTP/1.1 connection sent before the first was answered. More closes it. */
  maxHttp1Requests: 64,
  /** Milliseconds of an HTTP/1.1 connection without a request. Then it is closed. */
  http1IdleTimeoutMs: 60_000,
  /** Bytes of a status message, before escaping. A longer one is cut; the log has all of it. */
  maxStatusMessageBytes: 1_024,
  /** Milliseconds that requests in flight have left in a shutdown. Then they end with UNAVAILABLE. */
  drainRequestsMs: 5_000,
  /** Milliseconds that event streams, and then all others, have left in a shutdown to end. */
  drainStreamsMs: 1_250,
  /** Milliseconds that connections have left in a shutdown for their last bytes. */
  closeGraceMs: 250,
} as const satisfies Record<string, number>;

/** Bounds of the transport; what is left out has the default of `TRANSPORT_LIMITS`. */
export type TransportLimits = { readonly [Name in keyof typeof TRANSPORT_LIMITS]: number };

/** Fills in the defaults. Throws BrokerError `bad_request` for an unknown name or a wrong value. */
export function resolveTransportLimits(given: Partial<TransportLimits> = {}): TransportLimits {
  return resolveLimits<keyof TransportLimits>(TRANSPORT_LIMITS, given);
}
