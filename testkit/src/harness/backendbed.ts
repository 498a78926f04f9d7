/** `backendbed()`: a backend on the real core; the test takes the place of the plugins. */
import { absoluteId, backendId } from "@seabird-chat/protocol";
import {
  type ActionClient,
  type ActionOptions,
  type BackendInfo,
  type Content,
  connectPlugin,
  type PluginClient,
  type SendOptions,
  type SentMessage,
} from "@seabird-chat/sdk";
import { type BackendDefinition, startBackend } from "@seabird-chat/sdk/backend";
import type { FakeClock } from "../time/fake-clock.ts";
import { inRealTime, realWait } from "../time/real-wait.ts";
import { BackendComponent } from "./backend-component.ts";
import { ClientComponent } from "./client-component.ts";
import {
  type EmittedEvent,
  REPORT_KINDS,
  type ReportKind,
  type ReportOf,
  relativeId,
  toEmittedEvent,
  toReport,
} from "./emitted-event.ts";
import { Harness, type HarnessOptions } from "./harness.ts";
import type { TestLog } from "./test-log.ts";

export interface BackendbedOptions<Config> extends HarnessOptions {
  readonly backend: BackendDefinition<Config>;
  /** The backend's name among those of its type. Default: `test`. */
  readonly id?: string | undefined;
  /** Its settings, as its schema takes them. Default: none. */
  readonly config?: unknown;
}

/** A channel as core lists it, by the network's own id. */
export interface ListedChannel {
  readonly id: string;
  readonly displayName: string;
  readonly topic: string;
}

/**
 * Starts core and a backend in this process; resolves when the backend is connected to both core
 * and its network. Rejects if its settings are wrong or its `connect` throws `Fatal`.
 *
 * ```ts
 * await using bed = await backendbed({ backend: campfire, config: { url: server.url, token } });
 * server.line("lobby", "ann", "!roll 2d6");
 * assert.equal((await bed.nextEvent()).command, "roll");
 * await bed.send("lobby", "7");
 * ```
 *
 * The network is your test's own and may be real, so waiting here takes real time, at most
 * `timeoutMs`. The clock of the backend and of core stands still until you call `advance`.
 */
export async function backendbed<Config>(options: BackendbedOptions<Config>): Promise<Backendbed> {
  const { backend, id = "test", config } = options;
  const harness = new Harness(options);
  const name = `${backend.type}/${id}`;
  const started = { ...harness.optionsFor(name, [`backend:${name}`]), id, config };
  const component = new BackendComponent(name, harness, () => startBackend(backend, started));
  const bed = new Backendbed({ type: backend.type, id }, harness, component);
  try {
    await bed.start();
    return bed;
  } catch (reason) {
    await bed.close().catch(() => undefined);
    throw reason;
  }
}

/** Reports that wait for `nextReport`; beyond, the oldest are forgotten. */
const MAX_REPORTS = 1_000;

export class Backendbed implements AsyncDisposable {
  /** Every call of core, also those without a short form here. */
  readonly core: ActionClient;
  readonly #name: { readonly type: string; readonly id: string };
  readonly #harness: Harness;
  readonly #component: BackendComponent;
  readonly #plugin: PluginClient;
  readonly #emitted: EmittedEvent[] = [];
  readonly #reports: ReportOf<ReportKind>[] = [];
  #closed = false;

  /** @internal Use `backendbed()`. */
  constructor(name: { type: string; id: string }, harness: Harness, component: BackendComponent) {
    this.#name = name;
    this.#harness = harness;
    this.#component = component;
    this.#plugin = connectPlugin({
      ...harness.optionsFor("test", ["plugin", "persona", "mention-everyone"]),
      kinds: REPORT_KINDS,
    });
    this.core = this.#plugin;
    harness.add(new ClientComponent("test", "plugin", this.#plugin, harness));
    harness.add(component);
  }

  /** The backend's id, absolute: `campfire://test`. */
  get id(): string {
    return backendId(this.#name);
  }

  /** Stands still until you call `advance`. */
  get clock(): FakeClock {
    return this.#harness.clock;
  }

  get log(): TestLog {
    return this.#harness.log;
  }

  /** @internal */
  async start(): Promise<void> {
    void this.#listen();
    await this.#harness.start();
  }

  /** The next event that the backend sent; waits if there is none yet. */
  async nextEvent(): Promise<EmittedEvent> {
    await this.#wait(
      () => this.#emitted.length > 0,
      () => `${this.#component.name} sent no event${this.#warnings()}`,
    );
    const next = this.#emitted.shift();
    if (next === undefined) throw new Error("nextEvent() was called again before it resolved");
    return next;
  }

  /** Events that `nextEvent` has not returned yet. */
  get events(): readonly EmittedEvent[] {
    return this.#emitted;
  }

  /**
   * The next report of this kind, such as `reaction`; waits if there is none yet. Ids are absolute.
   * What plugins did is not among them, and reports of other kinds stay.
   */
  async nextReport<Kind extends ReportKind>(kind: Kind): Promise<ReportOf<Kind>> {
    const find = () => this.#reports.findIndex((report) => report.kind === kind);
    await this.#wait(
      () => find() >= 0,
      () => `${this.#component.name} sent no event ${kind}${this.#warnings()}`,
    );
    const [next] = this.#reports.splice(find(), 1);
    return next as ReportOf<Kind>;
  }

  /** Sends a message to a channel; rejects with the backend's or the network's refusal. */
  send(channel: string, content: Content, settings?: SendOptions): Promise<SentMessage> {
    return this.#call(this.core.sendMessage(this.absolute(channel), content, settings));
  }

  sendPrivately(user: string, content: Content, settings?: SendOptions): Promise<SentMessage> {
    return this.#call(this.core.sendPrivateMessage(this.absolute(user), content, settings));
  }

  /** Performs an action in a channel, as in `/me waves`. */
  act(channel: string, content: Content, settings?: SendOptions): Promise<SentMessage> {
    return this.#call(this.core.performAction(this.absolute(channel), content, settings));
  }

  actPrivately(user: string, content: Content, settings?: SendOptions): Promise<SentMessage> {
    return this.#call(this.core.performPrivateAction(this.absolute(user), content, settings));
  }

  join(channel: string, settings?: ActionOptions): Promise<void> {
    return this.#call(this.core.joinChannel(this.id, channel, settings));
  }

  leave(channel: string, exitMessage = ""): Promise<void> {
    return this.#call(this.core.leaveChannel(this.absolute(channel), { exitMessage }));
  }

  setTopic(channel: string, topic: string): Promise<void> {
    return this.#call(this.core.updateChannelInfo(this.absolute(channel), { topic }));
  }

  /** The channels that the backend has announced, sorted by id. */
  async channels(): Promise<readonly ListedChannel[]> {
    const list = await this.#call(this.core.listChannels(this.id));
    return list.map(({ id, displayName, topic }) => ({ id: relativeId(id), displayName, topic }));
  }

  /** The backend's metadata, as core returns it. */
  async metadata(): Promise<BackendInfo["metadata"]> {
    return (await this.#call(this.core.backendInfo(this.id))).metadata;
  }

  /** Waits in real time until the condition holds: for what the network has to receive. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return this.#wait(condition, () => `timed out waiting for ${what}${this.#warnings()}`);
  }

  /** Core stops as if it were killed, a new one starts, and the backend connects to it. */
  restartCore(): Promise<void> {
    return this.#harness.restartCore();
  }

  /** Cuts the backend's connection to core. */
  disconnect(): Promise<void> {
    return this.#harness.disconnect(this.#component.name);
  }

  /** Waits until the backend is connected to core and its network; the clock advances by its pauses. */
  connected(): Promise<void> {
    return this.#component.connected();
  }

  /** Waits in real time until the backend has noticed that its network is gone. */
  lost(): Promise<void> {
    return this.#component.lost();
  }

  /** The bytes of a file at core, by its link or the url that `attachmentUrl` gave. */
  readFile(url: string): Promise<Uint8Array> {
    return this.#call(this.#harness.core.readFile(new URL(url).pathname));
  }

  /** Closes the backend; fails for timers and calls that it leaves behind. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const problems = await this.#harness.end();
    if (problems.length > 0) throw new Error(problems.join("\n"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(): Promise<void> {
    for await (const event of this.#plugin.events()) {
      const emitted = toEmittedEvent(event);
      if (emitted !== undefined) this.#emitted.push(emitted);
      const report = toReport(event);
      if (report === undefined) continue;
      this.#reports.push(report);
      if (this.#reports.length > MAX_REPORTS) this.#reports.shift();
    }
  }

  /** The id of a channel or user as core writes it: `campfire://test/lobby`. */
  absolute(id: string): string {
    return absoluteId(this.#name, id);
  }

  #call<T>(call: Promise<T>): Promise<T> {
    return inRealTime(this.#harness.timeoutMs, call, () => {
      return `${this.#component.name} did not answer${this.#warnings()}`;
    });
  }

  #wait(condition: () => boolean | Promise<boolean>, message: () => string): Promise<void> {
    return realWait(this.#harness.timeoutMs, condition, message);
  }

  #warnings(): string {
    const warnings = this.log.warnings();
    return warnings === "" ? "" : `; in the log:${warnings}`;
  }
}
