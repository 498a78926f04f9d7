/**
 * Time limits with one timer for all of them. Most handlers end within the turn of the event loop
 * in which they started, so the timer is set at the turn's end, for what still runs then.
 */
import { type Clock, nextTurn } from "../link/clock.ts";

export interface Limited {
  /** When its time is up, in milliseconds of the clock; Infinity for no limit. */
  readonly endsAt: number;
  /** Called once when the time is up; `endsAt` is Infinity afterwards. */
  expire(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #running = new Set<Limited>();
  #timerAt = Number.POSITIVE_INFINITY;
  #stopTimer: () => void = () => {};
  #isTurnWatched = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(limited: Limited): void {
    this.#running.add(limited);
    if (this.#isTurnWatched || limited.endsAt >= this.#timerAt) return;
    this.#isTurnWatched = true;
    void nextTurn().then(() => {
      this.#isTurnWatched = false;
      this.#setTimer();
    });
  }

  stop(limited: Limited): void {
    this.#running.delete(limited);
    if (this.#running.size === 0) this.#clearTimer();
  }

  /** For the next one to end; a later timer is replaced, an earlier one finds out by itself. */
  #setTimer(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { endsAt } of this.#running) next = Math.min(next, endsAt);
    if (next >= this.#timerAt) return;
    this.#clearTimer();
    this.#timerAt = next;
    const delayMs = Math.max(0, next - this.#clock.now());
    this.#stopTimer = this.#clock.after(delayMs, () => this.#sweep());
  }

  #clearTimer(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #sweep(): void {
    this.#clearTimer();
    const now = this.#clock.now();
    for (const limited of [...this.#running]) if (limited.endsAt <= now) limited.expire();
    this.#setTimer();
  }
}
