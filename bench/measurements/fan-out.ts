/**
 * One backend's events to many streams, each on a connection of its own. Paced: the backend has
 * at most 16 events outstanding, that is, not yet with all streams. Unpaced: it sends as fast as
 * it may.
 */

import { countFor, pause } from "../load/stopwatch.ts";
import { Subscribers } from "../load/subscribers.ts";
import type { Measurement, Plan, Sample, Subject } from "../measurement.ts";

const MOST_OUTSTANDING = 16;
/** Events of one write, and bytes under way to the core, where nothing holds the backend back. */
const BATCH = 64;
const MOST_UNSENT_BYTES = 262_144;

export const fanOut: Measurement = {
  name: "fan-out",
  systems: ["core", "ceiling", "grpc-js", "nats"],
  shaped: true,
  async measure(subject, plan) {
    const samples: Sample[] = [];
    for (const streams of plan.streams) {
      samples.push(...(await runFanOut(subject, plan, streams, paced)));
      samples.push(...(await runFanOut(subject, plan, streams, unpaced)));
    }
    return samples;
  },
};

export type Source = (subscribers: Subscribers) => () => void;

/** The samples of one number of streams. */
export async function runFanOut(
  { system }: Subject,
  plan: Plan,
  streams: number,
  source: Source,
): Promise<Sample[]> {
  const subscribers = await Subscribers.open(system.peer, streams, plan.shape);
  const stop = source(subscribers);
  const { perSecond, processorUs, loadBusy } = await countFor({
    ms: plan.ms,
    count: () => subscribers.deliveries,
    pid: system.pid,
  });
  stop();
  const note = subscribers.ended;
  await subscribers.close();
  const row = `to ${streams.toLocaleString("en")} ${streams === 1 ? "stream" : "streams"}, ${source.name}`;
  const common = { better: "more", loadBusy, ...(note === undefined ? {} : { note }) } as const;
  const cost = { row: `processor ${row}`, unit: "µs", better: "less" } as const;
  return [
    { row: `deliveries ${row}`, unit: "1/s", value: perSecond, ...common },
    { row: `events in, ${row}`, unit: "1/s", value: perSecond / streams, ...common },
    ...(processorUs === undefined ? [] : [{ ...cost, value: processorUs }]),
  ];
}

function paced(subscribers: Subscribers): () => void {
  const send = () => subscribers.send(subscribers.line, 1);
  subscribers.onComplete = send;
  for (let event = 0; event < MOST_OUTSTANDING; event++) send();
  return () => {
    subscribers.onComplete = undefined;
  };
}

export function unpaced(subscribers: Subscribers): () => void {
  const batch = Buffer.concat(Array.from({ length: BATCH }, () => subscribers.line));
  let stopped = false;
  const sending = async () => {
    while (!stopped && subscribers.ended === undefined) {
      while (subscribers.source.unsentBytes < MOST_UNSENT_BYTES) subscribers.send(batch, BATCH);
      await pause(1);
    }
  };
  void sending();
  return () => {
    stopped = true;
  };
}
