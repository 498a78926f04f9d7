/** The dispatcher: order per channel, concurrency, time limits, and what waiting does to them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Slot } from "./handler-slot.ts";

const LIMITS = {
  maxHandlersAtOnce: 2,
  handlerTimeoutMs: 1_000,
  maxQueuedPerChannel: 3,
  maxQueuedInChannels: 5,
};

function setUp(limits: Partial<typeof LIMITS> = {}) {
  const clock = new ManualClock();
  const dispatcher = new Dispatcher({ clock, limits: { ...LIMITS, ...limits } });
  const log: string[] = [];
  /** A task that begins, and ends when it is told to. */
  const gated = (name: string) => {
    const gate = Promise.withResolvers<void>();
    const task = async () => {
      log.push(`${name}+`);
      await gate.promise;
      log.push(`${name}-`);
    };
    return { task, end: gate.resolve };
  };
  return { clock, dispatcher, log, gated };
}

test("a queue runs one task at a time, in order; the concurrency limit is for all queues", async () => {
  const { dispatcher, log, gated } = setUp();
  const [a1, a2, b, c] = ["a1", "a2", "b", "c"].map(gated);
  assert.ok(a1 && a2 && b && c);
  dispatcher.add("a", a1.task);
  dispatcher.add("a", a2.task);
  dispatcher.add("b", b.task);
  dispatcher.add("c", c.task);
  assert.deepEqual(log, ["a1+", "b+"]);
  assert.deepEqual(dispatcher.activity(), { queued: 2, running: 2, waiting: 0 });
  a1.end();
  await nextTurn();
  assert.deepEqual(log, ["a1+", "b+", "a1-", "c+"], "c has waited longer than a2");
  b.end();
  await nextTurn();
  assert.deepEqual(log.slice(4), ["b-", "a2+"]);
  a2.end();
  c.end();
  await nextTurn();
  assert.deepEqual(dispatcher.activity(), { queued: 0, running: 0, waiting: 0 });
});

test("a busy channel does not starve the others", async () => {
  const { dispatcher, log, gated } = setUp();
  for (const name of ["a1", "a2", "a3"]) dispatcher.add("a", gated(name).task);
  dispatcher.add("b", gated("b").task);
  assert.deepEqual(log, ["a1+", "b+"]);
});

test("a handler that waits releases its slot, and reacquires it ahead of everything queued", async () => {
  const { clock, dispatcher, log, gated } = setUp({ maxHandlersAtOnce: 1 });
  const answer = Promise.withResolvers<string>();
  dispatcher.add("a", async (slot) => {
    log.push("asks");
    log.push(await slot.releaseWhile(answer.promise));
  });
  const [second, third] = ["second", "third"].map(gated);
  assert.ok(second && third);
  dispatcher.add("a", second.task);
  dispatcher.add("a", third.task);
  assert.deepEqual(log, ["asks", "second+"]);
  assert.deepEqual(dispatcher.activity(), { queued: 1, running: 1, waiting: 1 });
  answer.resolve("answered");
  await nextTurn();
  assert.deepEqual(dispatcher.activity(), { queued: 2, running: 1, waiting: 0 });
  assert.equal(log.length, 2, "the queue is busy");
  second.end();
  await nextTurn();
  assert.deepEqual(log, ["asks", "second+", "second-", "answered", "third+"]);
  third.end();
  await nextTurn();
  assert.equal(clock.timers, 0);
});

test("a handler's time limit is paused while it waits", async () => {
  const { clock, dispatcher } = setUp();
  const answer = Promise.withResolvers<void>();
  let slot: Slot | undefined;
  const ended = Promise.withResolvers<void>();
  dispatcher.add("a", async (given) => {
    slot = given;
    await given.releaseWhile(answer.promise);
    await ended.promise;
  });
  await clock.advance(60_000);
  answer.resolve();
  await nextTurn();
  await clock.advance(999);
  assert.equal(slot?.signal.aborted, false);
  await clock.advance(1);
  assert.equal(slot?.signal.aborted, true);
  assert.match(String(slot?.signal.reason), /longer than 1000 ms/);
  ended.resolve();
});

test("time before and after the waiting adds up", async () => {
  const { clock, dispatcher } = setUp();
  const answer = Promise.withResolvers<void>();
  const begin = Promise.withResolvers<void>();
  let slot: Slot | undefined;
  dispatcher.add("a", async (given) => {
    slot = given;
    await begin.promise;
    await given.releaseWhile(answer.promise);
    await new Promise(() => undefined);
  });
  await clock.advance(700);
  begin.resolve();
  await nextTurn();
  await clock.advance(5_000);
  answer.resolve();
  await nextTurn();
  await clock.advance(299);
  assert.equal(slot?.signal.aborted, false);
  await clock.advance(1);
  assert.equal(slot?.signal.aborted, true);
});

test("what a handler left waiting takes no slot after its end", async () => {
  const { dispatcher, log } = setUp({ maxHandlersAtOnce: 1 });
  const late = Promise.withResolvers<string>();
  let rest: Promise<string> | undefined;
  dispatcher.add("a", async (slot) => {
    rest = slot.releaseWhile(late.promise);
  });
  await nextTurn();
  assert.deepEqual(dispatcher.activity(), { queued: 0, running: 0, waiting: 0 });
  late.resolve("late");
  assert.equal(await rest, "late");
  assert.deepEqual(dispatcher.activity(), { queued: 0, running: 0, waiting: 0 });
  dispatcher.add("a", async () => {
    log.push("next");
  });
  assert.deepEqual(log, ["next"]);
});

test("of two concurrent waits the first to end reacquires the slot", async () => {
  const { dispatcher, log } = setUp();
  const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  dispatcher.add("a", async (slot) => {
    const both = [slot.releaseWhile(one.promise), slot.releaseWhile(two.promise)];
    await Promise.race(both);
    log.push("first");
    await Promise.all(both);
    log.push("both");
  });
  one.resolve();
  await nextTurn();
  assert.deepEqual(dispatcher.activity(), { queued: 0, running: 1, waiting: 0 });
  two.resolve();
  await nextTurn();
  assert.deepEqual(log, ["first", "both"]);
  assert.deepEqual(dispatcher.activity(), { queued: 0, running: 0, waiting: 0 });
});

test("a full queue takes nothing, and full queues together stop the reading", async () => {
  const { dispatcher, gated } = setUp({ maxHandlersAtOnce: 1 });
  const first = gated("a0");
  dispatcher.add("a", first.task);
  const more = ["a1", "a2", "a3"].map((name) => dispatcher.add("a", gated(name).task));
  assert.deepEqual(more, [true, true, true]);
  assert.equal(dispatcher.add("a", gated("a4").task), false);
  assert.ok(dispatcher.hasCapacity);
  dispatcher.add("b", gated("b1").task);
  dispatcher.add("b", gated("b2").task);
  assert.ok(!dispatcher.hasCapacity);
  const capacity = dispatcher.until(() => dispatcher.hasCapacity);
  first.end();
  await capacity;
  assert.ok(dispatcher.hasCapacity);
});

test("a task that turns out to be several puts them before the rest", async () => {
  const { dispatcher, log } = setUp();
  const write = (name: string) => async () => {
    log.push(name);
  };
  dispatcher.add("a", async () => {
    dispatcher.addNext("a", [write("1b"), write("1c")]);
    log.push("1a");
  });
  dispatcher.add("a", write("2"));
  await nextTurn();
  assert.deepEqual(log, ["1a", "1b", "1c", "2"]);
});

test("after stop nothing begins; abort tells those that run", async () => {
  const { dispatcher, log, gated } = setUp();
  let signal: AbortSignal | undefined;
  dispatcher.add("a", async (slot) => {
    signal = slot.signal;
    await new Promise((resolve) => slot.signal.addEventListener("abort", resolve));
  });
  dispatcher.add("a", gated("queued").task);
  dispatcher.stop();
  assert.ok(dispatcher.add("b", gated("new").task));
  dispatcher.abort(new SeabirdError("closed", "bye"));
  await dispatcher.until(({ running }) => running === 0);
  assert.equal(signal?.aborted, true);
  assert.deepEqual(log, []);
  assert.deepEqual(dispatcher.activity(), { queued: 0, running: 0, waiting: 0 });
});

test("a task without a promise has ended when it returns, and the next one begins", async () => {
  const { clock, dispatcher, log, gated } = setUp({ maxQueuedPerChannel: 20_000 });
  const first = gated("first");
  dispatcher.add("a", first.task);
  const many = Array.from({ length: 10_000 }, (_, index) => `a${index}`);
  for (const name of many) {
    dispatcher.add("a", () => {
      log.push(name);
      return undefined;
    });
  }
  dispatcher.add("b", () => {
    log.push("b");
    return undefined;
  });
  assert.deepEqual(log, ["first+", "b"]);
  first.end();
  await nextTurn();
  assert.deepEqual(log, ["first+", "b", "first-", ...many]);
  assert.deepEqual(dispatcher.activity(), { queued: 0, running: 0, waiting: 0 });
  assert.equal(clock.timers, 0);
});

test("queues of tasks without a promise take turns", () => {
  const { dispatcher, log } = setUp({ maxHandlersAtOnce: 1, maxQueuedInChannels: 100 });
  const write = (name: string) => () => {
    log.push(name);
    return undefined;
  };
  // It adds to two queues while it runs, so that both are full when it returns.
  dispatcher.add("first", () => {
    for (const name of ["a1", "a2", "a3"]) dispatcher.add("a", write(name));
    for (const name of ["b1", "b2", "b3"]) dispatcher.add("b", write(name));
    return undefined;
  });
  assert.deepEqual(log, ["a1", "b1", "a2", "b2", "a3", "b3"]);
});

test("a signal that is read after the time is up is aborted, with the reason", async () => {
  const { clock, dispatcher } = setUp();
  let slot: Slot | undefined;
  dispatcher.add("a", (given) => {
    slot = given;
    return new Promise(() => undefined);
  });
  await clock.advance(2_000);
  assert.ok(slot?.signal.aborted);
  assert.equal(slot.signal, slot.signal);
  assert.match(String(slot.signal.reason), /longer than 1000 ms/);
});
