/** What core knows of the linked channels and their backends, kept up to date by its events. */
import { parseId } from "@seabird-chat/protocol";
import { type ActionClient, BoundedMap, type Clock, type KnownChannel } from "@seabird-chat/sdk";
import { backendOfChannel } from "./links.ts";

/** What is asked of a backend again when it is needed and this old; the old answer is used meanwhile. */
const REFRESH_MS = 60_000;
/** Channels and threads that are remembered; the oldest are forgotten, and asked for again. */
const MAX_CHANNELS = 10_000;

export interface Thread {
  /** The channel that it is in. */
  readonly parent: string;
  /** Empty: it hangs on no message. */
  readonly rootMessageId: string;
}

/** What core knows of a channel. */
interface ChannelFact {
  readonly askedAt: number;
  readonly isPrivate: boolean;
  readonly topic: string;
}

interface BackendFacts {
  readonly askedAt: number;
  readonly commandPrefix: string;
  /** The bot's own name there; empty: not known. */
  readonly nick: string;
  /** Whether its network vouches that a user's id is always the same person. */
  readonly hasVerifiedIds: boolean;
  /** The bot's own id there, lower case: of the network, else of the account; empty: not known. */
  readonly user: string;
  /** The server that it is connected to; empty: not known. */
  readonly server: string;
  /** Bytes of one line there; 0: not known, or without a limit. */
  readonly maxLineBytes: number;
}

export interface ChannelFactsDeps {
  readonly core: Pick<
    ActionClient,
    "backendInfo" | "listBackends" | "listChannels" | "channelInfo"
  >;
  readonly clock: Clock;
}

export class ChannelFacts {
  readonly #deps: ChannelFactsDeps;
  readonly #channels = new BoundedMap<string, ChannelFact>(MAX_CHANNELS);
  readonly #threads = new BoundedMap<string, Thread>(MAX_CHANNELS);
  readonly #backends = new Map<string, Promise<BackendFacts>>();
  #ids: { readonly askedAt: number; readonly ids: Promise<readonly string[]> } | undefined;

  constructor(deps: ChannelFactsDeps) {
    this.#deps = deps;
  }

  /** Asks core for all channels of these backends; one that is away has none. */
  async open(backendIds: Iterable<string>): Promise<void> {
    for (const id of new Set(backendIds)) {
      const channels = await this.#deps.core.listChannels(id).catch(() => []);
      for (const { id: channelId, isPrivate, parentId, rootMessageId, topic } of channels) {
        this.#note(channelId, { isPrivate, parent: parentId, rootMessageId, topic });
      }
    }
  }

  /** Of an event about a channel. */
  noteChannel({ id, isPrivate, parent, rootMessageId, topic }: KnownChannel): void {
    this.#note(id, { isPrivate, parent: parent?.id ?? "", rootMessageId, topic });
  }

  /** It has come, or has another connection: its name there may differ. */
  forgetBackend(backendId: string): void {
    this.#backends.delete(backendId);
    this.#ids = undefined;
  }

  forgetChannel(channelId: string): void {
    this.#channels.delete(channelId);
  }

  /** Undefined: it is not known. */
  topicOf(channelId: string): string | undefined {
    return this.#channels.get(channelId)?.topic;
  }

  /** Also a thread of a private channel; undefined: it is not known. */
  isPrivate(channelId: string): boolean | undefined {
    const parent = this.#threads.get(channelId)?.parent;
    const own = this.#channels.get(channelId)?.isPrivate;
    if (own === true || parent === undefined) return own;
    return this.#channels.get(parent)?.isPrivate;
  }

  /**
   * Before something is carried out of a channel. What core knows is asked again when it is old, since
   * events are missed while core is away; one that core does not know stays unknown.
   */
  async refresh(channelId: string): Promise<void> {
    const parent = this.#threads.get(channelId)?.parent;
    for (const id of parent === undefined ? [channelId] : [channelId, parent]) {
      const askedAt = this.#channels.get(id)?.askedAt ?? Number.NEGATIVE_INFINITY;
      if (this.#deps.clock.now() - askedAt < REFRESH_MS) continue;
      const known = await this.#deps.core.channelInfo(id).catch(() => undefined);
      if (known === undefined) continue;
      const { isPrivate, parentId, rootMessageId, topic } = known;
      this.#note(id, { isPrivate, parent: parentId, rootMessageId, topic });
    }
  }

  threadOf(channelId: string): Thread | undefined {
    return this.#threads.get(channelId);
  }

  async backend(channelId: string): Promise<BackendFacts> {
    const id = backendOfChannel(channelId);
    const known = this.#backends.get(id);
    if (known !== undefined) {
      const facts = await known;
      if (this.#deps.clock.now() - facts.askedAt < REFRESH_MS) return facts;
    }
    const asked = this.#ask(id);
    this.#backends.set(id, asked);
    return await asked;
  }

  /** Whether somebody is the bot of another backend of ours on the same network. */
  async isOwnBot(
    channelId: string,
    user: { id: string; displayName: string; account: string },
  ): Promise<boolean> {
    const type = parseId(channelId)?.type ?? "";
    const own = backendOfChannel(channelId);
    const here = await this.backend(channelId);
    const name = (parseId(user.id)?.relative ?? "").toLowerCase();
    for (const id of await this.#backendIds()) {
      if (id === own || !id.startsWith(`${type}://`)) continue;
      const there = await this.backend(`${id}/`);
      // Ids like `@bot:example.org` are the same on all servers.
      if (there.user !== "" && [name, user.account.toLowerCase()].includes(there.user)) return true;
      if (there.nick === "" || there.server !== here.server) continue;
      const nick = there.nick.toLowerCase();
      if (nick === name || nick === user.displayName.toLowerCase()) return true;
    }
    return false;
  }

  /** Of other channels those that are the same room, in which another backend of ours is. */
  async twins(channelId: string, others: readonly string[]): Promise<ReadonlySet<string>> {
    const here = parseId(channelId);
    const twins = new Set<string>();
    for (const each of others) {
      const there = parseId(each);
      if (there?.type !== here?.type || there?.relative !== here?.relative) continue;
      // An id like `#lobby:example.org` is the same on all servers.
      const isGlobal = /[:@]/.test(here?.relative ?? "");
      const { server } = await this.backend(channelId);
      const isSame = server !== "" && server === (await this.backend(each)).server;
      if (isGlobal || isSame) twins.add(each);
    }
    return twins;
  }

  /** Also of backends in no link: their bots are in the same rooms. */
  async #backendIds(): Promise<readonly string[]> {
    const now = this.#deps.clock.now();
    if (this.#ids === undefined || now - this.#ids.askedAt >= REFRESH_MS) {
      const known = this.#deps.core.listBackends().then(
        (all) => all.map(({ id }) => id),
        () => [...this.#backends.keys()],
      );
      this.#ids = { askedAt: now, ids: known };
    }
    return await this.#ids.ids;
  }

  async #ask(backendId: string): Promise<BackendFacts> {
    const askedAt = this.#deps.clock.now();
    const info = await this.#deps.core.backendInfo(backendId).catch(() => undefined);
    const metadata = info?.metadata ?? {};
    const { command_prefix: prefix = "!", nick = "", user_ids } = metadata;
    const { user = "", address = "", server = "", max_message_bytes } = metadata;
    return {
      ...{ askedAt, commandPrefix: prefix, nick },
      user: (user || address).toLowerCase(),
      server,
      maxLineBytes: Number(max_message_bytes) || 0,
      hasVerifiedIds: user_ids === "verified",
    };
  }

  #note(
    channelId: string,
    facts: { isPrivate: boolean; parent: string; rootMessageId: string; topic: string },
  ): void {
    const { isPrivate, parent, rootMessageId, topic } = facts;
    this.#channels.set(channelId, { askedAt: this.#deps.clock.now(), isPrivate, topic });
    if (parent !== "") this.#threads.set(channelId, { parent, rootMessageId });
  }
}
