/** Order within a channel, none between them, bounds, and what is stale. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nextTurn } from "../link/clock.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { Refused } from "./backend-errors.ts";
import { perChannelQueue } from "./per-channel-queue.ts";

test("any work: channels keep their order, one at a time, and wait for no other", async () => {
  const job = fc.record({
    channel: fc.constantFrom("a", "b", "c"),
    turns: fc.nat({ max: 4 }),
    fails: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(job, { maxLength: 20 }), async (jobs) => {
      const queue = perChannelQueue({ clock: new ManualClock() });
      const ended: number[] = [];
      const running = new Set<string>();
      const all = jobs.map(({ channel, turns, fails }, index) =>
        queue.run(channel, async () => {
          assert.ok(!running.has(channel));
          running.add(channel);
          for (let i = 0; i < turns; i++) await nextTurn();
          running.delete(channel);
          ended.push(index);
          if (fails) throw new Error("no");
        }),
      );
      const results = await Promise.allSettled(all);
      assert.deepEqual(
        results.map(({ status }) => status === "rejected"),
        jobs.map(({ fails }) => fails),
      );
      for (const channel of ["a", "b", "c"]) {
        const mine = ended.filter((index) => jobs[index]?.channel === channel);
        assert.deepEqual(
          mine,
          mine.toSorted((a, b) => a - b),
        );
      }
      assert.equal(queue.waiting, 0);
    }),
    { numRuns: 50 },
  );
});

test("a channel that hangs delays itself only; too many, too old and unwanted are refused", async () => {
  const clock = new ManualClock();
  const queue = perChannelQueue({ clock, maxWaiting: 2, maxWaitMs: 1_000 });
  const hang = Promise.withResolvers<void>();
  const first = queue.run("a", () => hang.promise);
  assert.equal(await queue.run("b", () => "b"), "b");
  const gone = new AbortController();
  const old = queue.run("a", () => assert.fail("stale"));
  const unwanted = queue.run("a", () => assert.fail("unwanted"), gone.signal);
  await assert.rejects(
    queue.run("b", () => undefined),
    new Refused("2 messages wait to be sent already"),
  );
  await clock.advance(2_000);
  gone.abort();
  hang.resolve();
  await first;
  await assert.rejects(old, new Refused("it waited 2 s for its turn and is stale"));
  await assert.rejects(unwanted, new Refused("nobody waits for it any more"));
  assert.equal(await queue.run("a", () => "again"), "again");
  assert.throws(() => perChannelQueue({ maxWaiting: 0 }), { code: "bad_option" });
});
