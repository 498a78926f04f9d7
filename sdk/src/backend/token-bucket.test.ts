/** A rate that is kept: never more than the bucket holds and time has brought, in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../link/test/manual-clock.ts";
import { tokenBucket } from "./token-bucket.ts";

test("so many at once, then one every so often", async () => {
  const clock = new ManualClock();
  const bucket = tokenBucket({ size: 2, everyMs: 100, clock });
  const atMs: number[] = [];
  assert.equal(bucket.waitMs(2), 0);
  const all = [1, 2, 3, 4].map(() => bucket.take().then(() => atMs.push(clock.now())));
  assert.equal(bucket.waitMs(), 300);
  await clock.advance(1_000);
  await Promise.all(all);
  assert.deepEqual(atMs, [0, 0, 100, 200]);
  assert.equal(bucket.waitMs(2), 0);
});

test("who goes away takes nothing, and the next is not held up", async () => {
  const clock = new ManualClock();
  const bucket = tokenBucket({ size: 1, everyMs: 100, clock });
  await bucket.take();
  const gone = new AbortController();
  const left = bucket.take(1, gone.signal);
  const next = bucket.take();
  await clock.advance(10);
  gone.abort();
  assert.equal(await left, false);
  await clock.advance(90);
  assert.equal(await next, true);
  assert.equal(clock.now(), 100);
});

test("any takers: order is kept, and no span of time has more than its share", async () => {
  const taker = fc.record({ afterMs: fc.nat({ max: 300 }), count: fc.integer({ min: 1, max: 3 }) });
  const takers = fc.array(taker, { minLength: 1, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(takers, fc.integer({ min: 3, max: 6 }), async (list, size) => {
      const clock = new ManualClock();
      const bucket = tokenBucket({ size, everyMs: 50, clock });
      const taken: { index: number; atMs: number; count: number }[] = [];
      for (const [index, { afterMs, count }] of list.entries()) {
        await clock.advance(afterMs);
        const expectedAtMs = clock.now() + bucket.waitMs(count);
        void bucket.take(count).then(() => {
          assert.ok(Math.abs(clock.now() - expectedAtMs) < 1);
          taken.push({ index, atMs: clock.now(), count });
        });
      }
      await clock.advance(10_000);
      assert.deepEqual(
        taken.map(({ index }) => index),
        list.map((_, index) => index),
      );
      for (const [from, { atMs: fromMs }] of taken.entries()) {
        let sum = 0;
        for (const { atMs, count } of taken.slice(from)) {
          sum += count;
          assert.ok(sum <= size + (atMs - fromMs) / 50 + 0.001);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("what can never be is refused", () => {
  assert.throws(() => tokenBucket({ size: 0, everyMs: 1 }), { code: "bad_option" });
  assert.throws(() => tokenBucket({ size: 1, everyMs: -1 }), { code: "bad_option" });
  const bucket = tokenBucket({ size: 2, everyMs: 1, clock: new ManualClock() });
  assert.throws(() => bucket.take(3), { code: "bad_option" });
});
