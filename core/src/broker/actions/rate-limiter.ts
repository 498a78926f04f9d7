/**
 * Limits the rate of each token's actions: a sustained rate and a burst (GCRA). Of each token one
 * number is kept: when it has its whole burst again.
 */
import type { Clock } from "../clock.ts";
import { BrokerError } from "../errors.ts";
import type { ResolvedBrokerOptions } from "../options.ts";

const MS_PER_SECOND = 1_000;

export class RateLimiter {
  readonly #clock: Clock;
  readonly #perSecond: number;
  /** Time after which one action is restored. */
  readonly #costMs: number;
  readonly #burstMs: number;
  readonly #maxTokens: number;
  /** By token; the one that acted longest ago comes first. */
  readonly #restoredAtMs = new Map<string, number>();

  constructor(options: ResolvedBrokerOptions, clock: Clock) {
    this.#clock = clock;
    this.#perSecond = options.maxActionsPerSecondPerToken;
    this.#costMs = MS_PER_SECOND / this.#perSecond;
    const burst = options.maxActionBurstPerToken || this.#perSecond;
    this.#burstMs = Math.max(1, burst) * this.#costMs;
    this.#maxTokens = options.maxRatedTokens;
  }

  /** Tokens remembered. */
  get size(): number {
    return this.#restoredAtMs.size;
  }

  /** Counts an action of this token. Throws `rate_limited` with `retryAfterMs`. */
  spend(tokenId: string): void {
    if (this.#perSecond === 0) return;
    const nowMs = this.#clock.now();
    const restoredAtMs = Math.max(this.#restoredAtMs.get(tokenId) ?? 0, nowMs) + this.#costMs;
    const waitMs = restoredAtMs - nowMs - this.#burstMs;
    if (waitMs > 0) {
      const message = `rate limit exceeded: ${this.#perSecond} actions a second for one token`;
      throw new BrokerError("rate_limited", message, { retryAfterMs: Math.ceil(waitMs) });
    }
    this.#restoredAtMs.delete(tokenId);
    this.#restoredAtMs.set(tokenId, restoredAtMs);
    this.#forget(nowMs);
  }

  /** A token with its whole burst needs no entry. */
  #forget(nowMs: number): void {
    for (const [tokenId, restoredAtMs] of this.#restoredAtMs) {
      if (this.#restoredAtMs.size <= this.#maxTokens && restoredAtMs > nowMs) return;
      this.#restoredAtMs.delete(tokenId);
    }
  }
}
