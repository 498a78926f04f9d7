/**
 * One timer for everything that has a limit in time measured in seconds: connections that
 * open, requests that arrive, streams that end, pings.
 */
import type { Clock } from "../../broker/clock.ts";

/** How often the limits are looked at; a limit is kept to within this. */
export const SWEEP_INTERVAL_MS = 250;

export interface Sweepable {
  /** Looks whether a limit has passed; must not throw. */
  sweep(nowMs: number): void;
}

export class Sweeper {
  readonly #clock: Clock;
  readonly #swept = new Set<Sweepable>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#swept.size;
  }

  add(swept: Sweepable): void {
    this.#swept.add(swept);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS);
  }

  /** Returns whether it was there. */
  delete(swept: Sweepable): boolean {
    return this.#swept.delete(swept);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#swept.clear();
  }

  #sweep(): void {
    if (this.#swept.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const nowMs = this.#clock.now();
    for (const swept of this.#swept) swept.sweep(nowMs);
  }
}
