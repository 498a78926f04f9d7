import assert from "node:assert/strict";
import { test } from "node:test";
import { TickScheduler } from "./tick-scheduler.ts";

const endOfTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const afterThis = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** A scheduler, and a task that notes that it ran. */
function stage() {
  const ticks = new TickScheduler();
  const runs: string[] = [];
  const task = (name: string) => ({ run: () => void runs.push(name) });
  const seen = () => runs.splice(0).join(" ");
  return { ticks, task, seen };
}

test("a task runs once at the end of the tick, however often it was scheduled", async () => {
  const { ticks, task, seen } = stage();
  const [a, b] = [task("a"), task("b")];
  for (const each of [a, b, a]) ticks.schedule(each);
  await afterThis();
  assert.equal(seen(), "");
  await endOfTick();
  assert.equal(seen(), "a b");
});

test("what a lone message makes ready is done after it; the rest of a burst is gathered", async () => {
  const { ticks, task, seen } = stage();
  for (let tick = 0; tick < 2; tick += 1) {
    ticks.messageArrived();
    ticks.scheduleSoon(task("lone"));
    ticks.schedule(task("end"));
    await afterThis();
    assert.equal(seen(), "lone");
    await endOfTick();
    assert.equal(seen(), "end");
  }
  ticks.messageArrived();
  ticks.scheduleSoon(task("first"));
  await afterThis();
  assert.equal(seen(), "first");
  for (const name of ["second", "third"]) {
    ticks.messageArrived();
    ticks.scheduleSoon(task(name));
  }
  await afterThis();
  assert.equal(seen(), "");
  await endOfTick();
  assert.equal(seen(), "second third");
});

test("after a burst the next one is gathered from its first message", async () => {
  const { ticks, task, seen } = stage();
  for (let message = 0; message < 2; message += 1) ticks.messageArrived();
  await endOfTick();
  ticks.messageArrived();
  ticks.scheduleSoon(task("gathered"));
  await afterThis();
  assert.equal(seen(), "");
  await endOfTick();
  assert.equal(seen(), "gathered");
});

test("without a message nothing is done before the tick's end", async () => {
  const { ticks, task, seen } = stage();
  ticks.scheduleSoon(task("a"));
  await afterThis();
  assert.equal(seen(), "");
  await endOfTick();
  assert.equal(seen(), "a");
});

test("a cancelled task does not run, at once or later", async () => {
  const { ticks, task, seen } = stage();
  const [soon, later] = [task("soon"), task("later")];
  ticks.messageArrived();
  ticks.scheduleSoon(soon);
  ticks.schedule(later);
  for (const each of [soon, later]) ticks.cancel(each);
  await endOfTick();
  assert.equal(seen(), "");
});
