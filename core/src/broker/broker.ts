/**
 * The broker's API for the transport, the admin service and metrics. The broker uses no socket and
 * no disk, and no time but the given clock.
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
} from "@seabird-chat/protocol";
import { ActionRunner } from "./actions/action-runner.ts";
import { RateLimiter } from "./actions/rate-limiter.ts";
import { Requests } from "./actions/requests.ts";
import { ACTIONS, type ActionKind, type ActionRequest, type ActionResponse } from "./actions.ts";
import { AggregatedLog } from "./aggregated-log.ts";
import type { CallContext, Caller } from "./caller.ts";
import type { Clock } from "./clock.ts";
import type { EncodedEvent } from "./codec/encode-event.ts";
import { reportFiles } from "./codec/report-files.ts";
import { BrokerError, shuttingDown } from "./errors.ts";
import { LOG_LINES, logMisnamed } from "./log-lines.ts";
import { type Logger, silentLogger } from "./logger.ts";
import type { AskForFile, MediaLinks } from "./media-links.ts";
import { type BrokerObserver, silentObserver } from "./observer.ts";
import { type BrokerOptions, type ResolvedBrokerOptions, resolveBrokerOptions } from "./options.ts";
import { Backends } from "./registries/backends.ts";
import { Commands } from "./registries/commands.ts";
import { channelInfo, coreInfo, listChannels } from "./registries/queries.ts";
import { type BrokerStats, brokerStats } from "./status/stats.ts";
import type { StatusSnapshot, StatusWatch } from "./status/status.ts";
import { StatusFeed } from "./status/status-feed.ts";
import { BackendReporter } from "./streams/backend-reporter.ts";
import type { IngestSession } from "./streams/backend-session.ts";
import { BackendSessions } from "./streams/backend-sessions.ts";
import { EventBus } from "./streams/event-bus.ts";
import { readFilter } from "./streams/event-filter.ts";
import type { EventStream } from "./streams/event-stream.ts";
import { endMessage, type Source, type SourceEnd } from "./streams/source.ts";

export interface BrokerDeps {
  /** Bounds and timeouts; default: those of BROKER_LIMITS. */
  readonly options?: BrokerOptions;
  readonly clock: Clock;
  /** Default: silent. */
  readonly log?: Logger;
  /** Default: counts nothing. */
  readonly observer?: BrokerObserver;
  /** Default: core keeps no files. */
  readonly media?: MediaLinks | undefined;
}

export type { BrokerStats } from "./status/stats.ts";
export type { IngestSession } from "./streams/backend-session.ts";

export class Broker {
  readonly options: ResolvedBrokerOptions;
  readonly #clock: Clock;
  readonly #log: AggregatedLog;
  readonly #events: EventBus;
  readonly #commands: Commands;
  readonly #backends = new Backends();
  readonly #requests: Requests;
  readonly #rateLimiter: RateLimiter;
  readonly #actions: ActionRunner;
  readonly #sessions: BackendSessions;
  readonly #feed: StatusFeed;
  readonly #startedAtMs: number;
  /** Unregisters the commands of each stream. */
  readonly #registrations = new WeakMap<EventStream, () => void>();
  #refusesNew = false;

  constructor(deps: BrokerDeps) {
    const { options, clock, log = silentLogger, observer = silentObserver, media } = deps;
    this.options = resolveBrokerOptions(options, Object.keys(ACTIONS));
    this.#clock = clock;
    this.#log = new AggregatedLog(log, clock);
    this.#startedAtMs = clock.wallMs();
    this.#commands = new Commands(this.options);
    this.#requests = new Requests(clock);
    this.#rateLimiter = new RateLimiter(this.options, clock);
    const onEnded = this.#streamEnded.bind(this);
    const onFiles = (event: EncodedEvent) => reportFiles(event, media);
    this.#events = new EventBus({ options: this.options, clock, observer, onEnded, onFiles });
    this.#actions = new ActionRunner({
      options: this.options,
      clock,
      log,
      observer,
      backends: this.#backends,
      events: this.#events,
      rateLimiter: this.#rateLimiter,
      media,
    });
    this.#feed = new StatusFeed({
      maxWatchers: this.options.maxStatusWatchers,
      maxQueuedChanges: this.options.maxQueuedStatusChanges,
      wallMs: () => clock.wallMs(),
      snapshot: () => this.status(),
    });
    const shared = { log: this.#log, observer, events: this.#events };
    this.#sessions = new BackendSessions({
      ...shared,
      options: this.options,
      clock,
      backends: this.#backends,
      requests: this.#requests,
      reporter: new BackendReporter({ ...shared, feed: this.#feed }),
    });
  }

  /**
   * Registers the request's commands, all or none, and opens a stream of the events of its kinds
   * from now on. Throws `command_taken`, `bad_request`, `too_many_streams` or `shutting_down`
   * (protocol: StreamEvents, SubscribeOptions).
   */
  openEvents({ commands, options }: StreamEventsRequest, call: CallContext): Source {
    this.#checkOpen();
    const { mayPrivate } = call.caller;
    const filter = readFilter(options, mayPrivate, this.options.maxKindsPerStream);
    const unregister = this.#commands.register(commands);
    try {
      const names = Object.keys(commands);
      const stream = this.#events.subscribe(call, names, filter);
      this.#registrations.set(stream, unregister);
      logMisnamed(this.#log, commands, call.caller);
      this.#log.add(LOG_LINES.streamOpened, call.caller.name, { stream: stream.id });
      this.#feed.publish(() => ({ kind: "stream_opened", stream: stream.status() }));
      return stream;
    } catch (reason) {
      unregister();
      throw reason;
    }
  }

  /**
   * A backend connects: nothing is registered before its Hello (protocol: "The ingest side").
   * Throws `shutting_down`.
   */
  openIngest(call: CallContext): IngestSession {
    this.#checkOpen();
    return this.#sessions.open(call);
  }

  /**
   * Announces an action and asks its backend, both before it returns, so that the order of
   * calls is the order of announcements and requests. Rejects with a BrokerError; a call that
   * is cancelled with `cancelled`, at once.
   */
  act<K extends ActionKind>(
    kind: K,
    request: ActionRequest<K>,
    call: CallContext,
  ): Promise<ActionResponse<K>> {
    if (this.#refusesNew) return Promise.reject(shuttingDown());
    return this.#actions.act(kind, request, call);
  }

  /** Counts a call that is no action. Throws `rate_limited`. */
  readonly spendRate = ({ tokenId }: Caller): void => this.#rateLimiter.spend(tokenId);
  readonly fetchAttachment: AskForFile = (...file) => {
    this.#checkOpen();
    return this.#actions.fetchAttachment(...file);
  };

  /** Connected backends, sorted by id. As all lists: the same object until something in it changes. */
  listBackends(): ListBackendsResponse {
    return this.#backends.list();
  }

  /** A backend's channels that the caller may know of, sorted by id. Throws `bad_id` or `unknown_backend`. */
  listChannels(request: ListChannelsRequest, { caller }: CallContext): ListChannelsResponse {
    return listChannels(this.#backends, request, this.options, caller);
  }

  /** Throws `bad_id`, `unknown_backend` or `channel_not_found`. */
  channelInfo(request: ChannelInfoRequest, { caller }: CallContext): ChannelInfoResponse {
    return channelInfo(this.#backends, request, this.options, caller);
  }

  coreInfo(): CoreInfoResponse {
    return coreInfo(this.#startedAtMs, this.#clock.wallMs());
  }

  registeredCommands(): CommandsResponse {
    return this.#commands.list();
  }

  /** What is connected now. */
  status(): StatusSnapshot {
    const live = [...this.#events.all()].filter(({ end }) => end === undefined);
    return {
      streams: live.map((stream) => stream.status()),
      backends: this.#backends.sorted().map((backend) => backend.status()),
    };
  }

  /** A snapshot, then each change. Throws `too_many_streams`. */
  watchStatus(): StatusWatch {
    return this.#feed.watch();
  }

  /**
   * Ends an event stream (by its id) or a backend's stream (by its connection's id or the
   * backend's) with `disconnected` and this reason. Throws `stream_not_found`.
   */
  disconnect(id: string, reason: string): void {
    const error = new BrokerError("disconnected", reason || "disconnected by an administrator");
    const stream = this.#events.get(id);
    const session = this.#sessions.find(id);
    if (stream === undefined && session === undefined) {
      throw new BrokerError("stream_not_found", "stream not found");
    }
    stream?.cut(error);
    session?.end(error);
  }

  /** Current sizes, for gauges. */
  stats(): BrokerStats {
    return brokerStats({
      backends: this.#backends,
      commands: this.#commands,
      events: this.#events,
      feed: this.#feed,
      rateLimiter: this.#rateLimiter,
      requests: this.#requests,
    });
  }

  /** Shutdown, first step: new actions, streams and backends are refused with `shutting_down`. */
  refuseNew(): void {
    if (this.#refusesNew) return;
    this.#refusesNew = true;
    this.#feed.publish(() => ({ kind: "shutting_down" }));
  }

  /**
   * Second step: resolves when no request is in flight. Those that still are after `maxMs`
   * fail with `shutting_down`.
   */
  settleRequests(maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const disarm = this.#clock.after(maxMs, () => {
        for (const { requests } of this.#backends.all()) requests.close(shuttingDown());
      });
      this.#requests.onIdle(() => {
        disarm();
        resolve();
      });
    });
  }

  /** Third step: event streams and status watches end, after what waits for them. */
  endEventStreams(): void {
    this.#events.finishAll(shuttingDown());
    this.#feed.finishAll();
  }

  /** Last step: backends' streams end with `shutting_down`. */
  endIngestStreams(): void {
    this.#sessions.endAll(shuttingDown());
    this.#log.flush();
  }

  #checkOpen(): void {
    if (this.#refusesNew) throw shuttingDown();
  }

  #streamEnded(stream: EventStream, end: SourceEnd | "left"): void {
    this.#registrations.get(stream)?.();
    const reason = endMessage(end);
    const { id, caller } = stream;
    const why = reason === "" ? {} : { reason };
    this.#log.add(LOG_LINES.streamEnded, caller.name, { stream: id, ...why });
    this.#feed.publish(() => ({ kind: "stream_closed", id, tokenName: caller.name, reason }));
  }
}
