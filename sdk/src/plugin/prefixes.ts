/** The command prefix of each backend, which is queried and refreshed from time to time. */
import type { BackendInfo } from "../link/action-client.ts";
import { BoundedMap } from "../link/bounded-map.ts";
import { type Clock, pause } from "../link/clock.ts";

/** Default of the protocol, for backends that report none. */
const DEFAULT_PREFIX = "!";
/** Age after which a prefix is queried again when it is used; the old one is used meanwhile. */
export const PREFIX_REFRESH_MS = 60_000;
/** How long the first command of a backend waits for the answer. */
export const PREFIX_WAIT_MS = 1_000;
/** Backends remembered; the oldest is forgotten. */
const MAX_BACKENDS = 1_024;
const MAX_CHARACTERS = 32;

interface Known {
  prefix: string;
  /** In milliseconds of the clock. */
  askedAt: number;
  readonly firstAnswer: Promise<void>;
  /** Whether the first answer has arrived or is no longer awaited. */
  isSettled: boolean;
}

/** Queries a backend's metadata. */
export type AskBackend = (backendId: string) => Promise<Pick<BackendInfo, "metadata">>;

export class Prefixes {
  readonly #clock: Clock;
  readonly #ask: AskBackend;
  readonly #known = new BoundedMap<string, Known>(MAX_BACKENDS);

  constructor(clock: Clock, ask: AskBackend) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Synchronous: the prefix as far as it is known. */
  peek(backendId: string): string {
    return this.#known.get(backendId)?.prefix ?? DEFAULT_PREFIX;
  }

  /** Undefined while the first answer is awaited: then `prefixOf`. */
  known(backendId: string): string | undefined {
    if (backendId === "") return DEFAULT_PREFIX;
    const known = this.#refreshed(backendId);
    return known.isSettled ? known.prefix : undefined;
  }

  /** Waits for the first answer, `PREFIX_WAIT_MS` at most. Never rejects. */
  async prefixOf(backendId: string): Promise<string> {
    if (backendId === "") return DEFAULT_PREFIX;
    const known = this.#refreshed(backendId);
    if (!known.isSettled) {
      const stop = new AbortController();
      await Promise.race([known.firstAnswer, pause(this.#clock, PREFIX_WAIT_MS, stop.signal)]);
      stop.abort();
      known.isSettled = true;
    }
    return known.prefix;
  }

  #refreshed(backendId: string): Known {
    const now = this.#clock.now();
    const known = this.#known.get(backendId);
    if (known === undefined) return this.#begin(backendId, now);
    if (now - known.askedAt >= PREFIX_REFRESH_MS) {
      known.askedAt = now;
      void this.#query(backendId, known);
    }
    return known;
  }

  #begin(backendId: string, now: number): Known {
    const { promise: firstAnswer, resolve } = Promise.withResolvers<void>();
    const known: Known = { prefix: DEFAULT_PREFIX, askedAt: now, firstAnswer, isSettled: false };
    this.#known.set(backendId, known);
    void this.#query(backendId, known).then(resolve);
    return known;
  }

  /** On failure the previous prefix is kept. */
  async #query(backendId: string, known: Known): Promise<void> {
    try {
      const { metadata } = await this.#ask(backendId);
      const prefix = metadata["command_prefix"] ?? "";
      const isUsable = prefix !== "" && prefix.length <= MAX_CHARACTERS && !/\s/.test(prefix);
      known.prefix = isUsable ? prefix : DEFAULT_PREFIX;
    } catch {
      // The default prefix, or the previous one, stays.
    }
    known.isSettled = true;
  }
}
