import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../broker/test/manual-clock.ts";
import { TRANSPORT_LIMITS } from "../limits.ts";
import { ReadTurns } from "./read-turns.ts";
import { TickScheduler } from "./tick-scheduler.ts";

const { maxReadMsPerTick, maxTickMs, contestedReadMs } = TRANSPORT_LIMITS;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Streams that read for so many milliseconds in their turn, and then wait for the next one. */
function stage(readMs: number) {
  const clock = new ManualClock();
  const ticks = new TickScheduler();
  const turns = new ReadTurns(TRANSPORT_LIMITS, clock, ticks);
  const read: string[] = [];
  let isOver = false;
  const stream = (connection: object, name: string) => {
    const reader = {
      resume() {
        read.push(name);
        clock.advance(readMs);
        if (!isOver) turns.wait(connection, reader);
      },
    };
    turns.wait(connection, reader);
  };
  const timeNow = () => turns.timeFor(ticks.current(), clock.now());
  const end = () => {
    isOver = true;
  };
  return { clock, stream, timeNow, read, end };
}

test("a connection with many streams reads no more often than one with a single stream", async () => {
  const { stream, read, end } = stage(maxReadMsPerTick / 4);
  const [greedy, honest] = [{}, {}];
  for (let i = 0; i < 1_000; i += 1) stream(greedy, "greedy");
  stream(honest, "honest");
  for (let i = 0; i < 5; i += 1) await turn();
  end();
  assert.ok(read.length >= 16, String(read.length));
  const honestReads = read.filter((name) => name === "honest").length;
  assert.ok(Math.abs(honestReads - read.length / 2) <= 1, read.join(" "));
});

test("in one turn of the event loop each stream reads once, and all together within the budget", async () => {
  const { stream, read, end } = stage(maxReadMsPerTick / 2);
  for (const name of ["a", "b", "c"]) stream({}, name);
  await turn();
  assert.deepEqual(read, ["a", "b"]);
  await turn();
  end();
  assert.deepEqual(read, ["a", "b", "c", "a"]);
});

test("what is left of the budget is shorter while others wait, and nothing once it is used up", () => {
  const { clock, stream, timeNow, end } = stage(0);
  assert.equal(timeNow(), maxTickMs);
  stream({}, "waits");
  assert.equal(timeNow(), contestedReadMs);
  clock.advance(maxReadMsPerTick);
  assert.equal(timeNow(), 0);
  end();
});
