/** One run of the bridge: its parts, opened in order and closed in reverse. */
import { randomBytes } from "node:crypto";
import { BoundedMap, type PluginHost } from "@seabird-chat/sdk";
import type { Store } from "@seabird-chat/sdk/storage";
import { ChannelFacts } from "./channel-facts.ts";
import { ChatLinks } from "./chat-links.ts";
import { Crossing } from "./crossing.ts";
import { Deliverer } from "./deliverer.ts";
import { LinkGuards } from "./link-guards.ts";
import { backendOfChannel, Links } from "./links.ts";
import { MessageMap } from "./message-map.ts";
import { Namesakes } from "./namesakes.ts";
import { Outages } from "./outages.ts";
import { Outbox } from "./outbox.ts";
import { OwnTags } from "./own-tags.ts";
import { PausedLinks } from "./paused-links.ts";
import { PeopleThere } from "./people-there.ts";
import { Places } from "./places.ts";
import { Presence } from "./presence.ts";
import { Queues } from "./queues.ts";
import { Reactions } from "./reactions.ts";
import type { BridgeSettings } from "./settings.ts";
import type { Tables } from "./tables.ts";
import { ThreadMap } from "./thread-map.ts";
import { WriteBatch } from "./write-batch.ts";

/** How often messages beyond `remember` are forgotten. */
const CLEAN_UP_MS = 3_600_000;
/** Between two steps of one, in which messages are carried over. */
const CLEAN_UP_STEP_MS = 20;
/** Sends of plugins whose ids are awaited; the oldest are forgotten. */
const MAX_AWAITED = 10_000;

export class Bridge {
  links: Links;
  readonly facts: ChannelFacts;
  readonly guards: LinkGuards;
  readonly crossing: Crossing;
  readonly map: MessageMap;
  readonly presence: Presence;
  readonly queues: Queues;
  readonly tags: OwnTags;
  readonly chatLinks: ChatLinks;
  readonly paused: PausedLinks;
  readonly people: PeopleThere;
  readonly #host: PluginHost<BridgeSettings>;
  readonly #writes: WriteBatch;
  /** By the sequence of a plugin's send: the bridged message that it is. */
  readonly #awaited = new BoundedMap<
    bigint,
    { readonly message: number; readonly channel: string }
  >(MAX_AWAITED);
  #cancelCleanUp: () => void = () => undefined;
  #isClosed = false;
  #relinked: Promise<void> = Promise.resolve();

  private constructor(
    host: PluginHost<BridgeSettings>,
    { db, places, writes, bridgeId, chatLinks, paused, namesakes, outages }: Opened,
    outbox: Outbox,
    threads: ThreadMap,
    facts: ChannelFacts,
  ) {
    const { clock, config, core } = host;
    this.#host = host;
    this.#writes = writes;
    this.chatLinks = chatLinks;
    this.paused = paused;
    this.people = new PeopleThere({ core, clock });
    this.links = new Links(config, chatLinks.all);
    this.facts = facts;
    this.tags = new OwnTags(bridgeId);
    const now = () => clock.wallMs();
    this.map = new MessageMap({ db, places, writes, now });
    const push: Queues["push"] = (channel, delivery) => this.queues.push(channel, delivery);
    this.guards = new LinkGuards({
      ...{ maxPerWindow: () => host.config.max_link_rate, push, paused },
      now: () => clock.now(),
    });
    const { map, tags, guards } = this;
    this.queues = new Queues({
      ...{ clock, outbox, outages, links: () => this.links },
      coreUptimeMs: async () => {
        const { startedAt, now: coreNow } = await core.coreInfo();
        return coreNow.getTime() - startedAt.getTime();
      },
      limits: { maxWaiting: config.queue_messages, maxAgeMs: config.queue_age },
      deliverer: new Deliverer({
        ...{ core, map, tags, threads, people: this.people },
        maxLineBytes: async (channel) => (await facts.backend(channel)).maxLineBytes,
      }),
      warn: (fields, message) => host.log.warn(fields, message),
    });
    this.crossing = new Crossing({
      ...{ links: () => this.links, facts, map, threads, guards, tags, push, now },
      ...{ reactions: new Reactions({ db, writes }), namesakes },
      settled: (channel) => this.queues.settled(channel),
      editWindowMs: () => host.config.edit_window,
    });
    this.presence = new Presence(
      clock,
      (channel, line) => void this.crossing.presence(channel, line),
    );
  }

  static async open(host: PluginHost<BridgeSettings>, store: Store<Tables>): Promise<Bridge> {
    const db = () => store.db;
    const failed = (reason: unknown) =>
      host.log.error({ err: reason }, "cannot write to the storage");
    const writes = new WriteBatch(db, failed, host.clock);
    const places = new Places(writes);
    await places.open(store.db);
    const facts = new ChannelFacts(host);
    const threads = new ThreadMap({
      ...{ places, writes },
      parentOf: (channel) => facts.threadOf(channel)?.parent,
    });
    await threads.open(store.db);
    const outbox = new Outbox({ db, places, writes, now: () => host.clock.wallMs() });
    const left = await outbox.open();
    const outages = new Outages({ places, writes });
    await outages.open(store.db);
    const bridgeId = await idOf(store);
    const chatLinks = await ChatLinks.open(store);
    const paused = await PausedLinks.open(store);
    const namesakes = await Namesakes.open(store, {
      now: () => host.clock.wallMs(),
      onFailure: (reason) => host.log.warn({ err: reason }, "cannot keep who has the same name"),
    });
    const opened = { db, places, writes, bridgeId, chatLinks, paused, namesakes, outages };
    const bridge = new Bridge(host, opened, outbox, threads, facts);
    await bridge.map.open();
    await facts.open(bridge.links.channels().map(backendOfChannel));
    bridge.queues.resume(left);
    await bridge.#cleanUp();
    return bridge;
  }

  /** After a change of the settings, or of the links made in the chat. What waits stays. */
  relink(): Promise<void> {
    // One that failed, as without its storage, does not stop the later ones.
    const before = this.#relinked.catch(() => undefined);
    this.#relinked = before.then(async () => {
      const links = new Links(this.#host.config, this.chatLinks.all);
      // Before anything crosses: which of the channels are private.
      await this.facts.open(links.channels().map(backendOfChannel));
      this.links = links;
      this.guards.keep(links.all);
      this.queues.relinked();
      await this.paused.keep(links.all);
    });
    return this.#relinked;
  }

  /** A plugin's send was carried over before its network gave it ids. */
  awaitIds(sequence: bigint | undefined, message: number, channel: string): void {
    if (sequence === undefined) return;
    this.#awaited.set(sequence, { message, channel });
  }

  sent(sequence: bigint, ids: readonly string[]): void {
    const awaited = this.#awaited.get(sequence);
    if (awaited === undefined) return;
    this.#awaited.delete(sequence);
    this.map.addCopy(awaited.message, awaited.channel, ids);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelCleanUp();
    this.presence.close();
    await this.queues.close();
    await this.#writes.close();
  }

  async #cleanUp(): Promise<void> {
    const { clock, log } = this.#host;
    let isMore = false;
    try {
      const before = new Date(clock.wallMs() - this.#host.config.remember);
      isMore = await this.map.forgetBefore(before);
    } catch (reason) {
      log.warn({ err: reason }, "cannot forget old messages");
    }
    if (this.#isClosed) return;
    const pauseMs = isMore ? CLEAN_UP_STEP_MS : CLEAN_UP_MS;
    this.#cancelCleanUp = clock.after(pauseMs, () => void this.#cleanUp());
  }
}

interface Opened {
  readonly db: () => Store<Tables>["db"];
  readonly places: Places;
  readonly writes: WriteBatch;
  readonly bridgeId: string;
  readonly chatLinks: ChatLinks;
  readonly paused: PausedLinks;
  readonly namesakes: Namesakes;
  readonly outages: Outages;
}

/** The same after each restart, so that what an earlier run sent is recognised. */
async function idOf(store: Store<Tables>): Promise<string> {
  const own = store.keyValue<string>("bridge");
  return await own.update("id", (old) => old ?? randomBytes(9).toString("base64url"));
}
