/** What a plugin on our SDK spends on an action: a message sent, and its answer. */
import { Backend } from "../load/backend.ts";
import { countFor, until } from "../load/stopwatch.ts";
import { type Measurement, rates } from "../measurement.ts";
import { SdkProcess } from "../systems/sdk-process.ts";

const IN_FLIGHT = 16;
const FIRST_TIMEOUT_MS = 30_000;

export const sdkAction: Measurement = {
  name: "sdk-action",
  systems: ["core"],
  shaped: true,
  async measure({ system }, plan) {
    const { peer } = system;
    const { shape } = plan;
    const backend = await Backend.connect(peer, { shape, answers: true });
    const channel = shape.channelOf(backend.id);
    const access = { url: peer.url.href, token: peer.token, shape: shape.name };
    const plugin = await SdkProcess.start(
      "sdk-plugin",
      { type: "send", channel, inFlight: IN_FLIGHT, ...access },
      plan.sdkNodeArguments,
    );
    try {
      await until(FIRST_TIMEOUT_MS, "first action of the plugin", () => backend.requests > 0);
      const gain = await countFor({
        ms: plan.ms,
        count: () => backend.requests,
        pid: plugin.pid,
      });
      return rates(`SDK: action, ${IN_FLIGHT} in flight`, gain);
    } finally {
      await plugin.close();
      backend.close();
    }
  },
};
