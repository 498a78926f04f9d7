/** How much a plugin's heap grows over many events, collected before and after. */
import { FedPlugin } from "../load/fed-plugin.ts";
import { until } from "../load/stopwatch.ts";
import type { Measurement } from "../measurement.ts";

const MIB = 1_048_576;
/** Until then code is compiled, and tables reach their size. */
const WARM_EVENTS = 10_000;
const TIMEOUT_MS = 900_000;

export const sdkHeap: Measurement = {
  name: "sdk-heap",
  systems: ["core"],
  shaped: true,
  once: true,
  async measure({ system }, plan) {
    const plugin = await FedPlugin.start(system.peer, plan, { handles: true });
    try {
      const before = await grownBy(plugin, WARM_EVENTS);
      const after = await grownBy(plugin, plan.heapEvents);
      const count = plan.heapEvents.toLocaleString("en");
      return [
        {
          row: `SDK: heap growth over ${count} handled events`,
          unit: "MiB",
          value: (after - before) / MIB,
          better: "less",
        },
      ];
    } finally {
      await plugin.close();
    }
  },
};

/** The heap after so many more events. */
async function grownBy(plugin: FedPlugin, events: number): Promise<number> {
  const from = plugin.events;
  plugin.feed();
  await until(TIMEOUT_MS, "events for the heap", () => plugin.events - from >= events);
  await plugin.drain();
  return plugin.heapBytes();
}
