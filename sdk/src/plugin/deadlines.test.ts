/** Time limits: one timer for all, none for what ends at once, and each at its own time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../link/clock.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { Deadlines, type Limited } from "./deadlines.ts";

function setUp() {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  /** Ends in so many milliseconds, unless it is stopped before. */
  const start = (name: string, ms: number): Limited => {
    const limited = {
      endsAt: clock.now() + ms,
      expire() {
        expired.push(`${name} at ${clock.now()}`);
        limited.endsAt = Number.POSITIVE_INFINITY;
      },
    };
    deadlines.start(limited);
    return limited;
  };
  return { clock, deadlines, expired, start };
}

test("what ends within its turn sets no timer", async () => {
  const { clock, deadlines, start } = setUp();
  for (let i = 0; i < 100; i++) deadlines.stop(start(String(i), 1_000));
  await nextTurn();
  assert.equal(clock.timers, 0);
});

test("each limit ends at its own time, with one timer at a time", async () => {
  const { clock, deadlines, expired, start } = setUp();
  start("late", 1_000);
  start("early", 10);
  const stopped = start("stopped", 20);
  await nextTurn();
  assert.equal(clock.timers, 1);
  await clock.advance(5);
  start("between", 500);
  start("first", 1);
  await nextTurn();
  assert.equal(clock.timers, 1, "the timer for an earlier end replaces the other");
  await clock.advance(5);
  deadlines.stop(stopped);
  await clock.advance(2_000);
  assert.deepEqual(expired, ["first at 6", "early at 10", "between at 505", "late at 1000"]);
});

test("the timer ends with the last of them", async () => {
  const { clock, deadlines, expired, start } = setUp();
  const both = [start("one", 100), start("two", 200)];
  await nextTurn();
  for (const each of both) deadlines.stop(each);
  assert.equal(clock.timers, 0);
  await clock.advance(1_000);
  assert.deepEqual(expired, []);
});
