/** A token bucket: a burst after a pause, then one token per interval. */
import type { Clock } from "../clock.ts";

export class RateLimiter {
  readonly #burst: number;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #tokens: number;
  #updatedAt: number;

  constructor(burst: number, intervalMs: number, clock: Clock) {
    this.#burst = burst;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
    this.#tokens = burst;
    this.#updatedAt = clock.now();
  }

  /** Tokens at this moment, with fractions; below 0 after `overdraw`. */
  get tokens(): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#updatedAt) / this.#intervalMs);
    this.#updatedAt = now;
    return this.#tokens;
  }

  /** Takes a token; false if there is none. */
  take(): boolean {
    if (this.tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes a token that is not there yet. False if more than a whole burst would be missing. */
  overdraw(): boolean {
    if (this.tokens - 1 < -this.#burst) return false;
    this.#tokens -= 1;
    return true;
  }
}
