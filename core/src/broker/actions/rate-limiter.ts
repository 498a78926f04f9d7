/**
 * Limits the rate of each token's actions: a sustained rate and a burst (GCRA). Of each token one
 * number is kept: when it has its whole burst again.
 */
import type { Clock } from "../clock.ts";
import { BrokerError } from "../errors.ts";
import type { ResolvedBrokerOptions } from "../options.ts";

const MS_PER_SECOND = 1_000;

/** How much of something one token may have. */
export interface Rate {
  /** In the long run; 0: no limit. */
  readonly perSecond: number;
  /** At once; 0: what it may have in a second. */
  readonly burst: number;
  /** What is counted, for the refusal: `actions`. */
  readonly what: string;
}

/** Any action counts as one. */
function actionRate(options: ResolvedBrokerOptions): Rate {
  const { maxActionsPerSecondPerToken: perSecond, maxActionBurstPerToken: burst } = options;
  return { perSecond, burst, what: "actions" };
}

/** By what they cost, as `maxAbsentSendCostPerSecond` says. */
export function absentSendRate(options: ResolvedBrokerOptions): Rate {
  const { maxAbsentSendCostPerSecond: perSecond, maxAbsentSendBurst: burst } = options;
  return { perSecond, burst, what: "units of sends to absent backends" };
}

/** In bytes after normalising. */
export function largeSendRate(options: ResolvedBrokerOptions): Rate {
  const { maxLargeSendBytesPerSecond: perSecond, maxLargeSendBurstBytes: burst } = options;
  return { perSecond, burst, what: "bytes of large messages" };
}

export class RateLimiter {
  readonly #clock: Clock;
  readonly #rate: Rate;
  /** Time after which one action is restored. */
  readonly #costMs: number;
  readonly #burstMs: number;
  readonly #maxTokens: number;
  /** By token; the one that acted longest ago comes first. */
  readonly #restoredAtMs = new Map<string, number>();

  /** Default: of actions. */
  constructor(options: ResolvedBrokerOptions, clock: Clock, rate = actionRate(options)) {
    this.#clock = clock;
    this.#rate = rate;
    this.#costMs = MS_PER_SECOND / rate.perSecond;
    const burst = rate.burst || rate.perSecond;
    this.#burstMs = Math.max(1, burst) * this.#costMs;
    this.#maxTokens = options.maxRatedTokens;
  }

  /** Tokens remembered. */
  get size(): number {
    return this.#restoredAtMs.size;
  }

  /** Counts something of this token. Throws `rate_limited` with `retryAfterMs`. */
  spend(tokenId: string, count = 1): void {
    const { perSecond, what } = this.#rate;
    if (perSecond === 0) return;
    const nowMs = this.#clock.now();
    const costMs = count * this.#costMs;
    const restoredAtMs = Math.max(this.#restoredAtMs.get(tokenId) ?? 0, nowMs) + costMs;
    const waitMs = restoredAtMs - nowMs - this.#burstMs;
    if (waitMs > 0) {
      const message = `rate limit exceeded: ${perSecond} ${what} a second for one token`;
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
