/** How fast each token may act: a bucket of permits per token, refilled evenly. */
import type { Clock } from "./clock.ts";
import { BrokerError } from "./errors.ts";
import type { ResolvedBrokerOptions } from "./options.ts";

interface Bucket {
  permits: number;
  atMs: number;
}

const MS_PER_SECOND = 1_000;

export class Rates {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #maxTokens: number;
  /** The one that acted longest ago comes first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: ResolvedBrokerOptions, clock: Clock) {
    this.#clock = clock;
    this.#perSecond = options.maxActionsPerSecondPerToken;
    this.#burst = Math.max(1, options.maxActionBurstPerToken || this.#perSecond);
    this.#maxTokens = options.maxRatedTokens;
  }

  /** Tokens remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a permit of this token's. Throws `rate_limited`, saying when there will be one. */
  spend(tokenId: string): void {
    if (this.#perSecond === 0) return;
    const bucket = this.#refilled(tokenId);
    if (bucket.permits >= 1) {
      bucket.permits--;
      return;
    }
    const retryAfterMs = Math.ceil(((1 - bucket.permits) / this.#perSecond) * MS_PER_SECOND);
    const message = `rate limit exceeded: ${this.#perSecond} actions a second for one token`;
    throw new BrokerError("rate_limited", message, { retryAfterMs });
  }

  #refilled(tokenId: string): Bucket {
    const nowMs = this.#clock.now();
    const bucket = this.#buckets.get(tokenId) ?? { permits: this.#burst, atMs: nowMs };
    const refill = ((nowMs - bucket.atMs) / MS_PER_SECOND) * this.#perSecond;
    bucket.permits = Math.min(this.#burst, bucket.permits + refill);
    bucket.atMs = nowMs;
    this.#buckets.delete(tokenId);
    this.#buckets.set(tokenId, bucket);
    this.#forgetIdle(nowMs);
    return bucket;
  }

  /** A full bucket is the same as none, so those idle for long enough are forgotten. */
  #forgetIdle(nowMs: number): void {
    const fullAfterMs = (this.#burst / this.#perSecond) * MS_PER_SECOND;
    for (const [tokenId, { atMs }] of this.#buckets) {
      if (this.#buckets.size <= this.#maxTokens && nowMs - atMs < fullAfterMs) return;
      this.#buckets.delete(tokenId);
    }
  }
}
