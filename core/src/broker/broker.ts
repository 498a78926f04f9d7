/**
 * The broker's front door: everything that the transport, the admin service and the metrics ask
 * of it. It knows no socket, no disk and no time but the clock it is given.
 */
import type {
  ChannelInfoRequest,
  ChannelInfoResponse,
  CommandsResponse,
  CoreInfoResponse,
  ListBackendsResponse,
  ListChannelsRequest,
  ListChannelsResponse,
  StreamEventsRequest,
} from "@seabird/protocol";
import type { ActionKind, ActionRequest, ActionResponse } from "./action-kinds.ts";
import type { CallContext } from "./caller.ts";
import type { Clock } from "./clock.ts";
import { BrokerError } from "./errors.ts";
import type { BrokerLog } from "./log.ts";
import type { BrokerObserver } from "./observer.ts";
import { type BrokerOptions, type ResolvedBrokerOptions, resolveBrokerOptions } from "./options.ts";
import type { Source } from "./source.ts";
import type { StatusSnapshot, StatusWatch } from "./status.ts";

export interface BrokerParts {
  /** Bounds and timeouts; default: those of BROKER_LIMITS. */
  readonly options?: BrokerOptions;
  readonly clock: Clock;
  /** Default: says nothing. */
  readonly log?: BrokerLog;
  /** Default: counts nothing. */
  readonly observer?: BrokerObserver;
}

/** One backend's stream, from the inside; the transport's Session. */
export interface IngestSession {
  /** The requests to the backend. */
  readonly output: Source;
  /**
   * One ChatEvent, as bytes. Hand in no further one while a promise is pending: the broker
   * holds a backend back for a bounded time (`maxIngestHoldMs`) while readers that do read are
   * far behind, so that no burst makes a healthy reader fall behind too far. Nothing else is
   * needed for that than waiting for the promise.
   *
   * Throws a BrokerError, or rejects with it: the stream ends with that error.
   */
  receive(message: Uint8Array): void | Promise<void>;
  /** The backend has said its last (half-close). Throws if it never said Hello. */
  finish(): void;
  /** The stream is over, or its connection gone. Idempotent. */
  close(): void;
}

/** Sizes of the moment, for gauges. */
export interface BrokerStats {
  readonly eventStreams: number;
  readonly backends: number;
  readonly channels: number;
  readonly commands: number;
  readonly requestsInFlight: number;
  readonly requestsQueued: number;
  readonly requestBytesQueued: number;
  /** The sequence number of the newest event; 0 before the first. */
  readonly lastSequence: number;
  /** Bytes of the events that some stream has yet to take. */
  readonly eventLogBytes: number;
  /** Events that the stream furthest behind has yet to take. */
  readonly mostQueuedEvents: number;
  readonly statusWatchers: number;
  readonly ratedTokens: number;
}

export class Broker {
  readonly options: ResolvedBrokerOptions;

  constructor(parts: BrokerParts) {
    this.options = resolveBrokerOptions(parts.options);
  }

  /**
   * Registers the request's commands, all or none, and opens a stream of all events from now
   * on. Throws `command_taken`, `bad_request`, `too_many_streams` or `shutting_down`
   * (protocol: StreamEvents).
   */
  openEvents(_request: StreamEventsRequest, _call: CallContext): Source {
    throw new BrokerError("internal", "not built yet");
  }

  /** A backend connects: nothing is registered before its Hello (protocol: "The ingest side"). */
  openIngest(_call: CallContext): IngestSession {
    throw new BrokerError("internal", "not built yet");
  }

  /**
   * Announces an action and asks its backend, both before it returns, so that the order of
   * calls is the order of announcements and requests. Rejects with a BrokerError; a call that
   * is cancelled with `cancelled`, at once.
   */
  act<K extends ActionKind>(
    _kind: K,
    _request: ActionRequest<K>,
    _call: CallContext,
  ): Promise<ActionResponse<K>> {
    return Promise.reject(new BrokerError("internal", "not built yet"));
  }

  /** Connected backends, sorted by id. */
  listBackends(): ListBackendsResponse {
    throw new BrokerError("internal", "not built yet");
  }

  /** A backend's channels, sorted by id. Throws `bad_id` or `unknown_backend`. */
  listChannels(_request: ListChannelsRequest): ListChannelsResponse {
    throw new BrokerError("internal", "not built yet");
  }

  /** Throws `bad_id`, `unknown_backend` or `channel_not_found`. */
  channelInfo(_request: ChannelInfoRequest): ChannelInfoResponse {
    throw new BrokerError("internal", "not built yet");
  }

  coreInfo(): CoreInfoResponse {
    throw new BrokerError("internal", "not built yet");
  }

  registeredCommands(): CommandsResponse {
    throw new BrokerError("internal", "not built yet");
  }

  /** What is connected now. */
  status(): StatusSnapshot {
    throw new BrokerError("internal", "not built yet");
  }

  /** A snapshot, then each change. Throws `too_many_streams`. */
  watchStatus(): StatusWatch {
    throw new BrokerError("internal", "not built yet");
  }

  /**
   * Ends an event stream (by its id) or a backend's stream (by its connection's id or the
   * backend's), which is told `disconnected` with this reason. Throws `stream_not_found`.
   */
  disconnect(_id: string, _reason: string): void {
    throw new BrokerError("internal", "not built yet");
  }

  stats(): BrokerStats {
    throw new BrokerError("internal", "not built yet");
  }

  /** Shutdown, first step: new actions, streams and backends are refused with `shutting_down`. */
  refuseNew(): void {}

  /**
   * Second step: resolves when no request is in flight. Those that still are after `maxMs`
   * fail with `shutting_down`.
   */
  settleRequests(_maxMs: number): Promise<void> {
    return Promise.resolve();
  }

  /** Third step: event streams end with `shutting_down`, after what waits for them. */
  endEventStreams(): void {}

  /** Last step: backends' streams end with `shutting_down`. */
  endIngestStreams(): void {}
}
