import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../test/manual-clock.ts";
import { Deadlines } from "./deadlines.ts";

test("deadlines expire in order of time, not before", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  for (const [name, inMs] of [
    ["c", 30],
    ["a", 10],
    ["b", 20],
  ] as const) {
    deadlines.add(clock.now() + inMs, () => expired.push(name));
  }
  clock.advance(9);
  assert.deepEqual(expired, []);
  clock.advance(11);
  assert.deepEqual(expired, ["a", "b"]);
  clock.advance(1_000);
  assert.deepEqual(expired, ["a", "b", "c"]);
});

test("there is one timer for all, and none for none", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const undos = Array.from({ length: 1_000 }, (_, i) => deadlines.add(2_000 - i, () => {}));
  assert.equal(clock.armed, 1);
  for (const undo of undos) undo();
  assert.equal(deadlines.size, 0);
  assert.equal(clock.armed, 0);
  for (const undo of undos) undo();
  assert.equal(deadlines.size, 0);
});

test("a deadline may be added and called off while others expire", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  const callOff = deadlines.add(clock.now() + 10, () => expired.push("called off"));
  deadlines.add(clock.now() + 5, () => {
    expired.push("first");
    callOff();
    deadlines.add(clock.now(), () => expired.push("late"));
  });
  clock.advance(100);
  assert.deepEqual(expired, ["first", "late"]);
  assert.equal(clock.armed, 0);
});

const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), inMs: fc.nat(50) }),
  fc.record({ kind: fc.constant("callOff" as const), which: fc.nat(40) }),
  fc.record({ kind: fc.constant("advance" as const), ms: fc.nat(30) }),
);

test("it does what a plain list would do", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const clock = new ManualClock();
      const deadlines = new Deadlines(clock);
      const model = new Map<number, number>();
      const undos: (() => void)[] = [];
      const expired: number[] = [];
      for (const each of steps) {
        if (each.kind === "add") {
          const id = undos.length;
          model.set(id, clock.now() + each.inMs);
          undos.push(deadlines.add(clock.now() + each.inMs, () => expired.push(id)));
        } else if (each.kind === "callOff") {
          undos[each.which]?.();
          if (!expired.includes(each.which)) model.delete(each.which);
        } else {
          clock.advance(each.ms);
          const due = [...model].filter(([, atMs]) => atMs <= clock.now());
          for (const [id] of due) model.delete(id);
          const now = expired.splice(0);
          assert.deepEqual(new Set(now), new Set(due.map(([id]) => id)));
        }
        assert.equal(deadlines.size, model.size);
        assert.ok(clock.armed <= 1);
      }
    }),
  );
});
