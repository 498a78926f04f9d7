/** How long a message takes over the bridge: while all destinations answer, and while one is frozen. */
import { BridgedNetwork, linksAcross } from "../load/bridged-network.ts";
import type { Peer } from "../load/peer.ts";
import { pause, until } from "../load/stopwatch.ts";
import type { Measurement, Plan, Sample, Subject } from "../measurement.ts";
import { startBridgingProcess } from "../systems/bridging-process.ts";

/** Of each side. */
const RATE_PER_SECOND = 50;
/** A p99 needs many messages, in times what other figures are measured for. */
const TIMES_MS = 8;
/** Messages that are not counted: until compiled code runs. */
const WARM_UP = 100;
const DRAIN_TIMEOUT_MS = 60_000;
const TEXT = "a line of the length that people type, or so";
const NUMBERED = /or so (\d+)$/;

/**
 * Two cores, two bridges, at the same time: on one side a third network is frozen. They speak in turn,
 * so that whatever else the machine does affects both. Then the sides change places.
 */
export const bridgeLatency: Measurement = {
  name: "bridge-latency",
  systems: ["core"],
  shaped: false,
  async measure({ system, startAnew }: Subject, plan) {
    if (startAnew === undefined) return [];
    const other = await startAnew();
    const times: Record<Kind, number[]> = { well: [], frozen: [] };
    try {
      await runBoth({ well: system.peer, frozen: other.peer }, plan, times);
      await runBoth({ well: other.peer, frozen: system.peer }, plan, times);
    } finally {
      await other.close();
    }
    return samplesOf(times);
  },
};

type Kind = "well" | "frozen";

function samplesOf(times: Readonly<Record<Kind, readonly number[]>>): Sample[] {
  const sorted = {
    well: times.well.toSorted((a, b) => a - b),
    frozen: times.frozen.toSorted((a, b) => a - b),
  };
  const at = (kind: Kind, part: number) =>
    sorted[kind][Math.floor(sorted[kind].length * part)] ?? Number.NaN;
  return [50, 99].flatMap((percentile): Sample[] => {
    const [well, frozen] = [at("well", percentile / 100), at("frozen", percentile / 100)];
    const row = `bridge: latency, p${percentile}`;
    return [
      { row, unit: "ms", value: well, better: "less" },
      { row: `${row}, a destination frozen`, unit: "ms", value: frozen, better: "less" },
      { row: `${row}, frozen times without`, unit: "times", value: frozen / well, better: "less" },
    ];
  });
}

async function runBoth(
  peers: Readonly<Record<Kind, Peer>>,
  plan: Plan,
  times: Readonly<Record<Kind, number[]>>,
): Promise<void> {
  const well = await Side.start(peers.well, plan);
  const frozen = await Side.start(peers.frozen, plan);
  frozen.freeze();
  try {
    const count = WARM_UP + Math.ceil((plan.ms * TIMES_MS * RATE_PER_SECOND) / 1_000);
    for (let n = 0; n < count; n++) {
      well.say();
      await pause(500 / RATE_PER_SECOND);
      frozen.say();
      await pause(500 / RATE_PER_SECOND);
    }
    const isOver = () => well.times.length === count && frozen.times.length === count;
    await until(DRAIN_TIMEOUT_MS, "end of the messages", isOver);
    times.well.push(...well.times.slice(WARM_UP));
    times.frozen.push(...frozen.times.slice(WARM_UP));
  } finally {
    await Promise.all([well.close(), frozen.close()]);
  }
}

type Networks = readonly [BridgedNetwork, BridgedNetwork, BridgedNetwork];

/** A core with three networks and a bridge between them. */
class Side {
  /** Of each message until its copy arrived on the second network, in milliseconds, in order. */
  readonly times: number[] = [];
  readonly #networks: Networks;
  readonly #close: () => Promise<void>;
  readonly #saidAt: number[] = [];

  private constructor(networks: Networks, close: () => Promise<void>) {
    this.#networks = networks;
    this.#close = close;
    networks[1].onArrival = (_channel, text) => {
      // The bridge also says there what it cannot reach.
      const [, number] = NUMBERED.exec(text) ?? [];
      if (number === undefined) return;
      this.times.push(performance.now() - (this.#saidAt[Number(number)] ?? Number.NaN));
    };
  }

  static async start(peer: Peer, { sdkNodeArguments }: Plan): Promise<Side> {
    const start = () => BridgedNetwork.start(peer, 1);
    const networks = [await start(), await start(), await start()] as const;
    const links = linksAcross(networks, 1);
    const bridging = await startBridgingProcess(peer, { links, nodeArguments: sdkNodeArguments });
    return new Side(networks, () => bridging.close());
  }

  freeze(): void {
    this.#networks[2].isFrozen = true;
  }

  say(): void {
    const number = this.#saidAt.push(performance.now()) - 1;
    this.#networks[0].say(0, `${TEXT} ${number}`);
  }

  async close(): Promise<void> {
    await this.#close();
    await Promise.all(this.#networks.map((network) => network.close()));
  }
}
