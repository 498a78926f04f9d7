/** What an event costs a plugin on our SDK: with one handler for it, and with none for its kind. */
import { FedPlugin } from "../load/fed-plugin.ts";
import { countFor } from "../load/stopwatch.ts";
import { type Measurement, type Plan, rates, type Sample, type Subject } from "../measurement.ts";

export const sdkPlugin: Measurement = {
  name: "sdk-plugin",
  systems: ["core"],
  shaped: true,
  async measure(subject, plan) {
    return [
      ...(await run(subject, plan, "handled event", true)),
      ...(await run(subject, plan, "event without a handler", false)),
    ];
  },
};

async function run(
  { system }: Subject,
  plan: Plan,
  what: string,
  handles: boolean,
): Promise<Sample[]> {
  const plugin = await FedPlugin.start(system.peer, plan, { handles });
  try {
    plugin.feed();
    const gain = await countFor({
      ms: plan.ms,
      count: () => plugin.events,
      pid: plugin.pid,
    });
    await plugin.drain();
    return rates(`SDK: ${what}`, gain);
  } finally {
    await plugin.close();
  }
}
