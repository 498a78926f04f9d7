/** Counts what a peer may do: a burst, which a rate refills (a token bucket). */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMs: number;
  #level: number;
  #atMs: number;

  /** Full at first. Times are those of the monotonic clock. */
  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1_000;
    this.#level = burst;
    this.#atMs = nowMs;
  }

  /** Takes one or more; `false` and empty if there are fewer. */
  take(nowMs: number, count = 1): boolean {
    const level = this.level(nowMs) - count;
    this.#level = Math.max(0, level);
    return level >= 0;
  }

  giveBack(count: number): void {
    this.#level = Math.min(this.#burst, this.#level + count);
  }

  level(nowMs: number): number {
    const refilled = this.#level + Math.max(0, nowMs - this.#atMs) * this.#perMs;
    this.#atMs = nowMs;
    this.#level = Math.min(this.#burst, refilled);
    return this.#level;
  }

  isFull(nowMs: number): boolean {
    return this.level(nowMs) >= this.#burst;
  }
}
