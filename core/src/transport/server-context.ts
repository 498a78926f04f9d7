/** What every connection and call of one server shares. */
import type { Authenticator } from "../auth/principal.ts";
import type { AggregatedLog } from "../broker/aggregated-log.ts";
import type { Clock } from "../broker/clock.ts";
import type { Logger } from "../broker/logger.ts";
import type { MemoryAccount } from "./calls/memory-account.ts";
import type { MethodTable } from "./calls/method-table.ts";
import type { AddressAccounts } from "./connections/address-accounts.ts";
import type { CallScheduler } from "./connections/call-scheduler.ts";
import type { OpeningQueue } from "./connections/opening-queue.ts";
import type { ProxyClients } from "./connections/proxy-clients.ts";
import type { ReadTurns } from "./connections/read-turns.ts";
import type { Sweeper } from "./connections/sweeper.ts";
import type { TickScheduler } from "./connections/tick-scheduler.ts";
import type { TrustedProxies } from "./connections/trusted-proxies.ts";
import type { DiscoveryHeaders, GrpcHeaders } from "./discovery.ts";
import type { GunzipPool } from "./grpc/gunzip-pool.ts";
import type { TransportLimits } from "./limits.ts";
import type { TransportObserver } from "./observer.ts";

export interface ServerContext {
  /** By path, as `/seabird.Seabird/SendMessage`. */
  readonly methods: MethodTable;
  readonly authenticator: Authenticator;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly log: Logger;
  /** For all lines above `debug` that a peer can cause. */
  readonly peerLog: AggregatedLog;
  readonly observer: TransportObserver;
  readonly ticks: TickScheduler;
  readonly scheduler: CallScheduler;
  readonly readTurns: ReadTurns;
  readonly accounts: AddressAccounts;
  readonly openings: OpeningQueue;
  readonly proxies: TrustedProxies;
  readonly proxyClients: ProxyClients;
  readonly sweeper: Sweeper;
  readonly gunzipPool: GunzipPool;
  /** What is held in memory for peers. */
  readonly memory: MemoryAccount;
  /** Every response to a call has them. */
  readonly discovery: DiscoveryHeaders;
  readonly grpcHeaders: GrpcHeaders;
  /** What changes while the server lives. */
  readonly state: ServerState;
}

export interface ServerState {
  /** New calls are refused with `core is shutting down`. */
  shuttingDown: boolean;
  /** Bytes of messages that have not arrived whole, or wait to be handled. */
  requestBufferBytes: number;
  /** Calls and streams that are open, and of these the server-streaming ones. */
  openCalls: number;
  openStreams: number;
  /** Streams whose end is decided but has not left yet. */
  endingStreams: number;
}
