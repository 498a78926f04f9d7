/** What testbed and backendbed are made of: core, a clock, a log, and the components. */
import type { BrokerOptions } from "@seabird-chat/core/testing";
import type { ConnectOptions, Log } from "@seabird-chat/sdk";
import { MemoryCore } from "../core/memory-core.ts";
import { FakeClock } from "../time/fake-clock.ts";
import { IdleDetector } from "../time/idle-detector.ts";
import { RealTimers } from "../time/real-timers.ts";
import { seededRandom } from "../time/seeded-random.ts";
import { TestLog } from "./test-log.ts";

export interface HarnessOptions {
  /** Seed of all random numbers. Default: 1. */
  readonly seed?: number | undefined;
  /** What the clock shows at first. Default: 2026-01-05, noon in UTC, a Monday. */
  readonly startAt?: Date | string | undefined;
  /** Limits of core's broker. Default: those of a real core. */
  readonly core?: BrokerOptions | undefined;
  /** Where people reach core, without a slash at its end. Default: nowhere, so files have no links. */
  readonly publicUrl?: string | undefined;
  /** Real milliseconds for which a handler may be busy with files or sockets. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_SEED = 1;
const DEFAULT_TIMEOUT_MS = 10_000;

/** A plugin or backend that is connected to the harness's core. */
export interface Component {
  /** A plugin's name, or a backend's `type/id`. */
  readonly name: string;
  readonly kind: "plugin" | "backend";
  readonly isUp: boolean;
  start(): Promise<void>;
  close(): Promise<void>;
}

export class Harness {
  readonly clock: FakeClock;
  readonly log: TestLog;
  readonly idle: IdleDetector;
  readonly core: MemoryCore;
  /** Of the plugins. */
  readonly realTimers = new RealTimers();
  /** Real milliseconds. */
  readonly timeoutMs: number;
  readonly #seed: number;
  readonly #components = new Map<string, Component>();

  constructor({
    seed = DEFAULT_SEED,
    startAt,
    core,
    publicUrl,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  }: HarnessOptions) {
    this.clock = new FakeClock({ startAt, settle: () => this.idle.wait() });
    this.idle = new IdleDetector(this.clock, timeoutMs);
    this.timeoutMs = timeoutMs;
    this.log = new TestLog(this.clock);
    this.core = new MemoryCore({
      idle: this.idle,
      options: core,
      publicUrl,
      log: this.log.forCore(),
    });
    this.#seed = seed;
  }

  /** Options with which a component connects to this harness's core. */
  optionsFor(name: string, scopes: readonly string[]): ConnectOptions & { readonly log: Log } {
    return {
      ...this.core.connectOptions(name, scopes),
      clock: this.clock,
      random: seededRandom(this.#seed, name),
      log: this.log.for(name),
    };
  }

  add(component: Component): void {
    if (this.#components.has(component.name))
      throw new TypeError(`there are two components called "${component.name}"`);
    this.#components.set(component.name, component);
  }

  /** Starts all components, one after the other. */
  async start(): Promise<void> {
    for (const component of this.#components.values()) await component.start();
  }

  /** Core stops as if it were killed, and a new one starts. */
  async restartCore(): Promise<void> {
    this.core.stop();
    await this.idle.wait();
    this.core.start();
    await this.reconnected();
  }

  /** Closes and starts a plugin, or all of them. */
  async restartPlugin(name: string | undefined): Promise<void> {
    const plugins = this.#find(name ?? "plugin");
    const other = plugins.find(({ kind }) => kind !== "plugin");
    if (other !== undefined) throw new TypeError(`"${other.name}" is not a plugin`);
    for (const plugin of plugins) {
      await plugin.close();
      await plugin.start();
    }
  }

  /** Cuts connections to core: of all backends, of all plugins, or of one component. */
  async disconnect(who: string): Promise<void> {
    for (const { name } of this.#find(who)) this.core.drop(name);
    await this.idle.wait();
  }

  /** Advances the clock until every component is connected. */
  reconnected(): Promise<void> {
    const components = [...this.#components.values()];
    return this.idle.until("all components connected", () => components.every(({ isUp }) => isUp));
  }

  /** Closes all components, the last one first; returns what failed or was left behind. */
  async end(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const component of [...this.#components.values()].reverse()) {
      await component.close().catch((reason: Error) => problems.push(reason.message));
    }
    this.core.removeFiles();
    return [...problems, ...this.#leaks(), ...(await this.realTimers.takeLeft())];
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
  #find(who: string): readonly Component[] {
    const all = [...this.#components.values()];
    const found = all.filter(({ kind, name }) => kind === who || name === who);
    if (found.length > 0) return found;
    const known = all.map(({ name }) => name).join(", ");
    throw new TypeError(`no component "${who}"; there are ${known}`);
  }
}
