/** What a backend on our SDK spends on an event that it reports, and on a request that it answers. */
import { callFor } from "../load/actions.ts";
import { countFor, until } from "../load/stopwatch.ts";
import { openConnections, Subscriber } from "../load/subscriber.ts";
import { type Measurement, rates } from "../measurement.ts";
import { newBackendId } from "../shapes/shape.ts";
import { SdkProcess } from "../systems/sdk-process.ts";

const BATCH = 64;
const BATCHES_UNDER_WAY = 3;
const FIRST_TIMEOUT_MS = 30_000;
const CALLS = { connections: 4, inFlightEach: 4 };

export const sdkBackend: Measurement = {
  name: "sdk-backend",
  systems: ["core"],
  shaped: true,
  async measure({ system }, plan) {
    const { peer } = system;
    const { shape } = plan;
    const id = newBackendId();
    const access = { url: peer.url.href, token: peer.token, shape: shape.name };
    const connections = await openConnections(peer, 1);
    const backend = await SdkProcess.start(
      "sdk-backend",
      { type: "backend", backendType: shape.type, id, ...access },
      plan.sdkNodeArguments,
    );
    try {
      let asked = 0;
      let isOver = false;
      const emit = () => {
        if (isOver) return;
        asked += BATCH;
        backend.order({ type: "emit", events: BATCH });
      };
      let delivered = 0;
      const events = (_: number, total: number) => {
        delivered = total;
        while (!isOver && asked - total <= (BATCHES_UNDER_WAY - 1) * BATCH) emit();
      };
      for (const connection of connections) await Subscriber.open(connection, peer, { events });
      emit();
      await until(FIRST_TIMEOUT_MS, "first event of the backend", () => delivered > 0);
      const out = await countFor({ ms: plan.ms, count: () => delivered, pid: backend.pid });
      isOver = true;
      await until(FIRST_TIMEOUT_MS, "last event of the backend", () => delivered >= asked);
      const { pid } = backend;
      const called = await callFor(
        { peer, pid },
        { ...CALLS, body: shape.sendMessage(id) },
        plan.ms,
      );
      const note = called.failed === 0 ? {} : { note: `${called.failed} failed` };
      return [
        ...rates("SDK: event of a backend", out),
        ...rates("SDK: request to a backend", called).map((row) => ({ ...row, ...note })),
      ];
    } finally {
      await backend.close();
      for (const connection of connections) connection.close();
    }
  },
};
