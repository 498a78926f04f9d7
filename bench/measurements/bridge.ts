/** What a message over the bridge costs, over one link and over many, beside a plugin that answers it. */
import { BridgedNetwork, linksAcross } from "../load/bridged-network.ts";
import type { Peer } from "../load/peer.ts";
import { countDuring, type Gain, until } from "../load/stopwatch.ts";
import { type Measurement, type Plan, rates } from "../measurement.ts";
import { startBridgingProcess } from "../systems/bridging-process.ts";

const LINKS = 100;
/** Messages in each channel: fewer than the SDK queues of one. */
const UNDER_WAY = 4;
/** Messages until compiled code runs. */
const WARM_UP = 2_000;
const TIMEOUT_MS = 300_000;
const TEXT = "a line of the length that people type, or so";

export const bridge: Measurement = {
  name: "bridge",
  systems: ["core"],
  shaped: false,
  async measure({ system: { peer } }, plan) {
    const answer = await run(peer, plan, { channels: 1, isBridged: false });
    const one = await run(peer, plan, { channels: 1, isBridged: true });
    const many = await run(peer, plan, { channels: LINKS, isBridged: true });
    const costs = (gain: Gain) => gain.processorUs ?? Number.NaN;
    return [
      ...rates("bridge: a plugin that answers", answer),
      ...rates("bridge: one link", one),
      ...rates(`bridge: ${LINKS} links`, many),
      {
        row: "processor, bridge: one link, times an answer",
        unit: "times",
        value: costs(one) / costs(answer),
        better: "less",
      },
    ];
  },
};

interface Load {
  readonly channels: number;
  /** Else a plugin answers in the same channel. */
  readonly isBridged: boolean;
}

/**
 * As many messages as other figures are measured for milliseconds, always so many under way in each
 * channel: however slow the machine is, the same work is measured.
 */
async function run(peer: Peer, plan: Plan, { channels, isBridged }: Load): Promise<Gain> {
  const here = await BridgedNetwork.start(peer, channels);
  const there = await BridgedNetwork.start(peer, channels);
  const { pid, close } = await startBridgingProcess(peer, {
    links: isBridged ? linksAcross([here, there], channels) : undefined,
    nodeArguments: plan.sdkNodeArguments,
  });
  let arrived = 0;
  let said = 0;
  let isOver = false;
  const say = (channel: number) => here.say(channel, `${TEXT} ${++said}`);
  (isBridged ? there : here).onArrival = (channel) => {
    arrived += 1;
    if (!isOver) say(channel);
  };
  try {
    for (let n = 0; n < channels * UNDER_WAY; n++) say(n % channels);
    const arrival = (of: number) => until(TIMEOUT_MS, `message ${of}`, () => arrived >= of);
    await arrival(WARM_UP);
    const gain = await countDuring(() => arrival(WARM_UP + plan.ms), { count: () => arrived, pid });
    isOver = true;
    await arrival(said);
    return gain;
  } finally {
    await close();
    await Promise.all([here.close(), there.close()]);
  }
}
