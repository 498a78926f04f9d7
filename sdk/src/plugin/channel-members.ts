/** People in a channel by name, for those who have not said anything yet: asked of the backend. */
import type { ActionClient } from "../link/action-client.ts";
import { BoundedMap } from "../link/bounded-map.ts";
import type { Clock } from "../link/clock.ts";
import type { Person } from "./event-values.ts";

/** Channels whose people are remembered; of each at most 10,000 (protocol: ListMembers). */
const MAX_CHANNELS = 8;
/** A longer name is not remembered. */
const MAX_NAME_CHARACTERS = 256;
/** Age after which the people are asked for again. */
const REFRESH_MS = 30_000;
/** Somebody waits for the command's answer. */
const ASK_TIMEOUT_MS = 3_000;

interface Known {
  readonly askedAt: number;
  readonly byName: Promise<ReadonlyMap<string, Person | "several">>;
}

export class ChannelMembers {
  readonly #core: Pick<ActionClient, "can" | "listMembers">;
  readonly #clock: Clock;
  readonly #known = new BoundedMap<string, Known>(MAX_CHANNELS);

  constructor(core: Pick<ActionClient, "can" | "listMembers">, clock: Clock) {
    this.#core = core;
    this.#clock = clock;
  }

  /** Undefined also where the backend cannot list members, or does not answer. Never rejects. */
  async find(channelId: string, name: string): Promise<Person | "several" | undefined> {
    const now = this.#clock.now();
    let known = this.#known.get(channelId);
    if (known === undefined || now - known.askedAt >= REFRESH_MS) {
      known = { askedAt: now, byName: this.#ask(channelId) };
      this.#known.set(channelId, known);
    }
    return (await known.byName).get(name.toLowerCase());
  }

  async #ask(channelId: string): Promise<ReadonlyMap<string, Person | "several">> {
    const byName = new Map<string, Person | "several">();
    try {
      if (!(await this.#core.can("members", { channelId }))) return byName;
      const options = { timeoutMs: ASK_TIMEOUT_MS };
      const { members } = await this.#core.listMembers(channelId, options);
      for (const { id, displayName } of members) {
        if (displayName === "" || displayName.length > MAX_NAME_CHARACTERS) continue;
        const name = displayName.toLowerCase();
        byName.set(name, byName.has(name) ? "several" : { id, displayName });
      }
    } catch {
      // The name stays unknown, as where members cannot be listed.
    }
    return byName;
  }
}
