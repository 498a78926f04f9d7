/** `testbed()`: plugins on the real core, with people whom a test plays. */
import { absoluteId } from "@seabird-chat/protocol";
import type { Plugin } from "@seabird-chat/sdk";
import type { FakeClock } from "../time/fake-clock.ts";
import type { BedLog } from "./bed-log.ts";
import { ClientPart } from "./client-part.ts";
import { Expectations } from "./expectations.ts";
import { People, type PersonSettings } from "./people.ts";
import { PluginPart } from "./plugin-part.ts";
import { ChannelRoom, PrivateRoom, type RoomBed } from "./room.ts";
import { type NetworkSettings, type Request, ScriptedNetwork } from "./scripted-network.ts";
import { type SaidInRoom, Sends } from "./sends.ts";
import { Stage, type StageOptions } from "./stage.ts";

export interface TestbedOptions extends StageOptions {
  /** Started in this order, each with a token of its own. */
  readonly plugins: readonly Plugin[];
  /** The plugins' settings, by the plugin's name. Default: none. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Networks, as `type/id` or with settings. Default: `irc/libera`. The first is the default. */
  readonly backends?: readonly (string | NetworkSettings)[] | undefined;
}

const DEFAULT_BACKEND = "irc/libera";

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
  readonly #stage: Stage;
  readonly #people = new People();
  readonly #sends = new Sends();
  readonly #requests: Request[] = [];
  readonly #expectations: Expectations;
  readonly #networks = new Map<string, ScriptedNetwork>();
  readonly #defaultBackend: string;
  #closed = false;

  /** @internal Use `testbed()`. */
  constructor(options: TestbedOptions) {
    const { plugins, config = {}, backends = [DEFAULT_BACKEND] } = options;
    this.#stage = new Stage(options);
    this.#expectations = new Expectations(this.#sends, this.#stage);
    for (const network of backends) this.#addNetwork(network);
    this.#defaultBackend = [...this.#networks.keys()][0] ?? "";
    checkConfig(plugins, config);
    for (const plugin of plugins) {
      const given = Object.hasOwn(config, plugin.name) ? config[plugin.name] : undefined;
      this.#stage.add(new PluginPart(plugin, given, this.#stage));
    }
  }

  /** Stands still until it is told to `advance`. */
  get clock(): FakeClock {
    return this.#stage.clock;
  }

  /** What plugins, backends and core have logged. */
  get log(): BedLog {
    return this.#stage.log;
  }

  /** @internal */
  start(): Promise<void> {
    return this.#stage.start();
  }

  /** A channel that the bot is in, on the first backend or on the one named (`type/id`). */
  channel(name: string, backend = this.#defaultBackend): ChannelRoom {
    const script = this.#network(backend);
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
    const script = this.#network(backend);
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

  /** A played network, the first or the one named: for what is refused outside of a room. */
  backend(name = this.#defaultBackend): Pick<ScriptedNetwork, "name" | "backendId" | "failNext"> {
    return this.#network(name);
  }

  /** Says more of somebody than their name: `bed.user("ann", { account: "alice" })`. */
  user(name: string, settings: PersonSettings): void {
    this.#people.set(name, settings);
  }

  /** Everything that was said and done, looked at or not, oldest first. */
  get said(): readonly SaidInRoom[] {
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
  restartCore(): Promise<void> {
    return this.#stage.restartCore();
  }

  /** A plugin is closed and started again. Without a name: every plugin. */
  restartPlugin(name?: string): Promise<void> {
    return this.#stage.restartPlugin(name);
  }

  /**
   * Cuts connections to core: of all backends, of all plugins, or of the one with this name
   * (`type/id`, or a plugin's). They come back as time passes, or with `reconnected`.
   */
  disconnect(who: "backend" | "plugin" | (string & {})): Promise<void> {
    return this.#stage.disconnect(who);
  }

  /** Lets time pass until every backend and plugin is connected. */
  reconnected(): Promise<void> {
    return this.#stage.reconnected();
  }

  /** Closes everything; fails as described at `testbed`. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const problems = await this.#expectations.leftovers();
    problems.push(...(await this.#stage.end()));
    // Whatever else there is to say, the test has failed by what it said first.
    if (this.#expectations.failed || problems.length === 0) return;
    throw new Error(problems.join("\n"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal It has not even started. */
  async abandon(): Promise<void> {
    this.#closed = true;
    await this.#stage.end();
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
    const script: ScriptedNetwork = new ScriptedNetwork({
      settings: typeof given === "string" ? { name: given } : given,
      sends: this.#sends,
      requests: this.#requests,
      label: (kind, id) => this.#label(script, kind, id),
    });
    const { name } = script;
    const client = script.start(this.#stage.optionsFor(name, [`backend:${name}`]));
    this.#stage.add(new ClientPart(name, "backend", client, this.#stage));
    this.#networks.set(name, script);
  }

  #network(name: string): ScriptedNetwork {
    const network = this.#networks.get(name);
    if (network !== undefined) return network;
    const known = [...this.#networks.keys()].join(", ");
    throw new TypeError(`there is no backend "${name}" in this bed; there are ${known}`);
  }

  /** How a room is called in messages: by its backend too, unless that is the first. */
  #label(network: ScriptedNetwork, kind: "channel" | "user", id: string): string {
    const room = kind === "channel" ? id : `private ${id}`;
    return network.name === this.#defaultBackend ? room : `${network.name} ${room}`;
  }
}

/** Settings of nobody are a slip of the test. */
function checkConfig(plugins: readonly Plugin[], config: Readonly<Record<string, unknown>>): void {
  const names = plugins.map(({ name }) => name);
  const nobody = Object.keys(config).find((name) => !names.includes(name));
  if (nobody === undefined) return;
  throw new TypeError(
    `config has "${nobody}", which is no plugin of this bed: ${names.join(", ")}`,
  );
}
