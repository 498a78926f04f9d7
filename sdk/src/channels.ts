/** The channels a backend is in; announced again after each reconnect. */
import { SeabirdError } from "./errors.ts";

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

export class Channels {
  readonly #limit: number;
  readonly #byId = new Map<string, TrackedChannel>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds or replaces. Throws `invalid_argument` without id, `resource_exhausted` beyond the limit. */
  set({ id, displayName = id, topic = "" }: BackendChannel): TrackedChannel {
    if (id === "") throw new SeabirdError("invalid_argument", "a channel needs an id");
    if (!this.#byId.has(id) && this.#byId.size >= this.#limit) {
      throw new SeabirdError("resource_exhausted", `more than ${this.#limit} channels`);
    }
    const channel = { id, displayName, topic };
    this.#byId.set(id, channel);
    return channel;
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
