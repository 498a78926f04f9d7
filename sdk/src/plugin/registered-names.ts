/** Which command names somebody has registered: ours, and what core says of the others. */
import type { Clock } from "../link/clock.ts";

/** What was learnt is asked anew when a question begins, but not more often than this. */
export const NAMES_REFRESH_MS = 10_000;

/** Asks core for all names; rejects if it cannot. */
export type AskNames = () => Promise<Iterable<string>>;

export class RegisteredNames {
  readonly #clock: Clock;
  readonly #ask: AskNames;
  readonly #isOurs: (name: string) => boolean;
  #others: ReadonlySet<string> = new Set();
  #askedAt: number | undefined;

  constructor(clock: Clock, isOurs: (name: string) => boolean, ask: AskNames) {
    this.#clock = clock;
    this.#isOurs = isOurs;
    this.#ask = ask;
  }

  has(name: string): boolean {
    return this.#isOurs(name) || this.#others.has(name);
  }

  /** Until core has answered, and while it cannot, what was known before holds. Never rejects. */
  async refresh(): Promise<void> {
    const now = this.#clock.now();
    if (this.#askedAt !== undefined && now - this.#askedAt < NAMES_REFRESH_MS) return;
    this.#askedAt = now;
    try {
      this.#others = new Set(await this.#ask());
    } catch {
      this.#askedAt = undefined;
    }
  }
}
