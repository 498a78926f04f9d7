/** The channels a backend is in; announced again after each reconnect. */
import { SeabirdError } from "../link/errors.ts";

/** A channel as its backend names it. */
export interface BackendChannel {
  /** Relative: the network's own, such as `#seabird`. */
  readonly id: string;
  /** Default: the id. */
  readonly displayName?: string | undefined;
  /** Default: empty. */
  readonly topic?: string | undefined;
}

export type TrackedChannel = Readonly<{ id: string; displayName: string; topic: string }>;

export interface ChannelBounds {
  readonly maxChannels: number;
  /** Of an id, a name and a topic each: one that is too long would end every later session. */
  readonly maxCharacters: number;
}

export class Channels {
  readonly #bounds: ChannelBounds;
  readonly #byId = new Map<string, TrackedChannel>();

  constructor(bounds: ChannelBounds) {
    this.#bounds = bounds;
  }

  /**
   * Adds or replaces; a long name or topic is cut. Throws `invalid_argument` without a proper
   * id, `resource_exhausted` beyond the limit.
   */
  set({ id, displayName, topic }: BackendChannel): TrackedChannel {
    const { maxChannels, maxCharacters } = this.#bounds;
    if (typeof id !== "string" || id === "" || id.length > maxCharacters) {
      const allowed = `a channel needs an id of 1 to ${maxCharacters} characters`;
      throw new SeabirdError("invalid_argument", allowed);
    }
    if (!this.#byId.has(id) && this.#byId.size >= maxChannels) {
      throw new SeabirdError("resource_exhausted", `more than ${maxChannels} channels`);
    }
    const channel = {
      id,
      displayName: cut(checkText(displayName ?? id, "displayName"), maxCharacters),
      topic: cut(checkText(topic ?? "", "topic"), maxCharacters),
    };
    this.#byId.set(id, channel);
    return channel;
  }

  /** What is not given stays. Undefined, and nothing changed, for an unknown channel. */
  change({ id, displayName, topic }: BackendChannel): TrackedChannel | undefined {
    const known = this.#byId.get(id);
    if (known === undefined) return undefined;
    const { displayName: oldName, topic: oldTopic } = known;
    return this.set({ id, displayName: displayName ?? oldName, topic: topic ?? oldTopic });
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  get(id: string): TrackedChannel | undefined {
    return this.#byId.get(id);
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  all(): readonly TrackedChannel[] {
    return [...this.#byId.values()];
  }
}

/** Null, as networks give it, is taken for "not given". */
function checkText(given: unknown, name: string): string {
  if (typeof given === "string") return given.toWellFormed();
  throw new SeabirdError("invalid_argument", `a channel's ${name} is ${typeof given}, not text`);
}

/** At most so many characters, without half of one at the end. */
function cut(text: string, maxCharacters: number): string {
  return text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, "");
}
