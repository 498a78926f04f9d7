/** `testbed()`: plugins on the real core; the test plays the users. */
import { absoluteId } from "@seabird-chat/protocol";
import type { Target } from "@seabird-chat/sdk/backend";
import type { FakeClock } from "../time/fake-clock.ts";
import { checkNames } from "./check-given.ts";
import { ClientComponent } from "./client-component.ts";
import { type ConversationOptions, TestChannel, TestPrivateChat } from "./conversations.ts";
import { Expectations } from "./expectations.ts";
import { Harness } from "./harness.ts";
import { PluginComponent } from "./plugin-component.ts";
import { type Request, threadId } from "./scripted-connection.ts";
import { NETWORK_OPTIONS, type NetworkOptions, ScriptedNetwork } from "./scripted-network.ts";
import { type SentItem, type SentMessage, SentMessages } from "./sent-messages.ts";
import type { TestLog } from "./test-log.ts";
import type { TestMessage } from "./test-message.ts";
import { checkConfig, TESTBED_OPTIONS, type TestbedOptions } from "./testbed-options.ts";
import { TestUsers, type UserOptions } from "./users.ts";

/** A network of a testbed. */
export type TestNetwork = Pick<
  ScriptedNetwork,
  "name" | "backendId" | "failNext" | "without" | "lost" | "back" | "answersAfter" | "addFile"
>;

/** Of a channel that the bot is in. */
export interface ChannelOptions {
  /** `type/id`. Default: the first. */
  readonly backend?: string | undefined;
  readonly topic?: string | undefined;
  /** Whether only those who were invited read it. Default: false. */
  readonly isPrivate?: boolean | undefined;
  /** The name of the channel that this thread is in. Default: none. */
  readonly parent?: string | undefined;
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
    const { plugins, config = {}, backends = [DEFAULT_BACKEND] } = options;
    const { ignoreLoops = false, without } = options;
    checkNames("testbed", options, TESTBED_OPTIONS);
    this.#harness = new Harness(options);
    this.#expectations = new Expectations(this.#sent, this.#harness);
    for (const given of backends) {
      const own = typeof given === "string" ? { name: given } : given;
      checkNames("a backend", own, NETWORK_OPTIONS);
      this.#addNetwork({ without, ...own });
    }
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

  /**
   * A channel that the bot is in, on the first backend, on the one named (`type/id`), or with more
   * settings. The settings count only the first time that it is named.
   */
  channel(name: string, given: string | ChannelOptions = {}): TestChannel {
    const options = typeof given === "string" ? { backend: given } : given;
    checkNames("channel", options, ["backend", "topic", "isPrivate", "parent"]);
    const { backend = this.#defaultBackend, topic, isPrivate, parent: parentId } = options;
    const network = this.#network(backend);
    network.join({ id: name, topic, isPrivate, parentId });
    return new TestChannel(this.#conversation(network, { kind: "channel", id: name }));
  }

  /** The network reports that a channel has another topic, or is private from now on. */
  changeChannel(name: string, change: Omit<ChannelOptions, "parent">): Promise<void> {
    checkNames("changeChannel", change, ["backend", "topic", "isPrivate"]);
    const { backend = this.#defaultBackend, topic, isPrivate } = change;
    this.#network(backend).change({ id: name, topic, isPrivate });
    return this.idle();
  }

  /** The thread that a plugin opened at a message. */
  thread(message: TestMessage): TestChannel {
    const network = this.#network(message.networkName);
    const id = threadId(message.where.id, message.id);
    return new TestChannel(this.#conversation(network, { kind: "channel", id }));
  }

  /** A user's private chat with the bot. */
  private(who: string, backend = this.#defaultBackend): TestPrivateChat {
    const { id } = this.#users.get(who);
    const options = this.#conversation(this.#network(backend), { kind: "user", id });
    return new TestPrivateChat({ ...options, who });
  }

  /** A scripted network, the first or the one named: for outages, refusals of joins and the like. */
  backend(name = this.#defaultBackend): TestNetwork {
    return this.#network(name);
  }

  /** Sets more than a user's name: `bed.user("ann", { account: "alice" })`. */
  user(name: string, settings: UserOptions): void {
    this.#users.set(name, settings);
  }

  /** The same, of somebody whom a network knows already: it reports the change. */
  changeUser(name: string, settings: UserOptions, backend = this.#defaultBackend): Promise<void> {
    const before = this.#users.get(name);
    this.#network(backend).userChanged(before, this.#users.set(name, settings));
    return this.idle();
  }

  /** Everything that plugins sent, checked or not, oldest first. */
  get sent(): readonly SentMessage[] {
    return this.#sent.all;
  }

  /**
   * Everything that plugins sent or changed since the last call, oldest first, expected or not. It counts as
   * expected then, and `sent` begins anew: a test that runs long keeps no more than it wants to.
   */
  takeSent(): readonly SentItem[] {
    return this.#sent.takeAll();
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

  /**
   * The bytes of a file that a plugin uploaded: `bed.readFile(sent.attachments[0])`. Also by the url
   * that `ctx.attachmentUrl` gave. Rejects if it is not there.
   */
  readFile(file: { readonly corePath: string } | string): Promise<Uint8Array> {
    const path = typeof file === "string" ? new URL(file).pathname : file.corePath;
    return this.#harness.core.readFile(path);
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

  #conversation(network: ScriptedNetwork, where: Target): ConversationOptions {
    return {
      ...{ network, where, label: this.#label(network, where), id: absoluteId(network, where.id) },
      expectations: this.#expectations,
      user: (name) => this.#users.get(name),
    };
  }

  #addNetwork(settings: NetworkOptions): void {
    const network: ScriptedNetwork = new ScriptedNetwork({
      settings,
      sent: this.#sent,
      requests: this.#requests,
      label: (where) => this.#label(network, where),
      people: { user: (name) => this.#users.get(name), idle: () => this.idle() },
    });
    const { name } = network;
    const client = network.start(this.#harness.optionsFor(name, [`backend:${name}`]));
    this.#harness.add(new ClientComponent(name, "backend", client, this.#harness));
    this.#networks.set(name, network);
  }

  #network(name: string): ScriptedNetwork {
    const network = this.#networks.get(name);
    if (network !== undefined) return network;
    const known = [...this.#networks.keys()].join(", ");
    throw new TypeError(`no backend "${name}" in this testbed; there are ${known}`);
  }

  /** How a conversation is called in messages: with its backend, unless that is the first. */
  #label(network: ScriptedNetwork, { kind, id }: Target): string {
    const label = kind === "channel" ? id : `private ${id}`;
    return network.name === this.#defaultBackend ? label : `${network.name} ${label}`;
  }
}
