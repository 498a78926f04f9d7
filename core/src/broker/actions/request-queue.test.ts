import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RequestQueue } from "./request-queue.ts";

const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill);

test("it has capacity up to its bounds, in requests and in bytes", () => {
  const queue = new RequestQueue({ maxRequests: 2, maxBytes: 10 });
  assert.ok(queue.hasCapacity(1_000), "one request always has room");
  queue.push(bytes(6));
  assert.ok(queue.hasCapacity(4));
  assert.ok(!queue.hasCapacity(5));
  queue.push(bytes(1));
  assert.ok(!queue.hasCapacity(0));
});

test("its reader is woken once, until it finds nothing again", () => {
  const queue = new RequestQueue({ maxRequests: 9, maxBytes: 100 });
  let woken = 0;
  queue.onReady = () => woken++;
  queue.push(bytes(1));
  queue.push(bytes(1));
  assert.equal(woken, 1);
  assert.equal(queue.take(100)?.length, 2);
  queue.push(bytes(1));
  assert.equal(woken, 1);
  queue.take(100);
  assert.equal(queue.take(100), undefined);
  queue.push(bytes(1));
  assert.equal(woken, 2);
});

test("an end drops what waits, takes nothing more, and wakes the reader", () => {
  const queue = new RequestQueue({ maxRequests: 9, maxBytes: 100 });
  let woken = 0;
  queue.onReady = () => woken++;
  queue.push(bytes(1));
  const end = { error: undefined };
  queue.finish(end);
  queue.finish({ error: undefined });
  assert.equal(queue.end, end);
  assert.equal(queue.size, 0);
  assert.equal(queue.take(100), undefined);
  queue.push(bytes(1))();
  assert.equal(queue.size, 0);
  assert.ok(woken >= 1);
});

const step = fc.oneof(
  fc.record({ kind: fc.constant("push" as const), size: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant("withdraw" as const), which: fc.nat(30) }),
  fc.record({ kind: fc.constant("take" as const), maxBytes: fc.integer({ min: 1, max: 30 }) }),
);

test("it does what a plain list would do", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const queue = new RequestQueue({ maxRequests: 1_000, maxBytes: 10_000 });
      const model: { id: number; bytes: Uint8Array }[] = [];
      const withdrawals: (() => void)[] = [];
      for (const each of steps) {
        if (each.kind === "push") {
          const entry = { id: withdrawals.length, bytes: bytes(each.size, withdrawals.length) };
          model.push(entry);
          withdrawals.push(queue.push(entry.bytes));
        } else if (each.kind === "withdraw") {
          withdrawals[each.which]?.();
          const at = model.findIndex(({ id }) => id === each.which);
          if (at >= 0) model.splice(at, 1);
        } else {
          const expected: number[] = [];
          for (let next = model[0]; next !== undefined; next = model[0]) {
            if (expected.length > 0 && expected.length + next.bytes.length > each.maxBytes) break;
            expected.push(...next.bytes);
            model.shift();
          }
          assert.deepEqual([...(queue.take(each.maxBytes) ?? [])], expected);
        }
        assert.equal(queue.size, model.length);
        assert.equal(
          queue.bytes,
          model.reduce((sum, { bytes: { length } }) => sum + length, 0),
        );
      }
    }),
  );
});

test("what waits is held for its caller, until it is taken or withdrawn", () => {
  const queue = new RequestQueue({ maxRequests: 10, maxBytes: 100 });
  let held = 0;
  const holding = {
    hold(bytes: number) {
      held += bytes;
    },
  };
  const withdraw = queue.push(new Uint8Array(3), holding);
  queue.push(new Uint8Array(4), holding);
  queue.push(new Uint8Array(5), holding);
  assert.equal(held, 12);
  assert.ok(withdraw());
  assert.ok(!withdraw());
  assert.equal(held, 9);
  queue.take(4);
  assert.equal(held, 5);
  queue.close();
  assert.equal(held, 0);
  queue.finish({ error: undefined });
  queue.push(new Uint8Array(6), holding);
  assert.equal(held, 0, "it takes nothing more");
});
