/** What a bed is made of: core, a clock, a log, and the programs that are connected. */
import type { BrokerOptions } from "@seabird-chat/core/testing";
import type { ConnectOptions, Log } from "@seabird-chat/sdk";
import { MemoryCore } from "../core/memory-core.ts";
import { FakeClock } from "../time/fake-clock.ts";
import { seededRandom } from "../time/seeded-random.ts";
import { Stillness } from "../time/stillness.ts";
import { BedLog } from "./bed-log.ts";

export interface StageOptions {
  /** All random numbers come from it. Default: 1. */
  readonly seed?: number | undefined;
  /** What the clock shows at first. Default: 2026-01-05, noon in UTC, a Monday. */
  readonly startAt?: Date | string | undefined;
  /** Limits of core's broker. Default: as in life. */
  readonly core?: BrokerOptions | undefined;
  /** Real milliseconds for which a handler may be busy with files or sockets. Default: 10,000. */
  readonly patienceMs?: number | undefined;
}

const DEFAULT_SEED = 1;
const DEFAULT_PATIENCE_MS = 10_000;

/** A plugin or backend on the stage. */
export interface Part {
  /** A plugin's name, or a backend's `type/id`. */
  readonly name: string;
  readonly kind: "plugin" | "backend";
  readonly isUp: boolean;
  start(): Promise<void>;
  close(): Promise<void>;
}

export class Stage {
  readonly clock: FakeClock;
  readonly log: BedLog;
  readonly stillness: Stillness;
  readonly core: MemoryCore;
  /** Real milliseconds. */
  readonly patienceMs: number;
  readonly #seed: number;
  readonly #parts = new Map<string, Part>();

  constructor({
    seed = DEFAULT_SEED,
    startAt,
    core,
    patienceMs = DEFAULT_PATIENCE_MS,
  }: StageOptions) {
    this.clock = new FakeClock({ startAt, settle: () => this.stillness.wait() });
    this.stillness = new Stillness(this.clock, patienceMs);
    this.patienceMs = patienceMs;
    this.log = new BedLog(this.clock);
    this.core = new MemoryCore({
      stillness: this.stillness,
      options: core,
      log: this.log.forCore(),
    });
    this.#seed = seed;
  }

  /** What a program is started with, so that it lives on this stage. */
  optionsFor(name: string, scopes: readonly string[]): ConnectOptions & { readonly log: Log } {
    return {
      ...this.core.connectOptions(name, scopes),
      clock: this.clock,
      random: seededRandom(this.#seed, name),
      log: this.log.for(name),
    };
  }

  add(part: Part): void {
    if (this.#parts.has(part.name)) throw new TypeError(`there are two parts "${part.name}"`);
    this.#parts.set(part.name, part);
  }

  /** Starts all parts, one after the other. */
  async start(): Promise<void> {
    for (const part of this.#parts.values()) await part.start();
  }

  /** Core ends as if it had been killed, and another one starts. */
  async restartCore(): Promise<void> {
    this.core.stop();
    await this.stillness.wait();
    this.core.start();
    await this.reconnected();
  }

  /** Closes and starts a plugin, or all of them. */
  async restartPlugin(name: string | undefined): Promise<void> {
    const plugins = this.#find(name ?? "plugin");
    const other = plugins.find(({ kind }) => kind !== "plugin");
    if (other !== undefined) throw new TypeError(`"${other.name}" is no plugin`);
    for (const plugin of plugins) {
      await plugin.close();
      await plugin.start();
    }
  }

  /** Cuts connections to core: of all backends, of all plugins, or of one part. */
  async disconnect(who: string): Promise<void> {
    for (const { name } of this.#find(who)) this.core.drop(name);
    await this.stillness.wait();
  }

  /** Lets time pass until every part is connected. */
  reconnected(): Promise<void> {
    const parts = [...this.#parts.values()];
    return this.stillness.until("everybody connected", () => parts.every(({ isUp }) => isUp));
  }

  /** Closes all parts, the last one first; says what could not be closed or is left behind. */
  async end(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const part of [...this.#parts.values()].reverse()) {
      await part.close().catch((reason: Error) => problems.push(reason.message));
    }
    return [...problems, ...this.#leaks()];
  }

  #leaks(): readonly string[] {
    const timers = this.clock.pending.map(
      ({ inMs, setAt }) => `a timer was left behind, due in ${inMs} ms, set\n${setAt}`,
    );
    const { openCalls } = this.core;
    const calls = openCalls === 0 ? [] : [`${openCalls} calls or streams were left open`];
    return [...calls, ...timers];
  }

  /** By kind, or by name. */
  #find(who: string): readonly Part[] {
    const all = [...this.#parts.values()];
    const found = all.filter(({ kind, name }) => kind === who || name === who);
    if (found.length > 0) return found;
    const known = all.map(({ name }) => name).join(", ");
    throw new TypeError(`there is no "${who}" in this bed; there are ${known}`);
  }
}
