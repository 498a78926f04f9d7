/** What the shape of an event costs core: all of them one after the other, unpaced. */
import type { Measurement, Sample } from "../measurement.ts";
import { SHAPE_NAMES, Shape } from "../shapes/shape.ts";
import { runFanOut, unpaced } from "./fan-out.ts";

const STREAMS = [1, 100] as const;
const COST_TO_ONE = "processor to 1 stream, unpaced";

export const shapes: Measurement = {
  name: "shapes",
  systems: ["core", "ceiling", "grpc-js", "nats"],
  shaped: false,
  async measure(subject, plan) {
    const samples: Sample[] = [];
    for (const streams of STREAMS) {
      for (const name of SHAPE_NAMES) {
        const shape = new Shape(name);
        for (const sample of await runFanOut(subject, { ...plan, shape }, streams, unpaced)) {
          samples.push({ ...sample, row: `${sample.row}, ${name}` });
        }
      }
    }
    const costOf = (name: string) =>
      samples.find(({ row }) => row === `${COST_TO_ONE}, ${name}`)?.value;
    const [plain, real] = [costOf("plain"), costOf("real")];
    if (plain === undefined || real === undefined) return samples;
    const row = `${COST_TO_ONE}: real, times plain`;
    return [...samples, { row, unit: "", value: real / plain, better: "less" }];
  },
};
