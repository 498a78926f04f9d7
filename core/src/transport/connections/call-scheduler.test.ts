import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../broker/test/manual-clock.ts";
import { TRANSPORT_LIMITS } from "../limits.ts";
import { type CallPriority, CallQueue, CallScheduler, type PendingCall } from "./call-scheduler.ts";
import { TickScheduler } from "./tick-scheduler.ts";

const { maxStartMsPerTick, maxUnauthenticatedStartsPerTick: FEW } = TRANSPORT_LIMITS;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A scheduler whose calls note that they started, and take this many milliseconds. */
function stage(callMs = 0) {
  const clock = new ManualClock();
  const scheduler = new CallScheduler(TRANSPORT_LIMITS, clock, new TickScheduler());
  const started: string[] = [];
  const submit = (queue: CallQueue, name: string, gone = false) => {
    const call: PendingCall = {
      arrivedAtMs: clock.now(),
      gone,
      wait() {},
      start() {
        started.push(name);
        clock.advance(callMs);
      },
    };
    scheduler.submit(queue, call);
  };
  const many = (priority: CallPriority, prefix: string, count: number) => {
    const queue = new CallQueue(priority);
    for (let i = 1; i <= count; i += 1) submit(queue, `${prefix}${i}`);
    return queue;
  };
  const seen = () => started.splice(0).join(" ");
  return { clock, scheduler, submit, many, seen, started };
}

test("a call that finds nobody waiting starts at once", () => {
  const { many, seen } = stage();
  many("authenticated", "a", 1_000);
  assert.equal(seen().split(" ").length, 1_000);
  many("unauthenticated", "u", 2);
  many("health", "h", 1);
  assert.equal(seen(), "u1 u2 h1");
});

test("beyond the budget of a turn, each connection's next call comes before any one's second", async () => {
  const { many, seen } = stage(maxStartMsPerTick / 2);
  many("authenticated", "a", 5);
  assert.equal(seen(), "a1 a2", "a's budget is used up");
  many("authenticated", "b", 2);
  many("authenticated", "c", 1);
  assert.equal(seen(), "");
  await turn();
  assert.equal(seen(), "a3 b1");
  await turn();
  assert.equal(seen(), "c1 a4");
  await turn();
  assert.equal(seen(), "b2 a5");
});

test("of connections without a token few calls start in a turn, and health has its own few", async () => {
  const { many, seen, started } = stage();
  many("unauthenticated", "u", 3 * FEW);
  many("health", "h", 1);
  assert.equal(started.length, FEW + 1);
  assert.equal(started.at(-1), "h1");
  seen();
  many("authenticated", "a", 2);
  assert.equal(seen(), "a1 a2", "they wait for nobody");
  await turn();
  assert.equal(seen().split(" ").length, FEW);
  await turn();
  assert.equal(seen().split(" ").length, FEW);
  await turn();
  assert.equal(seen(), "");
});

test("calls whose caller has gone cost no turn", async () => {
  const { many, submit, seen } = stage();
  const queue = many("unauthenticated", "u", FEW);
  for (let i = 0; i < 5 * FEW; i += 1) submit(queue, "gone", true);
  submit(queue, "there");
  seen();
  await turn();
  assert.equal(seen(), "there");
});

test("what waits moves up with its connection, in its order", async () => {
  const { scheduler, many, submit, seen, started } = stage();
  many("unauthenticated", "u", 5 * FEW);
  const queue = new CallQueue("unauthenticated");
  for (const name of ["x1", "x2"]) submit(queue, name);
  seen();
  scheduler.changePriority(queue, "authenticated");
  submit(queue, "x3");
  await turn();
  assert.deepEqual(started.slice(0, 3), ["x1", "x2", "x3"]);
  assert.equal(started.length, 3 + FEW);
});
