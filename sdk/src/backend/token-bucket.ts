/** Keeps to a network's rate: so many at once, then one every so often. */
import { type Clock, pause, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";

export interface TokenBucketOptions {
  /** What may be taken at once after a quiet time. */
  readonly size: number;
  /** Milliseconds in which one more comes. */
  readonly everyMs: number;
  /** Default: the machine's; a backend gives `host.clock`. */
  readonly clock?: Clock | undefined;
}

export interface TokenBucket {
  /**
   * Resolves with true when it is this one's turn and as much is there, first come, first
   * served; with false, and nothing taken, when the signal is aborted before.
   */
  take(count?: number, signal?: AbortSignal): Promise<boolean>;
  /** Milliseconds that `take` would wait if it were called now. */
  waitMs(count?: number): number;
}

/** Throws a SeabirdError `bad_option` for anything but numbers above 0, and `take` for more than fits. */
export function tokenBucket(options: TokenBucketOptions): TokenBucket {
  return new Bucket(options);
}

class Bucket implements TokenBucket {
  readonly #size: number;
  readonly #everyMs: number;
  readonly #clock: Clock;
  #tokens: number;
  #atMs: number;
  /** Asked for and not taken. */
  #wanted = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ size, everyMs, clock = systemClock }: TokenBucketOptions) {
    check("size", size);
    check("everyMs", everyMs);
    this.#size = size;
    this.#everyMs = everyMs;
    this.#clock = clock;
    this.#tokens = size;
    this.#atMs = clock.now();
  }

  take(count = 1, signal?: AbortSignal): Promise<boolean> {
    this.#checkCount(count);
    this.#wanted += count;
    const turn = this.#last.then(() => this.#wait(count, signal));
    this.#last = turn;
    return turn;
  }

  waitMs(count = 1): number {
    this.#checkCount(count);
    this.#fill();
    return Math.max(0, (this.#wanted + count - this.#tokens) * this.#everyMs);
  }

  async #wait(count: number, signal: AbortSignal | undefined): Promise<boolean> {
    for (;;) {
      if (signal?.aborted) break;
      this.#fill();
      const missing = count - this.#tokens;
      if (missing <= ROUNDING) break;
      await pause(this.#clock, missing * this.#everyMs, signal);
    }
    this.#wanted -= count;
    if (signal?.aborted) return false;
    this.#tokens = Math.max(0, this.#tokens - count);
    return true;
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    const grown = this.#tokens + (nowMs - this.#atMs) / this.#everyMs;
    this.#tokens = Math.min(this.#size, grown);
    this.#atMs = nowMs;
  }

  #checkCount(count: number): void {
    check("count", count);
    if (count <= this.#size) return;
    const what = `tokenBucket: ${count} never fit in a bucket of ${this.#size}`;
    throw new SeabirdError("bad_option", what);
  }
}

/** A timer may come a fraction early; waiting again for that would be for nothing. */
const ROUNDING = 1e-6;

function check(name: string, given: number): void {
  if (Number.isFinite(given) && given > 0) return;
  throw new SeabirdError("bad_option", `tokenBucket: ${name} is ${given}; give a number above 0`);
}
