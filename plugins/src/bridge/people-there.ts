/** The names of the people in a channel, as far as they are known: words of plugins are to notify none of them. */
import { type ActionClient, BoundedMap, type Clock } from "@seabird-chat/sdk";
import { SilentNames } from "./silent-names.ts";

/** Channels whose people are remembered, and people of one. */
const MAX_CHANNELS = 200;
const MAX_NAMES = 5_000;
/** Age after which the members are asked for again. */
const REFRESH_MS = 60_000;
/** The answer of a plugin waits for it. */
const ASK_TIMEOUT_MS = 2_000;

export interface PeopleThereDeps {
  readonly core: Pick<ActionClient, "can" | "listMembers">;
  readonly clock: Clock;
}

interface Known {
  readonly names: BoundedMap<string, true>;
  askedAt: number;
  /** Undefined: somebody has come since. */
  silent: SilentNames | undefined;
}

export class PeopleThere {
  readonly #deps: PeopleThereDeps;
  readonly #channels = new BoundedMap<string, Known>(MAX_CHANNELS);

  constructor(deps: PeopleThereDeps) {
    this.#deps = deps;
  }

  /** Somebody speaks or comes. */
  note(channel: string, name: string): void {
    const known = this.#of(channel);
    if (known.names.has(name)) return;
    known.names.set(name, true);
    known.silent = undefined;
  }

  /** Also of those who have said nothing yet, where the network tells. Never rejects. */
  async in(channel: string): Promise<SilentNames> {
    const known = this.#of(channel);
    const now = this.#deps.clock.now();
    if (now - known.askedAt >= REFRESH_MS) {
      known.askedAt = now;
      for (const name of await this.#members(channel)) this.note(channel, name);
    }
    known.silent ??= new SilentNames(known.names.keys());
    return known.silent;
  }

  #of(channel: string): Known {
    const known = this.#channels.get(channel) ?? {
      names: new BoundedMap<string, true>(MAX_NAMES),
      askedAt: Number.NEGATIVE_INFINITY,
      silent: undefined,
    };
    this.#channels.set(channel, known);
    return known;
  }

  async #members(channelId: string): Promise<readonly string[]> {
    const { core } = this.#deps;
    try {
      if (!(await core.can("members", { channelId }))) return [];
      const { members } = await core.listMembers(channelId, { timeoutMs: ASK_TIMEOUT_MS });
      return members.slice(0, MAX_NAMES).map(({ displayName }) => displayName);
    } catch {
      return [];
    }
  }
}
