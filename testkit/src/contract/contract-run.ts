/** One test case of the contract while it runs: the network, the backend on core, and time. */
import assert from "node:assert/strict";
import type { Backendbed } from "../harness/backendbed.ts";
import type { EmittedEvent } from "../harness/emitted-event.ts";
import type { ContractNetwork } from "./contract-network.ts";

/** How often the backend's clock is brought to real time, in milliseconds. */
const CLOCK_STEP_MS = 20;
/** Real milliseconds that a case waits for anything. */
const TIMEOUT_MS = 30_000;
/** Nothing connects to it: it stands in the links of files. */
export const PUBLIC_URL = "https://core.invalid";

export class ContractRun implements AsyncDisposable {
  readonly network: ContractNetwork;
  readonly bed: Backendbed;
  readonly #stopClock: () => void;

  private constructor(network: ContractNetwork, bed: Backendbed) {
    this.network = network;
    this.bed = bed;
    this.#stopClock = followRealTime(bed);
  }

  /** Starts the backend on core and waits until it is in the network's channel. */
  static async start(network: ContractNetwork): Promise<ContractRun> {
    const bed = await network.start({ timeoutMs: TIMEOUT_MS, publicUrl: PUBLIC_URL });
    const run = new ContractRun(network, bed);
    await run.untilInChannel();
    return run;
  }

  async untilInChannel(): Promise<void> {
    const { channel } = this.network;
    await this.bed.until(`${channel} in core's list of channels`, async () =>
      (await this.bed.channels()).some(({ id }) => id === channel),
    );
  }

  /** The next event, which must be of this kind. */
  async nextEvent(kind: EmittedEvent["kind"]): Promise<EmittedEvent> {
    const event = await this.bed.nextEvent();
    assert.equal(event.kind, kind, `${event.kind} ${JSON.stringify(event.text)} came instead`);
    return event;
  }

  /** Waits until the person has seen a line of the bot that holds `text`. */
  async untilSeen(text: string, channel = this.network.channel): Promise<void> {
    const { person } = this.network;
    await this.bed.until(`the person to see ${JSON.stringify(text)} in ${channel}`, () =>
      person.seen(channel).some((line) => line.includes(text)),
    );
  }

  async close(): Promise<void> {
    this.#stopClock();
    await this.bed.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The backend's clock stands still by itself; a real network keeps real time. Returns the undo. */
function followRealTime(bed: Backendbed): () => void {
  let atMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    bed.clock.pass(nowMs - atMs);
    atMs = nowMs;
  }, CLOCK_STEP_MS);
  return () => clearInterval(timer);
}
