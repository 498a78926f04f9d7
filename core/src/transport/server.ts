/** The server: one port for native gRPC, gRPC-Web, Connect and plain pages. */
import {
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Authenticator } from "../auth/principal.ts";
import { AggregatedLog } from "../broker/aggregated-log.ts";
import { type Clock, systemClock } from "../broker/clock.ts";
import { type Logger, silentLogger } from "../broker/logger.ts";
import type { MediaHttp } from "../media/media-http.ts";
import { MemoryAccount } from "./calls/memory-account.ts";
import type { Method } from "./calls/method.ts";
import { MethodTable, pathOf } from "./calls/method-table.ts";
import { AddressAccounts } from "./connections/address-accounts.ts";
import { CallScheduler } from "./connections/call-scheduler.ts";
import { queueOf } from "./connections/call-source.ts";
import { countFirstCalls, refuseFirstCalls } from "./connections/first-flight.ts";
import { Http2Connection, hostOf, ignore } from "./connections/http2-connection.ts";
import { Listener, type TlsFiles } from "./connections/listener.ts";
import { OpeningQueue } from "./connections/opening-queue.ts";
import { ProxyClients } from "./connections/proxy-clients.ts";
import { ReadTurns } from "./connections/read-turns.ts";
import { sessionOptions } from "./connections/session-options.ts";
import { Sweeper } from "./connections/sweeper.ts";
import { TickScheduler } from "./connections/tick-scheduler.ts";
import { TrustedProxies } from "./connections/trusted-proxies.ts";
import { discoveryHeaders, grpcHeaders } from "./discovery.ts";
import { GunzipPool } from "./grpc/gunzip-pool.ts";
import { isNativeGrpc, openCall } from "./grpc/open-call.ts";
import { type HostPolicy, HttpRouter } from "./http/http-router.ts";
import { Http1Server } from "./http/http1-server.ts";
import { PendingRequest } from "./http/pending-request.ts";
import { healthRoutes, type Route } from "./http/routes.ts";
import { resolveTransportLimits, type TransportLimits } from "./limits.ts";
import { silentTransportObserver, type TransportObserver } from "./observer.ts";
import type { ServerContext } from "./server-context.ts";
import { HealthState, healthMethods } from "./services/health.ts";

export interface ServerOptions {
  readonly methods: readonly Method[];
  /** Further methods, loaded when a path is asked for that is not among `methods`. */
  readonly lazyMethods?: () => Promise<readonly Method[]>;
  readonly authenticator: Authenticator;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly limits?: Partial<TransportLimits>;
  /** Given: only TLS is spoken. Default: plaintext. */
  readonly tls?: TlsFiles;
  /** Pages beside `/healthz` and `/readyz`, as `/metrics`. */
  readonly routes?: readonly Route[];
  /** The files of `/media/`. Default: none. */
  readonly media?: MediaHttp | undefined;
  /** Origins whose web pages may call; `*`: any. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** The names under which all but native gRPC is answered. Default: any. */
  readonly hosts?: HostPolicy;
  /** Addresses and subnets of proxies that are believed who their client is. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Default: silent. */
  readonly log?: Logger;
  readonly observer?: TransportObserver;
}

/** How often a shutdown checks whether it can continue. */
const SETTLE_POLL_MS = 5;

export interface ServerStats {
  readonly connections: number;
  readonly openCalls: number;
  readonly requestBufferBytes: number;
  /** Bytes of everything that is held for peers. */
  readonly heldBytes: number;
  /** Timeouts that are running. */
  readonly activeTimeouts: number;
}

export class TransportServer {
  readonly #context: ServerContext;
  readonly #listener: Listener;
  readonly #router: HttpRouter;
  readonly #http1: Http1Server;
  readonly #connections = new Set<Http2Connection>();
  readonly #health: HealthState;

  constructor(options: ServerOptions) {
    this.#health = new HealthState(options.methods);
    this.#context = createContext(options, [...options.methods, ...healthMethods(this.#health)]);
    const routes = [...healthRoutes(() => this.#health.serving), ...(options.routes ?? [])];
    const { corsOrigins = [], hosts = { allows: () => true }, media } = options;
    this.#router = new HttpRouter(this.#context, { routes, corsOrigins, hosts, media });
    this.#http1 = new Http1Server(this.#context, this.#router);
    this.#listener = new Listener(
      this.#context,
      {
        http2: (socket, address, openedAtMs) => this.#http2(socket, address, openedAtMs),
        http1: (socket, address) => this.#http1.take(socket, address),
      },
      options.tls,
    );
  }

  get limits(): TransportLimits {
    return this.#context.limits;
  }

  /** Rejects with the system's error if the port cannot be had. */
  listen(host: string, port: number): Promise<AddressInfo> {
    return this.#listener.listen(host, port);
  }

  stats(): ServerStats {
    const { memory, state, sweeper } = this.#context;
    return {
      connections: this.#listener.connections,
      openCalls: state.openCalls,
      requestBufferBytes: state.requestBufferBytes,
      heldBytes: memory.heldBytes,
      activeTimeouts: sweeper.size,
    };
  }

  /** Health and `/readyz` report that core does not serve. */
  setNotServing(): void {
    this.#health.set(false);
  }

  /** Takes no more connections. */
  stopAccepting(): void {
    this.#listener.stop();
  }

  /** Sends GOAWAY to every HTTP/2 peer. */
  sendGoaway(): void {
    for (const connection of this.#connections) connection.sendGoaway();
  }

  /** New calls get UNAVAILABLE from now on. */
  refuseNew(): void {
    this.#context.state.shuttingDown = true;
  }

  /**
   * Resolves when all server-streaming calls, or all calls, have ended and their ends have
   * left; after `drainStreamsMs` in any case.
   */
  async settle(which: "server_streaming" | "all"): Promise<void> {
    this.#health.end();
    const { state, clock, limits } = this.#context;
    const endMs = clock.now() + limits.drainStreamsMs;
    const open = () => (which === "all" ? state.openCalls : state.openStreams);
    while (open() + state.endingStreams > 0 && clock.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
    }
  }

  /**
   * Ends all connections: those without open calls when what was written has left, the rest
   * after `closeGraceMs`. Idempotent.
   */
  async close(): Promise<void> {
    this.refuseNew();
    this.stopAccepting();
    for (const { session } of this.#connections) if (!session.closed) session.close();
    this.#http1.closeIdle();
    const endMs = this.#context.clock.now() + this.#context.limits.closeGraceMs;
    while (this.#listener.connections > 0 && this.#context.clock.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
    }
    for (const { session } of this.#connections) session.destroy();
    this.#context.openings.close();
    await this.#listener.destroy();
    this.#http1.close();
    this.#context.sweeper.close();
    this.#context.peerLog.flush();
  }

  #http2(socket: Socket, address: string, openedAtMs: number): void {
    if (!this.#admitFirstCalls(socket, address)) return;
    const session = performServerHandshake(socket, sessionOptions(this.#context.limits));
    const connection = new Http2Connection(this.#context, session, address, openedAtMs);
    this.#connections.add(connection);
    session.once("close", () => this.#connections.delete(connection));
    session.on("stream", (stream, headers, _flags, rawHeaders) =>
      this.#stream(connection, stream, headers, rawHeaders),
    );
  }

  /** Ends a connection that has sent more calls than clients send before they know SETTINGS. */
  #admitFirstCalls(socket: Socket, address: string): boolean {
    const count = countFirstCalls(socket);
    if (count === 0) return true;
    const { clock, accounts, limits } = this.#context;
    const account = accounts.of(hostOf(address));
    const nowMs = clock.now();
    const most = account.isPenalised(nowMs) ? limits.penalisedFirstCalls : limits.maxFirstCalls;
    if (count <= most) {
      account.opened(count);
      return true;
    }
    account.faults.take(nowMs, limits.connectionFaultBurst);
    refuseFirstCalls(socket);
    return false;
  }

  #stream(
    connection: Http2Connection,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
  ): void {
    stream.on("error", ignore);
    connection.streamOpened();
    if (isNativeGrpc(headers["content-type"] ?? "") && headers[":method"] === "POST") {
      openCall(this.#context, connection, stream, headers);
      return;
    }
    const nowMs = this.#context.clock.now();
    const request = new PendingRequest(
      this.#router,
      connection,
      stream,
      nowMs,
      headers,
      rawHeaders,
    );
    this.#context.scheduler.submit(queueOf(request.source, request.path), request);
  }
}

function createContext(options: ServerOptions, methods: readonly Method[]): ServerContext {
  const clock = options.clock ?? systemClock;
  const limits = resolveTransportLimits(options.limits);
  const log = options.log ?? silentLogger;
  const discovery = discoveryHeaders();
  const ticks = new TickScheduler();
  const peerLog = new AggregatedLog(log, clock);
  const proxies = new TrustedProxies(options.trustedProxies ?? []);
  const accounts = new AddressAccounts(limits, clock, proxies);
  const scheduler = new CallScheduler(limits, clock, ticks);
  const { authenticator } = options;
  return {
    discovery,
    grpcHeaders: grpcHeaders(discovery),
    methods: new MethodTable(methods, () => loadLazy(methods, options.lazyMethods)),
    authenticator,
    limits,
    clock,
    log,
    peerLog,
    observer: options.observer ?? silentTransportObserver,
    ticks,
    scheduler,
    readTurns: new ReadTurns(limits, clock, ticks),
    accounts,
    proxies,
    proxyClients: new ProxyClients({ authenticator, clock, limits, scheduler, accounts, proxies }),
    openings: new OpeningQueue(limits, clock, ticks),
    memory: new MemoryAccount({ maxHeldBytes: limits.maxHeldBytes, ticks, peerLog }),
    sweeper: new Sweeper(clock),
    gunzipPool: new GunzipPool(limits.maxConcurrentGunzips),
    state: {
      shuttingDown: false,
      requestBufferBytes: 0,
      openCalls: 0,
      openStreams: 0,
      endingStreams: 0,
    },
  };
}

async function loadLazy(
  methods: readonly Method[],
  load: ServerOptions["lazyMethods"],
): Promise<ReadonlyMap<string, Method>> {
  const [{ reflectionMethods }, late] = await Promise.all([
    import("./services/reflection.ts"),
    load?.() ?? [],
  ]);
  return new Map<string, Method>([
    ...late.map((method) => [pathOf(method), method] as const),
    ...reflectionMethods([...methods, ...late]),
  ]);
}
