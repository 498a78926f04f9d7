import assert from "node:assert/strict";
import { test } from "node:test";
import { CallOrder } from "./call-order.ts";

const fail = (reason: unknown) => assert.fail(String(reason));

test("what is there goes at once", () => {
  const order = new CallOrder();
  const seen: number[] = [];
  order.pass(1, (value) => seen.push(value), fail);
  assert.deepEqual(seen, [1]);
});

test("what comes later waits for what came before, and a failure delays no other", async () => {
  const order = new CallOrder();
  const seen: unknown[] = [];
  const slow = Promise.withResolvers<number>();
  const broken = Promise.withResolvers<number>();
  const done = Promise.withResolvers<void>();
  order.pass<number>(slow.promise, (value) => seen.push(value), fail);
  order.pass<number>(broken.promise, fail, (reason) => seen.push(reason));
  order.pass(3, (value) => seen.push(value), fail);
  order.pass(4, () => done.resolve(), fail);
  broken.reject("broken");
  assert.deepEqual(seen, []);
  slow.resolve(1);
  await done.promise;
  assert.deepEqual(seen, [1, "broken", 3]);
});

test("an order that has run empty goes at once again", async () => {
  const order = new CallOrder();
  await new Promise<void>((resolve) => order.pass(Promise.resolve(), () => resolve(), fail));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(order.isFree);
});
