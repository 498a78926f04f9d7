/**
 * Enforces all timeouts of seconds with one timer: handshakes, request bodies, streams that end,
 * pings.
 */
import type { Clock } from "../../broker/clock.ts";

/** How often timeouts are checked, which is also their precision. */
const SWEEP_INTERVAL_MS = 250;

export interface Sweepable {
  /** The sweeper's own: where the entry is in its list. At first `NOT_SWEPT`. */
  sweepIndex: number;
  /** Checks its timeout; must not throw. */
  sweep(nowMs: number): void;
}

/** The `sweepIndex` of what is not in the list. */
export const NOT_SWEPT = -1;

export class Sweeper {
  readonly #clock: Clock;
  /**
   * A list and no Set. Every call passes through it, and a Set that is filled and emptied all the
   * time leaves its former storages behind, with all that was in them, until a full collection.
   */
  readonly #entries: Sweepable[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(entry: Sweepable): void {
    if (entry.sweepIndex !== NOT_SWEPT) return;
    entry.sweepIndex = this.#entries.length;
    this.#entries.push(entry);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS);
  }

  /** Returns whether it was there. */
  delete(entry: Sweepable): boolean {
    const index = entry.sweepIndex;
    if (index === NOT_SWEPT) return false;
    entry.sweepIndex = NOT_SWEPT;
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#entries[index] = last;
      last.sweepIndex = index;
    }
    return true;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const entry of this.#entries) entry.sweepIndex = NOT_SWEPT;
    this.#entries.length = 0;
  }

  #sweep(): void {
    if (this.#entries.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const nowMs = this.#clock.now();
    // From the end: an entry that deletes itself is replaced by one that was swept before it.
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      this.#entries[index]?.sweep(nowMs);
    }
  }
}
