/**
 * Enforces all timeouts of seconds with one timer: handshakes, request bodies, streams that end,
 * pings.
 */
import type { Clock } from "../../broker/clock.ts";

/** How often timeouts are checked, which is also their precision. */
const SWEEP_INTERVAL_MS = 250;

export interface Sweepable {
  /** Checks its timeout; must not throw. */
  sweep(nowMs: number): void;
}

export class Sweeper {
  readonly #clock: Clock;
  readonly #entries = new Set<Sweepable>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(entry: Sweepable): void {
    this.#entries.add(entry);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS);
  }

  /** Returns whether it was there. */
  delete(entry: Sweepable): boolean {
    return this.#entries.delete(entry);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#entries.clear();
  }

  #sweep(): void {
    if (this.#entries.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const nowMs = this.#clock.now();
    for (const entry of this.#entries) entry.sweep(nowMs);
  }
}
