/** What core knows of the linked channels and their backends, kept up to date by its events. */
import { parseId } from "@seabird-chat/protocol";
import type { ActionClient, Clock, KnownChannel } from "@seabird-chat/sdk";
import { backendOfChannel } from "./links.ts";

/** What is asked of a backend again when it is needed and this old; the old answer is used meanwhile. */
const REFRESH_MS = 60_000;
/** Threads that are remembered; the oldest are forgotten. */
const MAX_THREADS = 10_000;

export interface Thread {
  /** The channel that it is in. */
  readonly parent: string;
  /** Empty: it hangs on no message. */
  readonly rootMessageId: string;
}

interface BackendFacts {
  readonly askedAt: number;
  readonly commandPrefix: string;
  /** The bot's own name there; empty: not known. */
  readonly nick: string;
  /** Whether its network vouches that a user's id is always the same person. */
  readonly hasVerifiedIds: boolean;
  /** The server that it is connected to; empty: not known. */
  readonly server: string;
}

export interface ChannelFactsDeps {
  readonly core: Pick<ActionClient, "backendInfo" | "listChannels" | "channelInfo">;
  readonly clock: Clock;
}

export class ChannelFacts {
  readonly #deps: ChannelFactsDeps;
  readonly #private = new Set<string>();
  readonly #threads = new Map<string, Thread>();
  readonly #backends = new Map<string, Promise<BackendFacts>>();
  readonly #topics = new Map<string, string>();

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

  forgetChannel(channelId: string): void {
    this.#topics.delete(channelId);
  }

  /** Undefined: it is not known. */
  topicOf(channelId: string): string | undefined {
    return this.#topics.get(channelId);
  }

  /** Also a thread of a private channel. */
  isPrivate(channelId: string): boolean {
    const parent = this.#threads.get(channelId)?.parent;
    return this.#private.has(channelId) || (parent !== undefined && this.#private.has(parent));
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

  /** Whether somebody is the bot of another backend of ours on the same server. */
  async isOwnBot(channelId: string, user: { id: string; displayName: string }): Promise<boolean> {
    const type = parseId(channelId)?.type ?? "";
    const own = backendOfChannel(channelId);
    const here = await this.backend(channelId);
    const name = (parseId(user.id)?.relative ?? "").toLowerCase();
    for (const id of this.#backends.keys()) {
      if (id === own || !id.startsWith(`${type}://`)) continue;
      const there = await this.backend(`${id}/`);
      if (there.nick === "" || there.server !== here.server) continue;
      const nick = there.nick.toLowerCase();
      if (nick === name || nick === user.displayName.toLowerCase()) return true;
    }
    return false;
  }

  async #ask(backendId: string): Promise<BackendFacts> {
    const askedAt = this.#deps.clock.now();
    const info = await this.#deps.core.backendInfo(backendId).catch(() => undefined);
    const { command_prefix: prefix = "!", nick = "", server = "", user_ids } = info?.metadata ?? {};
    return {
      askedAt,
      commandPrefix: prefix,
      nick,
      server,
      hasVerifiedIds: user_ids === "verified",
    };
  }

  #note(
    channelId: string,
    facts: { isPrivate: boolean; parent: string; rootMessageId: string; topic: string },
  ): void {
    this.#private[facts.isPrivate ? "add" : "delete"](channelId);
    this.#topics.set(channelId, facts.topic);
    if (facts.parent === "") return;
    const { parent, rootMessageId } = facts;
    this.#threads.set(channelId, { parent, rootMessageId });
    const [oldest] = this.#threads.keys();
    if (this.#threads.size > MAX_THREADS && oldest !== undefined) this.#threads.delete(oldest);
  }
}
