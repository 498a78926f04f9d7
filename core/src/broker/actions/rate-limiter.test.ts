import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokerError } from "../errors.ts";
import { type BrokerOptions, resolveBrokerOptions } from "../options.ts";
import { ManualClock } from "../test/manual-clock.ts";
import { RateLimiter } from "./rate-limiter.ts";

function rates(options: BrokerOptions): { rateLimiter: RateLimiter; clock: ManualClock } {
  const clock = new ManualClock();
  return { rateLimiter: new RateLimiter(resolveBrokerOptions(options), clock), clock };
}

/** Milliseconds until a retry makes sense; `undefined` if there was a permit. */
function refusedFor(of: RateLimiter, tokenId: string): number | undefined {
  try {
    of.spend(tokenId);
    return undefined;
  } catch (reason) {
    assert.ok(reason instanceof BrokerError && reason.code === "rate_limited");
    return reason.retryAfterMs;
  }
}

test("without a limit nothing is refused or remembered", () => {
  const { rateLimiter: all } = rates({});
  for (let i = 0; i < 1_000; i++) all.spend("t");
  assert.equal(all.size, 0);
});

test("a token gets its burst, then its rate; the advice when to retry is true", () => {
  const { rateLimiter: all, clock } = rates({
    maxActionsPerSecondPerToken: 4,
    maxActionBurstPerToken: 2,
  });
  assert.equal(refusedFor(all, "a"), undefined);
  assert.equal(refusedFor(all, "a"), undefined);
  assert.equal(refusedFor(all, "a"), 250);
  assert.equal(refusedFor(all, "b"), undefined, "another token has its own");
  clock.advance(249);
  assert.equal(refusedFor(all, "a"), 1);
  clock.advance(1);
  assert.equal(refusedFor(all, "a"), undefined);
  clock.advance(60_000);
  assert.equal(refusedFor(all, "a"), undefined);
  assert.equal(refusedFor(all, "a"), undefined);
  assert.equal(refusedFor(all, "a"), 250, "permits do not pile up");
});

test("without a burst of its own, a second's worth may come at once", () => {
  const { rateLimiter: all } = rates({ maxActionsPerSecondPerToken: 3 });
  for (let i = 0; i < 3; i++) assert.equal(refusedFor(all, "a"), undefined);
  assert.ok(refusedFor(all, "a"));
});

test("less than one a second lets one through", () => {
  const { rateLimiter: all } = rates({ maxActionsPerSecondPerToken: 0.5 });
  assert.equal(refusedFor(all, "a"), undefined);
  assert.equal(refusedFor(all, "a"), 2_000);
});

test("tokens are forgotten when idle, and beyond their number", () => {
  const { rateLimiter: all, clock } = rates({ maxActionsPerSecondPerToken: 1, maxRatedTokens: 10 });
  for (let i = 0; i < 50; i++) all.spend(`t${i}`);
  assert.equal(all.size, 10);
  clock.advance(10_000);
  all.spend("late");
  assert.equal(all.size, 1);
});
