/**
 * Core without a socket, for callers in the same process. Methods, admission, timeouts and errors
 * are those of the network transports.
 */
import type { Authenticator } from "../../auth/principal.ts";
import { AggregatedLog } from "../../broker/aggregated-log.ts";
import type { Clock } from "../../broker/clock.ts";
import { type Logger, silentLogger } from "../../broker/logger.ts";
import type { Method } from "../calls/method.ts";
import { pathOf } from "../calls/method-table.ts";
import { discoveryHeaders } from "../discovery.ts";
import { resolveTransportLimits, type TransportLimits } from "../limits.ts";
import { MemoryConnection } from "./memory-connection.ts";
import type { MemoryContext } from "./memory-context.ts";

export interface MemoryServerOptions {
  readonly methods: readonly Method[];
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly limits?: Partial<TransportLimits>;
  /** Default: silent. */
  readonly log?: Logger;
}

export class MemoryServer {
  readonly #context: MemoryContext;
  readonly #connections = new Set<MemoryConnection>();
  #opened = 0;
  #closed = false;

  constructor({ methods, authenticator, clock, limits, log = silentLogger }: MemoryServerOptions) {
    this.#context = {
      methods: new Map(methods.map((method) => [pathOf(method), method])),
      authenticator,
      clock,
      limits: resolveTransportLimits(limits),
      log,
      peerLog: new AggregatedLog(log, clock),
      discovery: discoveryHeaders(),
      state: { shuttingDown: false },
    };
  }

  get limits(): TransportLimits {
    return this.#context.limits;
  }

  /** Calls and streams that are open. */
  get openCalls(): number {
    let open = 0;
    for (const connection of this.#connections) open += connection.openCalls;
    return open;
  }

  /** A new connection; `undefined` when the server is closed. */
  connect(): MemoryConnection | undefined {
    if (this.#closed) return undefined;
    const address = `memory:${++this.#opened}`;
    const onClosed = () => this.#connections.delete(connection);
    const connection = new MemoryConnection(this.#context, address, onClosed);
    this.#connections.add(connection);
    return connection;
  }

  /** New calls get UNAVAILABLE from now on. */
  refuseNew(): void {
    this.#context.state.shuttingDown = true;
  }

  /** Ends all connections at once, without a status. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const connection of [...this.#connections]) connection.close();
  }
}
