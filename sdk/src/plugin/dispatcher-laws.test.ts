/** Laws of turns, whatever comes in whatever order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pause } from "../link/clock.ts";
import { HandClock } from "../link/test/hand-clock.ts";
import { Dispatcher } from "./dispatcher.ts";

const step = fc.record({
  /** Working keeps the place, waiting gives it back. */
  isAway: fc.boolean(),
  ms: fc.integer({ min: 0, max: 50 }),
});
const job = fc.record({
  lane: fc.constantFrom("a", "b", "c", "d"),
  atMs: fc.integer({ min: 0, max: 200 }),
  steps: fc.array(step, { maxLength: 4 }),
});

const MAX_AT_ONCE = 2;

/** Counts who is at work, and fails at once when a law is broken. */
class Workplace {
  readonly #busy = new Map<string, number>();
  readonly begun: string[] = [];

  enter(lane: string): void {
    assert.ok(!this.#busy.has(lane), `two at work in ${lane}`);
    this.#busy.set(lane, 1);
    assert.ok(this.#busy.size <= MAX_AT_ONCE, "too many at work");
  }

  leave(lane: string): void {
    assert.ok(this.#busy.delete(lane));
  }
}

test("one at work in a lane, few in all, begun in order, and everybody ends", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(job, { maxLength: 30, size: "max" }), async (jobs) => {
      const clock = new HandClock();
      const limits = {
        maxHandlersAtOnce: MAX_AT_ONCE,
        handlerTimeoutMs: 1_000_000,
        maxQueuedPerChannel: 1_000,
        maxQueuedInChannels: 1_000,
      };
      const dispatcher = new Dispatcher({ clock, limits });
      const workplace = new Workplace();
      const begun: Record<string, number[]> = { a: [], b: [], c: [], d: [] };
      const failures: unknown[] = [];
      let ended = 0;
      const inOrder = jobs.toSorted((one, two) => one.atMs - two.atMs);
      inOrder.forEach(({ lane, atMs, steps }, index) => {
        clock.after(atMs, () => {
          dispatcher.add(lane, async (turn) => {
            try {
              begun[lane]?.push(index);
              workplace.enter(lane);
              for (const { isAway, ms } of steps) {
                if (isAway) {
                  workplace.leave(lane);
                  await turn.away(pause(clock, ms));
                  workplace.enter(lane);
                } else await pause(clock, ms);
              }
              workplace.leave(lane);
              ended += 1;
            } catch (error) {
              failures.push(error);
            }
          });
        });
      });
      await clock.advance(100_000);
      assert.deepEqual(failures, []);
      assert.equal(ended, jobs.length);
      for (const order of Object.values(begun)) assert.deepEqual(order, order.toSorted(byNumber));
      assert.deepEqual(dispatcher.activity(), { queued: 0, running: 0, waiting: 0 });
      assert.equal(clock.timers, 0);
    }),
    { numRuns: 200 },
  );
});

function byNumber(a: number, b: number): number {
  return a - b;
}
