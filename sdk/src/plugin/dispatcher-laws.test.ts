/** Properties of the dispatcher for arbitrary jobs in arbitrary order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pause } from "../link/clock.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { Dispatcher } from "./dispatcher.ts";

const step = fc.record({
  /** Working keeps the slot, waiting releases it. */
  isWaiting: fc.boolean(),
  ms: fc.integer({ min: 0, max: 50 }),
});
const job = fc.record({
  queue: fc.constantFrom("a", "b", "c", "d"),
  atMs: fc.integer({ min: 0, max: 200 }),
  steps: fc.array(step, { maxLength: 4 }),
});

const MAX_AT_ONCE = 2;

/** Tracks which queues have a running handler, and fails as soon as a property is violated. */
class RunningHandlers {
  readonly #busy = new Map<string, number>();
  readonly begun: string[] = [];

  enter(queue: string): void {
    assert.ok(!this.#busy.has(queue), `two handlers run in ${queue}`);
    this.#busy.set(queue, 1);
    assert.ok(this.#busy.size <= MAX_AT_ONCE, "too many handlers run");
  }

  leave(queue: string): void {
    assert.ok(this.#busy.delete(queue));
  }
}

test("one handler per queue, at most two in all, started in order, and all of them end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(job, { maxLength: 30, size: "max" }), async (jobs) => {
      const clock = new ManualClock();
      const limits = {
        maxHandlersAtOnce: MAX_AT_ONCE,
        handlerTimeoutMs: 1_000_000,
        maxQueuedPerChannel: 1_000,
        maxQueuedInChannels: 1_000,
      };
      const dispatcher = new Dispatcher({ clock, limits });
      const running = new RunningHandlers();
      const begun: Record<string, number[]> = { a: [], b: [], c: [], d: [] };
      const failures: unknown[] = [];
      let ended = 0;
      const inOrder = jobs.toSorted((one, two) => one.atMs - two.atMs);
      inOrder.forEach(({ queue, atMs, steps }, index) => {
        clock.after(atMs, () => {
          dispatcher.add(queue, async (slot) => {
            try {
              begun[queue]?.push(index);
              running.enter(queue);
              for (const { isWaiting, ms } of steps) {
                if (isWaiting) {
                  running.leave(queue);
                  await slot.releaseWhile(pause(clock, ms));
                  running.enter(queue);
                } else await pause(clock, ms);
              }
              running.leave(queue);
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
