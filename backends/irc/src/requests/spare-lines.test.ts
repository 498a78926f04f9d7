/** Questions that may wait leave half of a burst for what comes next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../test/manual-clock.ts";
import { type FloodJob, FloodQueue } from "./flood-queue.ts";

function setUp(burstLines: number) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const written: [line: string, at: number][] = [];
  const write = (line: string) => written.push([line, clock.now() - startedAt]);
  return {
    clock,
    written,
    queue: new FloodQueue(write, { burstLines, lineIntervalMs: 100 }, clock),
  };
}

function job(...lines: string[]): FloodJob {
  return {
    get linesLeft() {
      return lines.length;
    },
    nextLine: () => lines.shift(),
  };
}

test("half of a burst is left, and whatever else is sent goes first, however long they wait", () => {
  const { clock, queue, written } = setUp(4);
  for (const line of ["WHO #a", "WHO #b", "WHO #c"]) queue.sendSpare(line);
  assert.deepEqual(written, [
    ["WHO #a", 0],
    ["WHO #b", 0],
  ]);
  assert.equal(queue.isBusy, false);
  queue.add(job("1", "2", "3"));
  queue.sendIdle("JOIN #d");
  assert.deepEqual(written.slice(2), [
    ["1", 0],
    ["2", 0],
  ]);
  clock.advance(60_000);
  assert.deepEqual(written.slice(4), [
    ["3", 100],
    ["JOIN #d", 200],
    ["WHO #c", 500],
  ]);
  assert.equal(clock.timers, 0);
});

test("a burst of one line is enough; at most 1,000 wait, and none after the end", () => {
  const { clock, queue, written } = setUp(1);
  for (let at = 0; at < 2_000; at++) queue.sendSpare(`WHO #${at}`);
  clock.advance(200_000);
  assert.equal(written.length, 1_001);
  for (const line of ["WHO #a", "WHO #b"]) queue.sendSpare(line);
  queue.close();
  queue.sendSpare("WHO #c");
  clock.advance(10_000);
  assert.deepEqual([written.length, written.at(-1)?.[0], clock.timers], [1_002, "WHO #a", 0]);
});

test("they are sent by themselves, though nothing else is", () => {
  const { clock, queue, written } = setUp(4);
  for (const line of ["WHO #a", "WHO #b", "WHO #c", "WHO #d"]) queue.sendSpare(line);
  clock.advance(1_000);
  assert.deepEqual(written, [
    ["WHO #a", 0],
    ["WHO #b", 0],
    ["WHO #c", 100],
    ["WHO #d", 200],
  ]);
  assert.equal(clock.timers, 0);
});
