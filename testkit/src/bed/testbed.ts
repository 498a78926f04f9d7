/** `testbed()`: plugins on the real core, with people whom a test plays. */

import type { BrokerOptions } from "@seabird/core/testing";
import { absoluteId } from "@seabird/protocol";
import type { Plugin } from "@seabird/sdk";
import type { BackendClient } from "@seabird/sdk/backend";
import { MemoryCore } from "../core/memory-core.ts";
import { FakeClock } from "../time/fake-clock.ts";
import { seededRandom } from "../time/seeded-random.ts";
import { Stillness } from "../time/stillness.ts";
import { BedLog } from "./bed-log.ts";
import { Expectations } from "./expectations.ts";
import { LinkWatch } from "./link-watch.ts";
import { People, type PersonSettings } from "./people.ts";
import { PluginPart } from "./plugin-part.ts";
import { ChannelRoom, PrivateRoom, type RoomBed } from "./room.ts";
import { type NetworkSettings, type Request, ScriptedNetwork } from "./scripted-network.ts";
import { type Send, Sends } from "./sends.ts";

export interface TestbedOptions {
  /** Started in this order, each with a token of its own. */
  readonly plugins: readonly Plugin[];
  /** The plugins' settings, by the plugin's name. Default: none. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** All random numbers come from it. Default: 1. */
  readonly seed?: number | undefined;
  /** Networks, as `type/id` or with settings. Default: `irc/libera`. The first is the default. */
  readonly backends?: readonly (string | NetworkSettings)[] | undefined;
  /** What the clock shows at first. Default: 2026-01-05, noon in UTC, a Monday. */
  readonly startAt?: Date | string | undefined;
  /** Limits of core's broker. Default: as in life. */
  readonly core?: BrokerOptions | undefined;
  /** Real milliseconds for which a handler may be busy with files or sockets. Default: 10,000. */
  readonly patienceMs?: number | undefined;
}

const DEFAULT_BACKEND = "irc/libera";
const DEFAULT_PATIENCE_MS = 10_000;

interface Network {
  readonly script: ScriptedNetwork;
  readonly client: BackendClient;
  readonly link: LinkWatch;
}

/**
 * Starts core, networks and plugins in this process; resolves when all are connected. No socket
 * is opened and no time passes but by `bed.clock`.
 *
 * ```ts
 * await using bed = await testbed({ plugins: [hello] });
 * const room = bed.channel("#games");
 * await room.say("ann", "!hello");
 * await room.expect("ann: hi!");
 * ```
 *
 * At its end it fails for what was said and not expected, and for what a plugin leaves behind.
 */
export async function testbed(options: TestbedOptions): Promise<Testbed> {
  const bed = new Testbed(options);
  try {
    await bed.start();
    return bed;
  } catch (reason) {
    await bed.abandon();
    throw reason;
  }
}

export class Testbed implements AsyncDisposable {
  /** Stands still until it is told to `advance`. */
  readonly clock: FakeClock;
  /** What plugins, backends and core have logged. */
  readonly log: BedLog;
  readonly #options: TestbedOptions;
  readonly #stillness: Stillness;
  readonly #core: MemoryCore;
  readonly #people = new People();
  readonly #sends = new Sends();
  readonly #requests: Request[] = [];
  readonly #expectations: Expectations;
  readonly #networks = new Map<string, Network>();
  readonly #plugins = new Map<string, PluginPart>();
  readonly #defaultBackend: string;
  #closed = false;

  /** @internal Use `testbed()`. */
  constructor(options: TestbedOptions) {
    const { startAt, patienceMs = DEFAULT_PATIENCE_MS, core, plugins } = options;
    this.#options = options;
    this.clock = new FakeClock({ startAt, settle: () => this.#expectations.still() });
    this.log = new BedLog(this.clock);
    this.#stillness = new Stillness(this.clock, patienceMs);
    const { log } = this;
    this.#expectations = new Expectations({ sends: this.#sends, log, stillness: this.#stillness });
    this.#core = new MemoryCore({ stillness: this.#stillness, options: core, log: log.forCore() });
    for (const network of options.backends ?? [DEFAULT_BACKEND]) this.#addNetwork(network);
    this.#defaultBackend = [...this.#networks.keys()][0] ?? "";
    for (const plugin of plugins) this.#addPlugin(plugin);
  }

  /** @internal */
  async start(): Promise<void> {
    for (const { client, script } of this.#networks.values()) {
      await this.#stillness.drive(`start of backend ${script.name}`, client.ready());
    }
    for (const part of this.#plugins.values()) await part.start();
  }

  /** A channel that the bot is in, on the first backend or on the one named (`type/id`). */
  channel(name: string, backend = this.#defaultBackend): ChannelRoom {
    const { script } = this.#network(backend);
    script.join(name);
    return new ChannelRoom({
      bed: this.#roomBed(),
      label: this.#label(script, "channel", name),
      id: absoluteId(script, name),
      failNext: (kind, reason) => script.failNext(kind, name, reason),
      say: (...said) => script.say(name, ...said),
      mention: (...said) => script.mention(name, ...said),
      act: (...said) => script.act(name, ...said),
    });
  }

  /** A person's private conversation with the bot. */
  private(who: string, backend = this.#defaultBackend): PrivateRoom {
    const { script } = this.#network(backend);
    const { id } = this.#people.get(who);
    return new PrivateRoom({
      bed: this.#roomBed(),
      label: this.#label(script, "user", id),
      id: absoluteId(script, id),
      who,
      failNext: (kind, reason) => script.failNext(kind, id, reason),
      say: (...said) => script.sayPrivately(...said),
      act: (...said) => script.actPrivately(...said),
    });
  }

  /** Says more of somebody than their name: `bed.user("ann", { account: "alice" })`. */
  user(name: string, settings: PersonSettings): void {
    this.#people.set(name, settings);
  }

  /** Everything that was said and done, looked at or not, oldest first. */
  get said(): readonly Send[] {
    return this.#sends.all;
  }

  /** Which joins, leaves and topics plugins have asked for, oldest first. */
  get requests(): readonly Request[] {
    return this.#requests;
  }

  /** Waits until nothing is going on. */
  still(): Promise<void> {
    return this.#expectations.still();
  }

  /**
   * Core ends as if it had been killed, and another one starts. Resolves when everybody is
   * connected again; the time that the SDK waits before that has then passed.
   */
  async restartCore(): Promise<void> {
    this.#core.stop();
    await this.still();
    this.#core.start();
    await this.reconnected();
  }

  /** A plugin is closed and started again. Without a name: every plugin. */
  async restartPlugin(name?: string): Promise<void> {
    const parts = name === undefined ? [...this.#plugins.values()] : [this.#plugin(name)];
    for (const part of parts) {
      await part.close();
      await part.start();
    }
  }

  /**
   * Cuts a connection to core: of all backends, all plugins, or the one of this name (`type/id`,
   * or a plugin's). It comes back by itself as time passes, or with `reconnected`.
   */
  async disconnect(who: "backend" | "plugin" | (string & {})): Promise<void> {
    const networks = [...this.#networks.keys()];
    const plugins = [...this.#plugins.keys()];
    const groups = new Map([
      ["backend", networks],
      ["plugin", plugins],
    ]);
    const names = groups.get(who) ?? [...networks, ...plugins].filter((name) => name === who);
    if (names.length === 0) throw new TypeError(`there is no backend or plugin "${who}"`);
    for (const name of names) this.#core.drop(name);
    await this.still();
  }

  /** Lets time pass until every backend and plugin is connected. */
  reconnected(): Promise<void> {
    const all = [...this.#plugins.values(), ...[...this.#networks.values()].map((n) => n.link)];
    return this.#stillness.until("everybody connected", () => all.every(({ isUp }) => isUp));
  }

  /** Closes everything; fails as described at `testbed`. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const problems: string[] = [];
    await this.#stillness.wait().catch((reason: Error) => problems.push(reason.message));
    const unexpected = this.#expectations.unexpected();
    if (unexpected !== undefined) problems.push(unexpected);
    await this.#end().catch((reason: Error) => problems.push(reason.message));
    problems.push(...this.#leaks());
    if (problems.length > 0 && !this.#expectations.failed) throw new Error(problems.join("\n"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal It has not even started. */
  async abandon(): Promise<void> {
    this.#closed = true;
    await this.#end().catch(() => undefined);
  }

  async #end(): Promise<void> {
    for (const part of [...this.#plugins.values()].reverse()) await part.close();
    for (const { client, script } of this.#networks.values()) {
      await this.#stillness.drive(`end of backend ${script.name}`, client.close());
    }
  }

  #leaks(): readonly string[] {
    const timers = this.clock.pending.map(
      ({ inMs, setAt }) => `a timer was left behind, due in ${inMs} ms, set\n${setAt}`,
    );
    const { openCalls } = this.#core;
    const calls = openCalls === 0 ? [] : [`${openCalls} calls or streams were left open`];
    return [...calls, ...timers];
  }

  #roomBed(): RoomBed {
    return {
      still: () => this.#expectations.still(),
      person: (name) => this.#people.get(name),
      expect: (...expected) => this.#expectations.expect(...expected),
      expectNothing: (room) => this.#expectations.expectNothing(room),
    };
  }

  #addNetwork(given: string | NetworkSettings): void {
    const settings = typeof given === "string" ? { name: given } : given;
    const script: ScriptedNetwork = new ScriptedNetwork({
      settings,
      sends: this.#sends,
      requests: this.#requests,
      label: (kind, id) => this.#label(script, kind, id),
    });
    const options = this.#core.connectOptions(script.name, [`backend:${script.name}`]);
    const client = script.start({ ...options, ...this.#timeAndChance(script.name) });
    this.#networks.set(script.name, { script, client, link: new LinkWatch(client.states()) });
  }

  #addPlugin(plugin: Plugin): void {
    const { name } = plugin;
    if (this.#plugins.has(name)) throw new TypeError(`there are two plugins "${name}"`);
    const options = {
      ...this.#core.connectOptions(name, ["plugin"]),
      ...this.#timeAndChance(name),
      config: this.#options.config?.[name],
      log: this.log.for(name),
    };
    this.#plugins.set(name, new PluginPart(plugin, options, this.#stillness));
  }

  #timeAndChance(part: string) {
    return { clock: this.clock, random: seededRandom(this.#options.seed ?? 1, part) };
  }

  #network(name: string): Network {
    const network = this.#networks.get(name);
    if (network !== undefined) return network;
    const known = [...this.#networks.keys()].join(", ");
    throw new TypeError(`there is no backend "${name}" in this bed; there are ${known}`);
  }

  #plugin(name: string): PluginPart {
    const part = this.#plugins.get(name);
    if (part !== undefined) return part;
    const known = [...this.#plugins.keys()].join(", ");
    throw new TypeError(`there is no plugin "${name}" in this bed; there are ${known}`);
  }

  /** How a room is called in messages: by its backend too, where there are several. */
  #label(network: ScriptedNetwork, kind: "channel" | "user", id: string): string {
    const room = kind === "channel" ? id : `private ${id}`;
    const isDefault = network.name === this.#defaultBackend || this.#defaultBackend === "";
    return isDefault ? room : `${network.name} ${room}`;
  }
}
