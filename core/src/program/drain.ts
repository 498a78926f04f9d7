/** The shutdown of core, step by step, within a limit. */
import type { Tokens } from "../auth/tokens.ts";
import type { Broker } from "../broker/broker.ts";
import type { PageServer } from "../transport/http/page-server.ts";
import type { TransportServer } from "../transport/server.ts";
import type { Log } from "./log.ts";

export interface DrainDeps {
  readonly server: TransportServer;
  readonly broker: Broker;
  readonly tokens: Tokens;
  readonly media: { close(): void };
  readonly log: Log;
  /** Where the metrics have a port of their own. */
  readonly pages: PageServer | undefined;
}

type Step = readonly [name: string, run: (parts: DrainDeps) => void | Promise<void>];

/** In this order; each begins when the one before has ended. */
const STEPS: readonly Step[] = [
  ["set not serving", ({ server }) => server.setNotServing()],
  ["stop accepting", ({ server }) => server.stopAccepting()],
  ["send GOAWAY", ({ server }) => server.sendGoaway()],
  ["refuse new calls", ({ server }) => server.refuseNew()],
  ["refuse new actions", ({ broker }) => broker.refuseNew()],
  ["settle requests", ({ broker, server }) => broker.settleRequests(server.limits.drainRequestsMs)],
  ["end event streams", ({ broker }) => broker.endEventStreams()],
  ["flush event streams", ({ server }) => server.settle("server_streaming")],
  ["end ingest streams", ({ broker }) => broker.endIngestStreams()],
  ["flush the rest", ({ server }) => server.settle("all")],
  ["close connections", ({ server }) => server.close()],
  ["close the metrics' port", ({ pages }) => pages?.close()],
  ["keep no more files", ({ media }) => media.close()],
  ["close the token database", ({ tokens }) => tokens.close()],
];

/** Runs all steps; a step that fails is logged, and the next one runs. */
export async function drain(parts: DrainDeps): Promise<void> {
  for (const [name, run] of STEPS) {
    try {
      await run(parts);
    } catch (error) {
      parts.log.error({ error, step: name }, "a step of the shutdown failed");
    }
  }
}
