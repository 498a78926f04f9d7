/** SendMessage calls on several connections at once, to a backend that answers. */
import { build, type Histogram } from "hdr-histogram-js";
import type { MeasuredSystem } from "../systems/system.ts";
import type { ClientConnection } from "../wire/client-connection.ts";
import { Caller } from "./caller.ts";
import { type Peer, within } from "./peer.ts";
import { countFor, type Gain, pause } from "./stopwatch.ts";
import { openConnections } from "./subscriber.ts";

export interface ActionLoad {
  /** The request of each call, in its envelope. */
  readonly body: Buffer;
  readonly connections: number;
  readonly inFlightEach: number;
}

export interface ActionGain extends Gain {
  /** Times of the calls in microseconds. */
  readonly histogram: Histogram;
  readonly failed: number;
}

const DRAIN_TIMEOUT_MS = 15_000;

/** Calls for `ms` after warming up. Rejects if calls are still under way long after. */
export async function callFor(
  { peer, pid }: Pick<MeasuredSystem, "peer" | "pid">,
  load: ActionLoad,
  ms: number,
): Promise<ActionGain> {
  const histogram = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
  const connections = await openConnections(peer, load.connections);
  await untilAnswered(peer, connections[0] as ClientConnection, load.body);
  const callers = connections.map(
    (connection) =>
      new Caller(connection, peer, {
        body: load.body,
        inFlight: load.inFlightEach,
        answered: (_, tookMs) => histogram.recordValue(Math.max(1, Math.round(tookMs * 1000))),
      }),
  );
  const count = () => callers.reduce((sum, caller) => sum + caller.succeeded, 0);
  const gain = await countFor({ ms, count, pid, begin: () => histogram.reset() });
  const stopping = Promise.all(callers.map((caller) => caller.stop()));
  await within(DRAIN_TIMEOUT_MS, "end of the actions: the core has frozen", stopping);
  for (const connection of connections) connection.close();
  const failed = callers.reduce((sum, caller) => sum + caller.failed, 0);
  return { ...gain, histogram, failed };
}

/** The backend may still be unknown just after its Hello. */
async function untilAnswered(
  peer: Peer,
  connection: ClientConnection,
  body: Buffer,
): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const code = await new Promise<number>((resolve) => {
      const options = { body, inFlight: 1, answered: resolve };
      const caller = new Caller(connection, peer, options);
      void caller.stop();
    });
    if (code === 0) return;
    await pause(20);
  }
  throw new Error("the backend's actions fail");
}
