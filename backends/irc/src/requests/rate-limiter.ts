/** How much may be done now: a burst after a pause, then one more per interval. */
import type { Clock } from "../clock.ts";

export class RateLimiter {
  readonly #burst: number;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #left: number;
  #leftAt: number;

  constructor(burst: number, intervalMs: number, clock: Clock) {
    this.#burst = burst;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
    this.#left = burst;
    this.#leftAt = clock.now();
  }

  /** How often `take` would succeed now, with fractions; below 0 after `overdraw`. */
  get left(): number {
    const now = this.#clock.now();
    this.#left = Math.min(this.#burst, this.#left + (now - this.#leftAt) / this.#intervalMs);
    this.#leftAt = now;
    return this.#left;
  }

  /** False if nothing is left. */
  take(): boolean {
    if (this.left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** For what cannot wait: later ones pay for it. False once they owe a whole burst. */
  overdraw(): boolean {
    if (this.left - 1 < -this.#burst) return false;
    this.#left -= 1;
    return true;
  }
}
