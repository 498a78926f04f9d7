/** Thousands of actions wait on a backend that never answers; those to another one go on. */
import { callFor } from "../load/actions.ts";
import { Backend } from "../load/backend.ts";
import { Caller } from "../load/caller.ts";
import { within } from "../load/peer.ts";
import { until } from "../load/stopwatch.ts";
import { openConnections } from "../load/subscriber.ts";
import type { Measurement } from "../measurement.ts";

const CALLS_PER_CONNECTION = 1_000;
const FAIL_TIMEOUT_MS = 3_000;
const ASKED_TIMEOUT_MS = 9_000;
const LOAD = { connections: 4, inFlightEach: 16 };

export const waiting: Measurement = {
  name: "waiting",
  systems: ["core", "grpc-js"],
  shaped: true,
  async measure({ system }, plan) {
    const { peer } = system;
    const { shape } = plan;
    const lively = await Backend.connect(peer, { shape, answers: true });
    const silent = await Backend.connect(peer, { shape, answers: false });
    const load = { ...LOAD, body: shape.sendMessage(lively.id) };
    // Warm, and sure that both backends are known.
    const before = await callFor(system, load, plan.ms);
    const needed = Math.ceil(plan.waitingActions / CALLS_PER_CONNECTION);
    const connections = await openConnections(peer, needed);
    const each = Math.ceil(plan.waitingActions / needed);
    let ended = 0;
    const callers = connections.map(
      (connection) =>
        new Caller(connection, peer, {
          body: shape.sendMessage(silent.id),
          inFlight: each,
          answered: () => {
            ended++;
          },
        }),
    );
    const asked = each * needed;
    await until(ASKED_TIMEOUT_MS, "requests at the silent backend", () => silent.requests >= asked);
    const during = await callFor(system, load, plan.ms);
    const endedEarly = ended;
    const stopping = Promise.all(callers.map((caller) => caller.stop()));
    silent.close();
    // A core fails them when their backend has gone; otherwise their connections end them.
    const forgotten = await within(FAIL_TIMEOUT_MS, "end", stopping).then(
      () => 0,
      () => asked - ended,
    );
    for (const connection of connections) connection.close();
    await stopping;
    lively.close();
    const notes = [
      ...(endedEarly === 0 ? [] : [`${endedEarly} had ended before`]),
      ...(forgotten === 0 ? [] : [`${forgotten} still waited after their backend had gone`]),
    ];
    return [
      {
        row: `actions beside ${asked} that wait`,
        unit: "1/s",
        value: during.perSecond,
        better: "more",
        loadBusy: during.loadBusy,
        ...(notes.length === 0 ? {} : { note: notes.join("; ") }),
      },
      {
        row: `the same, part of the speed without them`,
        unit: "",
        value: during.perSecond / before.perSecond,
        better: "more",
      },
    ];
  },
};
