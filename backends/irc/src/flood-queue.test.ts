/** The flood queue: a burst, then one line per interval, for any pattern of use. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { TestClock } from "../test/test-clock.ts";
import { type FloodJob, FloodQueue } from "./flood-queue.ts";

const OPTIONS = { burstLines: 3, lineIntervalMs: 100 };

function job(...lines: string[]): FloodJob {
  return {
    get linesLeft() {
      return lines.length;
    },
    nextLine: () => lines.shift(),
  };
}

function setUp() {
  const clock = new TestClock();
  const written: { line: string; at: number }[] = [];
  const startedAt = clock.now();
  const queue = new FloodQueue(
    (line) => written.push({ line, at: clock.now() - startedAt }),
    OPTIONS,
    clock,
  );
  return { clock, queue, written };
}

suite("flood queue", () => {
  test("a burst goes at once, the rest one per interval, in order", () => {
    const { clock, queue, written } = setUp();
    queue.add(job("a", "b"));
    queue.add(job("c", "d", "e"));
    assert.deepEqual(
      written.map(({ line }) => line),
      ["a", "b", "c"],
    );
    clock.advance(1_000);
    assert.deepEqual(written.slice(3), [
      { line: "d", at: 100 },
      { line: "e", at: 200 },
    ]);
  });

  test("the burst comes back with time, and no more than it", () => {
    const { clock, queue, written } = setUp();
    queue.add(job("a", "b", "c"));
    clock.advance(100_000);
    queue.add(job("d", "e", "f", "g"));
    assert.equal(written.length, 6);
    clock.advance(100);
    assert.equal(written.length, 7);
  });

  test("an urgent line goes first, and what waits pays for it", () => {
    const { clock, queue, written } = setUp();
    queue.add(job("a", "b", "c", "d"));
    queue.urgent("NICK x");
    assert.equal(written.at(-1)?.line, "NICK x");
    clock.advance(199);
    assert.equal(written.length, 4);
    clock.advance(1);
    assert.equal(written.at(-1)?.line, "d");
  });

  test("tells how long lines would wait", () => {
    const { queue } = setUp();
    assert.equal(queue.delayMs(3), 0);
    assert.equal(queue.delayMs(5), 200);
    queue.add(job("a", "b", "c", "d"));
    assert.equal(queue.delayMs(1), 200);
  });

  test("closed, it writes nothing and keeps no timer", () => {
    const { clock, queue, written } = setUp();
    queue.add(job("a", "b", "c", "d"));
    queue.close();
    queue.close();
    queue.add(job("e"));
    queue.urgent("f");
    clock.advance(10_000);
    assert.equal(written.length, 3);
    assert.equal(clock.timers, 0);
  });

  test("never more than the burst and one per interval in any stretch of time", () => {
    const steps = fc.array(fc.record({ lines: fc.nat(6), pauseMs: fc.nat(500) }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const { clock, queue, written } = setUp();
        for (const { lines, pauseMs } of list) {
          queue.add(job(...Array.from({ length: lines }, (_, index) => `${index}`)));
          clock.advance(pauseMs);
        }
        clock.advance(100_000);
        assert.equal(
          written.length,
          list.reduce((sum, { lines }) => sum + lines, 0),
        );
        for (const [index, { at }] of written.entries()) {
          const until = written.slice(index).filter((other) => other.at - at < 1_000).length;
          assert.ok(until <= OPTIONS.burstLines + 10, `${until} lines within a second`);
        }
      }),
    );
  });
});
