/** The registered command names: this plugin's own, and those of others as core lists them. */
import { NameIndex } from "../command/name-index.ts";
import type { Clock } from "../link/clock.ts";

/** The list is refreshed when a question opens, but not more often than this. */
export const NAMES_REFRESH_MS = 10_000;

/** Queries core for all names. */
export type AskNames = () => Promise<Iterable<string>>;

export class RegisteredNames {
  readonly #clock: Clock;
  readonly #ask: AskNames;
  readonly #isOurs: (name: string) => boolean;
  #others = new NameIndex();
  #askedAt: number | undefined;

  constructor(clock: Clock, isOurs: (name: string) => boolean, ask: AskNames) {
    this.#clock = clock;
    this.#isOurs = isOurs;
    this.#ask = ask;
  }

  /** As typed, in any case. */
  has(name: string): boolean {
    return this.#isOurs(name) || this.#others.findInSentence(name) !== undefined;
  }

  /** Keeps the previous names until core answers. Never rejects. */
  async refresh(): Promise<void> {
    const now = this.#clock.now();
    if (this.#askedAt !== undefined && now - this.#askedAt < NAMES_REFRESH_MS) return;
    this.#askedAt = now;
    try {
      this.#others = new NameIndex(await this.#ask());
    } catch {
      this.#askedAt = undefined;
    }
  }
}
