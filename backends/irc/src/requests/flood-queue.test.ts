/** The flood queue: a burst, then one line per interval, for any pattern of use. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../../test/manual-clock.ts";
import { type FloodJob, FloodQueue, MAX_PRIORITY_LINES } from "./flood-queue.ts";

const OPTIONS = { burstLines: 3, lineIntervalMs: 100 };

function job(...lines: string[]): FloodJob {
  return jobTo("", lines);
}

function jobTo(queueKey: string, lines: string[], dueAtMs = Number.POSITIVE_INFINITY): FloodJob {
  return {
    queueKey,
    dueAtMs,
    get linesLeft() {
      return lines.length;
    },
    nextLine: () => lines.shift(),
  };
}

function setUp() {
  const clock = new ManualClock();
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
  test("cancelled jobs are not kept", () => {
    const { queue } = setUp();
    queue.add(job("a", "b", "c", "d", "e"));
    let looks = 0;
    for (let index = 0; index < 1_000; index++) {
      const lines = ["x"];
      queue.add({
        get linesLeft() {
          looks += 1;
          return lines.length;
        },
        nextLine: () => lines.shift(),
      });
      lines.length = 0;
      queue.delayMs(1);
    }
    assert.ok(looks < 5_000, `${looks} looks at what is gone`);
  });

  test("endless immediate lines are no flood: beyond a second burst they wait behind all jobs", () => {
    const { clock, queue, written } = setUp();
    for (let index = 0; index < 9; index++) queue.sendNow(`JOIN #${index}`);
    assert.equal(written.length, 2 * OPTIONS.burstLines);
    queue.add(job("a"));
    clock.advance(10_000);
    const lines = written.map(({ line }) => line);
    assert.deepEqual(lines.slice(6), ["a", "JOIN #6", "JOIN #7", "JOIN #8"]);
    const pauses = written.slice(7).map(({ at }, index) => at - (written[index + 6]?.at ?? 0));
    assert.deepEqual(pauses, [100, 100, 100]);
    assert.equal(clock.timers, 0);
  });

  test("an idle line waits for all that waits, also for what is added later, and keeps the interval", () => {
    const { clock, queue, written } = setUp();
    queue.add(job("a", "b", "c", "d"));
    queue.sendIdle("JOIN #x");
    queue.sendIdle("JOIN #y");
    queue.add(jobTo("#other", ["e", "f"]));
    clock.advance(200);
    queue.addPriority("PONG");
    queue.sendNow("NICK bird");
    queue.add(job("g"));
    clock.advance(10_000);
    const rest = written.slice(3).map(({ line }) => line);
    assert.deepEqual(rest.slice(-2), ["JOIN #x", "JOIN #y"]);
    assert.deepEqual(rest.slice(0, -2).toSorted(), ["NICK bird", "PONG", "d", "e", "f", "g"]);
    const at = (line: string) => written.find((each) => each.line === line)?.at ?? Number.NaN;
    assert.equal(at("JOIN #y") - at("JOIN #x"), OPTIONS.lineIntervalMs);
    assert.equal(clock.timers, 0);
  });

  test("an idle line is sent after 10 s even if something always waits", () => {
    const { clock, queue, written } = setUp();
    queue.add(job(...Array.from({ length: 200 }, (_, at) => `line ${at}`)));
    queue.sendIdle("JOIN #x");
    queue.sendIdle("JOIN #y");
    clock.advance(9_999);
    assert.ok(!written.some(({ line }) => line.startsWith("JOIN")));
    clock.advance(OPTIONS.lineIntervalMs * 2);
    const joins = written.filter(({ line }) => line.startsWith("JOIN"));
    assert.deepEqual(
      joins.map(({ line }) => line),
      ["JOIN #x", "JOIN #y"],
    );
    queue.close();
  });

  test("idle lines go at once if nothing waits, wait behind deferred ones, and end with the queue", () => {
    const { clock, queue, written } = setUp();
    queue.sendIdle("JOIN #a");
    assert.deepEqual(
      written.map(({ line }) => line),
      ["JOIN #a"],
    );
    for (let index = 0; index < 7; index++) queue.sendNow(`JOIN #now${index}`);
    queue.sendIdle("JOIN #late");
    clock.advance(1_000);
    assert.equal(written.at(-1)?.line, "JOIN #late");
    queue.add(job("b", "c", "d", "e"));
    queue.sendIdle("JOIN #never");
    queue.close();
    clock.advance(10_000);
    assert.ok(!written.some(({ line }) => line === "JOIN #never"));
    assert.equal(clock.timers, 0);
  });

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
    queue.sendNow("NICK x");
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

  test("a short line goes before all jobs, and too many of them are dropped", () => {
    const { clock, queue, written } = setUp();
    queue.add(job("a", "b", "c", "d"));
    assert.equal(queue.addPriority("NOTICE joe :1"), true);
    assert.equal(written.length, 3);
    clock.advance(200);
    assert.deepEqual(
      written.slice(3).map(({ line }) => line),
      ["NOTICE joe :1", "d"],
    );
    for (let index = 0; index < MAX_PRIORITY_LINES + 1; index++) queue.addPriority("x");
    assert.equal(queue.addPriority("x"), false);
  });

  test("labels are handed on", () => {
    const labels: (string | undefined)[] = [];
    const write = (_: string, how?: { readonly label?: string }) => labels.push(how?.label);
    const queue = new FloodQueue(write, OPTIONS, new ManualClock());
    const lines = [{ line: "a", label: "l" }, { line: "b" }];
    queue.add({ linesLeft: 2, nextLine: () => lines.shift() });
    assert.deepEqual(labels, ["l", undefined]);
  });

  test("closed, it writes nothing and keeps no timer", () => {
    const { clock, queue, written } = setUp();
    queue.add(job("a", "b", "c", "d"));
    queue.close();
    queue.close();
    queue.add(job("e"));
    queue.sendNow("f");
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

suite("flows", () => {
  const letters = (queueKey: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${queueKey}${index + 1}`);

  test("take turns, so that a short message does not wait for a long one elsewhere", () => {
    const { clock, queue, written } = setUp();
    queue.add(jobTo("#a", letters("a", 10)));
    queue.add(jobTo("#b", letters("b", 2)));
    queue.add(jobTo("#c", letters("c", 1)));
    clock.advance(10_000);
    const order = written.map(({ line }) => line).join(" ");
    assert.equal(order, "a1 a2 a3 b1 c1 a4 b2 a5 a6 a7 a8 a9 a10");
  });

  test("keep the order of their own jobs", () => {
    const { clock, queue, written } = setUp();
    queue.add(jobTo("#a", letters("a", 5)));
    queue.add(jobTo("#b", letters("b", 3)));
    queue.add(jobTo("#a", letters("A", 2)));
    clock.advance(10_000);
    const order = written.map(({ line }) => line).join(" ");
    assert.equal(order, "a1 a2 a3 b1 a4 b2 a5 b3 A1 A2");
  });

  test("give way to a job that would come too late", () => {
    const { clock, queue, written } = setUp();
    const start = clock.now();
    queue.add(jobTo("#a", letters("a", 6), start + 400));
    queue.add(jobTo("#b", letters("b", 3), start + 10_000));
    clock.advance(10_000);
    assert.equal(written.map(({ line }) => line).join(" "), "a1 a2 a3 b1 a4 a5 a6 b2 b3");
    assert.equal(written.find(({ line }) => line === "a6")?.at, 400);
  });

  test("fits tells whether all would be done by their time", () => {
    const { clock, queue } = setUp();
    const start = clock.now();
    const fits = (queueKey: string, lines: number, inMs: number) =>
      queue.fits({ queueKey, lines, dueAtMs: start + inMs });
    assert.ok(fits("#a", 13, 1_000));
    assert.ok(!fits("#a", 14, 1_000));
    queue.add(jobTo("#a", letters("a", 8), start + 600));
    assert.ok(fits("#b", 1, 100), "the other can wait for one line");
    assert.ok(!fits("#b", 2, 200), "but not for two");
    assert.ok(!fits("#a", 1, 100), "jobs with its own key go first");
    assert.ok(fits("#a", 1, 600));
    assert.ok(fits("#b", 4, 900));
  });

  test("whatever is let in by fits is done by its time", () => {
    const steps = fc.array(
      fc.record({
        queueKey: fc.constantFrom("#a", "#b", "#c"),
        lines: fc.integer({ min: 1, max: 12 }),
        pauseMs: fc.nat(400),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const { clock, queue, written } = setUp();
        const start = clock.now();
        const due: Record<string, number> = {};
        for (const [index, { queueKey, lines, pauseMs }] of list.entries()) {
          const dueAtMs = clock.now() + 1_000;
          if (queue.fits({ queueKey, lines, dueAtMs })) {
            const names = letters(`${index}${queueKey}`, lines);
            for (const name of names) due[name] = dueAtMs - start;
            queue.add(jobTo(queueKey, names, dueAtMs));
          }
          clock.advance(pauseMs);
        }
        clock.advance(100_000);
        assert.equal(written.length, Object.keys(due).length);
        // A timer may ring up to a millisecond late, each time.
        for (const { line, at } of written)
          assert.ok(at <= (due[line] ?? 0) + written.length, line);
      }),
    );
  });
});
