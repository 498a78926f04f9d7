/** What an id, a time and an account in each event cost core: with and without them, unpaced. */
import type { Measurement, Sample } from "../measurement.ts";
import { realWithIds, realWithoutIds } from "../shapes/ids.ts";
import type { Shape } from "../shapes/shape.ts";
import { runFanOut, unpaced } from "./fan-out.ts";

const STREAMS = [1, 100] as const;

export const ids: Measurement = {
  name: "ids",
  systems: ["core", "ceiling"],
  shaped: false,
  async measure(subject, plan) {
    const samples: Sample[] = [];
    for (const streams of STREAMS) {
      const run = (shape: Shape) => runFanOut(subject, { ...plan, shape }, streams, unpaced);
      // In this order a machine that becomes slower, or faster, favours neither.
      const first = await run(realWithoutIds());
      const second = await run(realWithIds());
      const third = await run(realWithIds());
      const fourth = await run(realWithoutIds());
      for (const [index, { row, unit, better }] of first.entries()) {
        if (row.startsWith("events in")) continue;
        const mean = (one: readonly Sample[], other: readonly Sample[]) =>
          ((one[index]?.value ?? 0) + (other[index]?.value ?? 0)) / 2;
        const [without, withIds] = [mean(first, fourth), mean(second, third)];
        const part = better === "more" ? withIds / without : without / withIds;
        samples.push(
          { row: `${row}, without ids`, unit, value: without, better },
          { row: `${row}, with ids`, unit, value: withIds, better },
          { row: `${row}: with ids, part of those without`, unit: "", value: part, better: "more" },
        );
      }
    }
    return samples;
  },
};
