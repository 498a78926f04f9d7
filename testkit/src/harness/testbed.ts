/** `testbed()`: plugins on the real core; the test plays the users. */
import { absoluteId } from "@seabird-chat/protocol";
import type { Plugin } from "@seabird-chat/sdk";
import type { FakeClock } from "../time/fake-clock.ts";
import { ClientComponent } from "./client-component.ts";
import { type ConversationDeps, TestChannel, TestPrivateChat } from "./conversations.ts";
import { Expectations } from "./expectations.ts";
import { Harness, type HarnessOptions } from "./harness.ts";
import { PluginComponent } from "./plugin-component.ts";
import { type NetworkOptions, type Request, ScriptedNetwork } from "./scripted-network.ts";
import { type SentMessage, SentMessages } from "./sent-messages.ts";
import type { TestLog } from "./test-log.ts";
import { TestUsers, type UserOptions } from "./users.ts";

export interface TestbedOptions extends HarnessOptions {
  /** Started in this order, each with its own token. */
  readonly plugins: readonly Plugin[];
  /** The plugins' settings, by the plugin's name. Default: none. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Networks, as `type/id` or with settings. Default: `irc/libera`. The first is the default. */
  readonly backends?: readonly (string | NetworkOptions)[] | undefined;
  /**
   * Whether plugins ignore a user after ten exchanges in a row, as outside of tests. Default:
   * false, because on a clock that stands still everybody answers as fast as a bot.
   */
  readonly ignoreLoops?: boolean | undefined;
}

const DEFAULT_BACKEND = "irc/libera";

/**
 * Starts core, networks and plugins in this process; resolves when all are connected. No socket
 * is opened, and time passes only by `bed.clock`.
 *
 * ```ts
 * await using bed = await testbed({ plugins: [hello] });
 * const channel = bed.channel("#games");
 * await channel.say("ann", "!hello");
 * await channel.expect("ann: hi!");
 * ```
 *
 * When it closes, it fails for messages that were sent and not expected, and for timers and calls
 * that a plugin leaves behind.
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
  readonly #harness: Harness;
  readonly #users = new TestUsers();
  readonly #sent = new SentMessages();
  readonly #requests: Request[] = [];
  readonly #expectations: Expectations;
  readonly #networks = new Map<string, ScriptedNetwork>();
  readonly #defaultBackend: string;
  #closed = false;

  /** @internal Use `testbed()`. */
  constructor(options: TestbedOptions) {
    const { plugins, config = {}, backends = [DEFAULT_BACKEND], ignoreLoops = false } = options;
    this.#harness = new Harness(options);
    this.#expectations = new Expectations(this.#sent, this.#harness);
    for (const network of backends) this.#addNetwork(network);
    this.#defaultBackend = [...this.#networks.keys()][0] ?? "";
    checkConfig(plugins, config);
    for (const plugin of plugins) {
      const given = Object.hasOwn(config, plugin.name) ? config[plugin.name] : undefined;
      this.#harness.add(new PluginComponent(plugin, { config: given, ignoreLoops }, this.#harness));
    }
  }

  /** Stands still until you call `advance`. */
  get clock(): FakeClock {
    return this.#harness.clock;
  }

  /** What plugins, backends and core log. */
  get log(): TestLog {
    return this.#harness.log;
  }

  /** @internal */
  start(): Promise<void> {
    return this.#harness.start();
  }

  /** A channel that the bot is in, on the first backend or on the one named (`type/id`). */
  channel(name: string, backend = this.#defaultBackend): TestChannel {
    const script = this.#network(backend);
    script.join(name);
    return new TestChannel({
      deps: this.#conversationDeps(),
      label: this.#label(script, "channel", name),
      id: absoluteId(script, name),
      failNext: (kind, reason) => script.failNext(kind, name, reason),
      say: (...args) => script.say(name, ...args),
      mention: (...args) => script.mention(name, ...args),
      act: (...args) => script.act(name, ...args),
    });
  }

  /** A user's private chat with the bot. */
  private(who: string, backend = this.#defaultBackend): TestPrivateChat {
    const script = this.#network(backend);
    const { id } = this.#users.get(who);
    return new TestPrivateChat({
      deps: this.#conversationDeps(),
      label: this.#label(script, "user", id),
      id: absoluteId(script, id),
      who,
      failNext: (kind, reason) => script.failNext(kind, id, reason),
      say: (...args) => script.sayPrivately(...args),
      act: (...args) => script.actPrivately(...args),
    });
  }

  /** A scripted network, the first or the one named: for refusals of joins and the like. */
  backend(name = this.#defaultBackend): Pick<ScriptedNetwork, "name" | "backendId" | "failNext"> {
    return this.#network(name);
  }

  /** Sets more than a user's name: `bed.user("ann", { account: "alice" })`. */
  user(name: string, settings: UserOptions): void {
    this.#users.set(name, settings);
  }

  /** Everything that plugins sent, checked or not, oldest first. */
  get sent(): readonly SentMessage[] {
    return this.#sent.all;
  }

  /** The joins, leaves and topics that plugins requested, oldest first. */
  get requests(): readonly Request[] {
    return this.#requests;
  }

  /** Waits until nothing is going on. */
  idle(): Promise<void> {
    return this.#expectations.idle();
  }

  /**
   * Core stops as if it were killed, and a new one starts. Resolves when every component is
   * connected again; the clock advances by the pauses of the SDK before that.
   */
  restartCore(): Promise<void> {
    return this.#harness.restartCore();
  }

  /** Closes and starts a plugin. Without a name: every plugin. */
  restartPlugin(name?: string): Promise<void> {
    return this.#harness.restartPlugin(name);
  }

  /**
   * Cuts connections to core: of all backends, of all plugins, or of the one with this name
   * (`type/id`, or a plugin's). They reconnect as the clock advances, or with `reconnected`.
   */
  disconnect(who: "backend" | "plugin" | (string & {})): Promise<void> {
    return this.#harness.disconnect(who);
  }

  /** Advances the clock until every backend and plugin is connected. */
  reconnected(): Promise<void> {
    return this.#harness.reconnected();
  }

  /** Closes everything; fails as described at `testbed`. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const problems = await this.#expectations.leftovers();
    problems.push(...(await this.#harness.end()));
    // A test that failed already reports its first failure only.
    if (this.#expectations.failed || problems.length === 0) return;
    throw new Error(problems.join("\n"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal For a testbed that could not start. */
  async abandon(): Promise<void> {
    this.#closed = true;
    await this.#harness.end();
  }

  #conversationDeps(): ConversationDeps {
    return {
      idle: () => this.#expectations.idle(),
      user: (name) => this.#users.get(name),
      expect: (...expected) => this.#expectations.expect(...expected),
      expectNothing: (to) => this.#expectations.expectNothing(to),
    };
  }

  #addNetwork(given: string | NetworkOptions): void {
    const script: ScriptedNetwork = new ScriptedNetwork({
      settings: typeof given === "string" ? { name: given } : given,
      sent: this.#sent,
      requests: this.#requests,
      label: (kind, id) => this.#label(script, kind, id),
    });
    const { name } = script;
    const client = script.start(this.#harness.optionsFor(name, [`backend:${name}`]));
    this.#harness.add(new ClientComponent(name, "backend", client, this.#harness));
    this.#networks.set(name, script);
  }

  #network(name: string): ScriptedNetwork {
    const network = this.#networks.get(name);
    if (network !== undefined) return network;
    const known = [...this.#networks.keys()].join(", ");
    throw new TypeError(`no backend "${name}" in this testbed; there are ${known}`);
  }

  /** How a conversation is called in messages: with its backend, unless that is the first. */
  #label(network: ScriptedNetwork, kind: "channel" | "user", id: string): string {
    const label = kind === "channel" ? id : `private ${id}`;
    return network.name === this.#defaultBackend ? label : `${network.name} ${label}`;
  }
}

/** Settings for a plugin that is not there are a mistake of the test. */
function checkConfig(plugins: readonly Plugin[], config: Readonly<Record<string, unknown>>): void {
  const names = plugins.map(({ name }) => name);
  const unknown = Object.keys(config).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`config has "${unknown}", but the plugins are ${names.join(", ")}`);
}
