/**
 * A plugin on our SDK that is sent messages in batches, each of which ends with an action that the
 * plugin reports to the bench. At most three batches are not yet with the plugin: fewer events than
 * it queues of one channel.
 */
import type { Plan } from "../measurement.ts";
import { chatAction } from "../shapes/decoded.ts";
import { SdkProcess } from "../systems/sdk-process.ts";
import { Backend } from "./backend.ts";
import type { Peer } from "./peer.ts";
import { until } from "./stopwatch.ts";

const BATCH = 64;
const BATCHES_UNDER_WAY = 3;
const DRAIN_TIMEOUT_MS = 60_000;

export interface FedPluginOptions {
  /** Whether the plugin has a handler for messages. */
  readonly handles: boolean;
}

export class FedPlugin {
  /** Messages that the plugin has received. */
  events = 0;
  readonly #backend: Backend;
  readonly #plugin: SdkProcess;
  readonly #batch: Buffer;
  readonly #handles: boolean;
  #handled = 0;
  #under = 0;
  #isOver = true;

  private constructor(backend: Backend, plugin: SdkProcess, batch: Buffer, handles: boolean) {
    this.#handles = handles;
    this.#backend = backend;
    this.#plugin = plugin;
    this.#batch = batch;
    plugin.onReport = (report) => {
      if (report.type !== "batch") return;
      this.events += BATCH;
      this.#handled = report.handled;
      this.#under--;
      if (!this.#isOver) this.#send();
    };
  }

  static async start(peer: Peer, plan: Plan, { handles }: FedPluginOptions): Promise<FedPlugin> {
    const { shape, sdkNodeArguments } = plan;
    const backend = await Backend.connect(peer, { shape, answers: true });
    const access = { url: peer.url.href, token: peer.token, shape: shape.name };
    const order = { type: "plugin", handles, ...access } as const;
    const plugin = await SdkProcess.start("sdk-plugin", order, sdkNodeArguments);
    const message = backend.encode();
    const messages = Array.from({ length: BATCH }, () => message);
    const batch = Buffer.concat([...messages, chatAction(shape.name)]);
    return new FedPlugin(backend, plugin, batch, handles);
  }

  get pid(): number | undefined {
    return this.#plugin.pid;
  }

  feed(): void {
    this.#isOver = false;
    while (this.#under < BATCHES_UNDER_WAY) this.#send();
  }

  /** Sends nothing more; resolves when the plugin has all that was sent, rejects if it lost some. */
  async drain(): Promise<void> {
    this.#isOver = true;
    await until(DRAIN_TIMEOUT_MS, "end of the events", () => this.#under === 0);
    if (!this.#handles || this.#handled === this.events) return;
    throw new Error(`the plugin handled ${this.#handled} of ${this.events} events`);
  }

  /** Bytes of the plugin's heap after a collection of garbage. */
  async heapBytes(): Promise<number> {
    return (await this.#plugin.ask({ type: "heap" }, "heap")).bytes;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#plugin.close();
    this.#backend.close();
  }

  #send(): void {
    this.#under++;
    this.#backend.send(this.#batch);
  }
}
