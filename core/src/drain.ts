/** The end of core, step by step, within a limit. */
import type { Tokens } from "./auth/tokens.ts";
import type { Broker } from "./broker/broker.ts";
import type { Log } from "./log.ts";
import type { PageServer } from "./transport/http/page-server.ts";
import type { TransportServer } from "./transport/server.ts";

/** How long requests in flight may still take; with the rest, 8 s at most. */
const SETTLE_REQUESTS_MS = 5_000;
/** How long event streams, and then all others, have for their last bytes and their ends. */
const SETTLE_STREAMS_MS = 1_250;
const CLOSE_GRACE_MS = 250;

export interface DrainParts {
  readonly server: TransportServer;
  readonly broker: Broker;
  readonly tokens: Tokens;
  readonly log: Log;
  /** Where the metrics have a port of their own. */
  readonly pages: PageServer | undefined;
}

type Step = readonly [name: string, run: (parts: DrainParts) => void | Promise<void>];

/** In this order; each begins when the one before has ended. */
const STEPS: readonly Step[] = [
  ["say not serving", ({ server }) => server.sayNotServing()],
  ["stop accepting", ({ server }) => server.stopAccepting()],
  ["announce the end", ({ server }) => server.announceEnd()],
  ["refuse new calls", ({ server }) => server.refuseNew()],
  ["refuse new actions", ({ broker }) => broker.refuseNew()],
  ["settle requests", ({ broker }) => broker.settleRequests(SETTLE_REQUESTS_MS)],
  ["end event streams", ({ broker }) => broker.endEventStreams()],
  ["flush event streams", ({ server }) => server.settle("server_streaming", SETTLE_STREAMS_MS)],
  ["end ingest streams", ({ broker }) => broker.endIngestStreams()],
  ["flush the rest", ({ server }) => server.settle("all", SETTLE_STREAMS_MS)],
  ["close connections", ({ server }) => server.close(CLOSE_GRACE_MS)],
  ["close the metrics' port", ({ pages }) => pages?.close()],
  ["close the token database", ({ tokens }) => tokens.close()],
];

/** Runs all steps; one that fails is logged, and the next one runs all the same. */
export async function drain(parts: DrainParts): Promise<void> {
  for (const [name, run] of STEPS) {
    try {
      await run(parts);
    } catch (error) {
      parts.log.error({ error, step: name }, "a step of the shutdown failed");
    }
  }
}
