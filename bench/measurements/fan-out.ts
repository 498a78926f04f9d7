/**
 * One backend's events to many streams, each on a connection of its own. Paced: the backend has
 * at most 16 events outstanding, that is, not yet with all streams. Unpaced: it sends as fast as
 * it may.
 */
import { Audience } from "../load/audience.ts";
import { countFor, pause } from "../load/stopwatch.ts";
import type { Measurement, Plan, Sample, Subject } from "../measurement.ts";

const MOST_OUTSTANDING = 16;
/** Events of one write, and bytes under way to the core, where nothing holds the backend back. */
const BATCH = 64;
const MOST_UNSENT_BYTES = 262_144;

export const fanOut: Measurement = {
  name: "fan-out",
  targets: ["core", "ceiling", "grpc-js"],
  async measure(subject, plan) {
    const samples: Sample[] = [];
    for (const streams of plan.streams) {
      samples.push(...(await run(subject, plan, streams, paced)));
      samples.push(...(await run(subject, plan, streams, unpaced)));
    }
    return samples;
  },
};

type Source = (audience: Audience) => () => void;

async function run(
  { target }: Subject,
  plan: Plan,
  streams: number,
  source: Source,
): Promise<Sample[]> {
  const audience = await Audience.gather(target.peer, streams);
  const stop = source(audience);
  const { perSecond, processorUs, loadBusy } = await countFor({
    ms: plan.ms,
    count: () => audience.deliveries,
    pid: target.pid,
  });
  stop();
  const note = audience.ended;
  await audience.close();
  const row = `to ${streams} ${streams === 1 ? "stream" : "streams"}, ${source.name}`;
  const common = { better: "more", loadBusy, ...(note === undefined ? {} : { note }) } as const;
  const cost = { row: `processor ${row}`, unit: "µs", better: "less" } as const;
  return [
    { row: `deliveries ${row}`, unit: "1/s", value: perSecond, ...common },
    { row: `events in, ${row}`, unit: "1/s", value: perSecond / streams, ...common },
    ...(processorUs === undefined ? [] : [{ ...cost, value: processorUs }]),
  ];
}

function paced(audience: Audience): () => void {
  const send = () => audience.send(audience.line, 1);
  audience.onComplete = send;
  for (let event = 0; event < MOST_OUTSTANDING; event++) send();
  return () => {
    audience.onComplete = undefined;
  };
}

function unpaced(audience: Audience): () => void {
  const batch = Buffer.concat(Array.from({ length: BATCH }, () => audience.line));
  let stopped = false;
  const sending = async () => {
    while (!stopped && audience.ended === undefined) {
      while (audience.backend.unsentBytes < MOST_UNSENT_BYTES) audience.send(batch, BATCH);
      await pause(1);
    }
  };
  void sending();
  return () => {
    stopped = true;
  };
}
