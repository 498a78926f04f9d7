/** SendMessage, from the plugin through the core to the backend, its answer, and back. */
import { callFor } from "../load/actions.ts";
import { Backend } from "../load/backend.ts";
import type { Measurement, Plan, Sample, Subject } from "../measurement.ts";

const LOADS = [
  { what: "actions, 1 in flight", connections: 1, inFlightEach: 1 },
  { what: "actions, 4 connections with 16 in flight", connections: 4, inFlightEach: 16 },
] as const;

export const actions: Measurement = {
  name: "actions",
  systems: ["core", "ceiling", "grpc-js"],
  shaped: true,
  async measure(subject, plan) {
    const samples: Sample[] = [];
    for (const load of LOADS) samples.push(...(await run(subject, plan, load)));
    return samples;
  },
};

async function run(
  { system }: Subject,
  plan: Plan,
  load: (typeof LOADS)[number],
): Promise<Sample[]> {
  const { shape } = plan;
  const backend = await Backend.connect(system.peer, { shape, answers: true });
  const { perSecond, processorUs, loadBusy, histogram, failed } = await callFor(
    system,
    { ...load, body: shape.sendMessage(backend.id) },
    plan.ms,
  );
  backend.close();
  const cost = { row: `processor, ${load.what}`, unit: "µs", better: "less" } as const;
  const note = failed === 0 ? {} : { note: `${failed} failed` };
  const time = (percentile: number): Sample => ({
    row: `${load.what}, p${percentile}`,
    unit: "ms",
    value: histogram.getValueAtPercentile(percentile) / 1000,
    better: "less",
    loadBusy,
  });
  return [
    { row: load.what, unit: "1/s", value: perSecond, better: "more", loadBusy, ...note },
    ...(processorUs === undefined ? [] : [{ ...cost, value: processorUs }]),
    time(50),
    time(99),
  ];
}
