/** What all connections of one memory server share. */
import type { Authenticator } from "../../auth/principal.ts";
import type { AggregatedLog } from "../../broker/aggregated-log.ts";
import type { Clock } from "../../broker/clock.ts";
import type { Logger } from "../../broker/logger.ts";
import type { Method } from "../calls/method.ts";
import type { DiscoveryHeaders } from "../discovery.ts";
import type { TransportLimits } from "../limits.ts";

export interface MemoryContext {
  /** By path, as `/seabird.Seabird/SendMessage`. */
  readonly methods: ReadonlyMap<string, Method>;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly log: Logger;
  /** For all lines above `debug` that a peer can cause. */
  readonly peerLog: AggregatedLog;
  readonly discovery: DiscoveryHeaders;
  readonly state: { shuttingDown: boolean };
}
