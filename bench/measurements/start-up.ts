/** From the process's start until it listens. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Measurement, Sample } from "../measurement.ts";
import { startOurCore } from "../systems/our-core.ts";

export const startUp: Measurement = {
  name: "start-up",
  systems: ["core", "ceiling", "grpc-js"],
  shaped: false,
  async measure({ system, startAnew }, plan) {
    if (startAnew === undefined) return [];
    const samples: Sample[] = [];
    for (let start = 0; start < plan.starts; start++) {
      const started = await startAnew();
      samples.push(sample("listening after", started.listeningAfterMs));
      await started.close();
    }
    if (system.name === "core") samples.push(await firstStart());
    return samples;
  },
};

function sample(row: string, value = Number.NaN): Sample {
  return { row, unit: "ms", value, better: "less" };
}

/** Nothing compiled is kept from an earlier start. */
async function firstStart(): Promise<Sample> {
  const compileCache = await mkdtemp(join(tmpdir(), "seabird-bench-"));
  const core = await startOurCore({ compileCache });
  await core.close();
  await rm(compileCache, { recursive: true, force: true });
  return sample("listening after, first start on a machine", core.listeningAfterMs);
}
