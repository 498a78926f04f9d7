/** `backendbed()`: a backend on the real core, with a test in the place of the plugins. */
import { absoluteId, backendId } from "@seabird-chat/protocol";
import {
  type ActionClient,
  type ActionOptions,
  type BackendInfo,
  type Content,
  connectPlugin,
  type PluginClient,
} from "@seabird-chat/sdk";
import { type BackendDefinition, startBackend } from "@seabird-chat/sdk/backend";
import type { FakeClock } from "../time/fake-clock.ts";
import { inRealTime, realWait } from "../time/real-wait.ts";
import { BackendPart } from "./backend-part.ts";
import type { BedLog } from "./bed-log.ts";
import { ClientPart } from "./client-part.ts";
import { type HeardEvent, toHeard } from "./heard.ts";
import { relativeId } from "./relative-id.ts";
import { Stage, type StageOptions } from "./stage.ts";

export interface BackendbedOptions<Config> extends StageOptions {
  readonly backend: BackendDefinition<Config>;
  /** The backend's name among those of its type. Default: `test`. */
  readonly id?: string | undefined;
  /** Its settings, as its schema takes them. Default: none. */
  readonly config?: unknown;
}

/** A channel as core lists it, by the network's own id. */
export interface BedChannel {
  readonly id: string;
  readonly displayName: string;
  readonly topic: string;
}

/**
 * Starts core and a backend in this process; resolves when the backend is on both core and its
 * network. Rejects with what its `connect` or its settings failed with, if that is for good.
 *
 * ```ts
 * await using bed = await backendbed({ backend: campfire, config: { url: server.url, token } });
 * server.line("lobby", "ann", "!roll 2d6");
 * assert.equal((await bed.nextEvent()).command, "roll");
 * await bed.send("lobby", "7");
 * ```
 *
 * The network is the test's own and may be real: what is awaited here is awaited in real time,
 * at most `patienceMs`. The clock of the backend and of core stands still until it is told to
 * `advance`.
 */
export async function backendbed<Config>(options: BackendbedOptions<Config>): Promise<Backendbed> {
  const { backend, id = "test", config } = options;
  const stage = new Stage(options);
  const name = `${backend.type}/${id}`;
  const started = { ...stage.optionsFor(name, [`backend:${name}`]), id, config };
  const part = new BackendPart(name, stage, () => startBackend(backend, started));
  const bed = new Backendbed({ type: backend.type, id }, stage, part);
  try {
    await bed.start();
    return bed;
  } catch (reason) {
    await bed.close().catch(() => undefined);
    throw reason;
  }
}

export class Backendbed implements AsyncDisposable {
  /** Every call of core, for those that have no short form here. */
  readonly core: ActionClient;
  readonly #name: { readonly type: string; readonly id: string };
  readonly #stage: Stage;
  readonly #part: BackendPart;
  readonly #plugin: PluginClient;
  readonly #heard: HeardEvent[] = [];
  #closed = false;

  /** @internal Use `backendbed()`. */
  constructor(name: { type: string; id: string }, stage: Stage, part: BackendPart) {
    this.#name = name;
    this.#stage = stage;
    this.#part = part;
    this.#plugin = connectPlugin(stage.optionsFor("test", ["plugin"]));
    this.core = this.#plugin;
    stage.add(new ClientPart("test", "plugin", this.#plugin, stage));
    stage.add(part);
  }

  /** The backend's id, absolute: `campfire://test`. */
  get id(): string {
    return backendId(this.#name);
  }

  /** Stands still until it is told to `advance`. */
  get clock(): FakeClock {
    return this.#stage.clock;
  }

  get log(): BedLog {
    return this.#stage.log;
  }

  /** @internal */
  async start(): Promise<void> {
    void this.#listen();
    await this.#stage.start();
  }

  /** The next event that the backend has told, awaited if there is none yet. */
  async nextEvent(): Promise<HeardEvent> {
    await this.#wait(
      () => this.#heard.length > 0,
      () => `${this.#part.name} told of no event${this.#complaints()}`,
    );
    const next = this.#heard.shift();
    if (next === undefined) throw new Error("two tests wait for one event");
    return next;
  }

  /** Events that nobody has looked at. */
  get events(): readonly HeardEvent[] {
    return this.#heard;
  }

  /** Says something in a channel; rejects with the backend's or the network's refusal. */
  send(channel: string, content: Content, settings?: ActionOptions): Promise<void> {
    return this.#call(this.core.sendMessage(this.#absolute(channel), content, settings));
  }

  sendPrivately(user: string, content: Content, settings?: ActionOptions): Promise<void> {
    return this.#call(this.core.sendPrivateMessage(this.#absolute(user), content, settings));
  }

  /** Does something in a channel, as in `/me waves`. */
  act(channel: string, content: Content, settings?: ActionOptions): Promise<void> {
    return this.#call(this.core.performAction(this.#absolute(channel), content, settings));
  }

  actPrivately(user: string, content: Content, settings?: ActionOptions): Promise<void> {
    return this.#call(this.core.performPrivateAction(this.#absolute(user), content, settings));
  }

  join(channel: string, settings?: ActionOptions): Promise<void> {
    return this.#call(this.core.joinChannel(this.id, channel, settings));
  }

  leave(channel: string, exitMessage = ""): Promise<void> {
    return this.#call(this.core.leaveChannel(this.#absolute(channel), { exitMessage }));
  }

  setTopic(channel: string, topic: string): Promise<void> {
    return this.#call(this.core.updateChannelInfo(this.#absolute(channel), { topic }));
  }

  /** The channels that the backend has announced, sorted by id. */
  async channels(): Promise<readonly BedChannel[]> {
    const list = await this.#call(this.core.listChannels(this.id));
    return list.map(({ id, displayName, topic }) => ({ id: relativeId(id), displayName, topic }));
  }

  /** What the backend tells about itself. */
  async metadata(): Promise<BackendInfo["metadata"]> {
    return (await this.#call(this.core.backendInfo(this.id))).metadata;
  }

  /** Waits, in real time, until the condition holds: for what the network's side has to see. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return this.#wait(condition, () => `waited for ${what}${this.#complaints()}`);
  }

  /** Core ends as if it had been killed, another one starts, and the backend connects to it. */
  restartCore(): Promise<void> {
    return this.#stage.restartCore();
  }

  /** Cuts the backend's connection to core. */
  disconnect(): Promise<void> {
    return this.#stage.disconnect(this.#part.name);
  }

  /** Waits until the backend is on core and on its network; the pauses before that pass by. */
  connected(): Promise<void> {
    return this.#part.connected();
  }

  /** Leaves network and core; fails for timers and calls that are left behind. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const problems = await this.#stage.end();
    if (problems.length > 0) throw new Error(problems.join("\n"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(): Promise<void> {
    for await (const event of this.#plugin.events()) {
      const heard = toHeard(event);
      if (heard !== undefined) this.#heard.push(heard);
    }
  }

  #absolute(id: string): string {
    return absoluteId(this.#name, id);
  }

  #call<T>(call: Promise<T>): Promise<T> {
    return inRealTime(this.#stage.patienceMs, call, () => {
      return `${this.#part.name} has not answered${this.#complaints()}`;
    });
  }

  #wait(condition: () => boolean | Promise<boolean>, complaint: () => string): Promise<void> {
    return realWait(this.#stage.patienceMs, condition, complaint);
  }

  #complaints(): string {
    const complaints = this.log.complaints();
    return complaints === "" ? "" : `; in the log:${complaints}`;
  }
}
