/** A clock that a test holds in its hand: time passes when it is told to. */
import { type Clock, nextTurn } from "../clock.ts";

export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Map<object, { readonly at: number; readonly then: () => void }>();

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#now;
  }

  after(delayMs: number, then: () => void): () => void {
    const key = {};
    this.#timers.set(key, { at: this.#now + delayMs, then });
    return () => this.#timers.delete(key);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass; what is due runs in its order, and what follows from it is waited for. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await nextTurn();
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end);
      const [first] = due.sort(([, a], [, b]) => a.at - b.at);
      if (first === undefined) break;
      this.#timers.delete(first[0]);
      this.#now = Math.max(this.#now, first[1].at);
      first[1].then();
      await nextTurn();
    }
    this.#now = end;
    await nextTurn();
  }
}
