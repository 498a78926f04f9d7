/** The fake clock and seeded random numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "./fake-clock.ts";
import { seededRandom } from "./seeded-random.ts";

test("timers run in order, each at its own time, and time does not pass in between", async () => {
  const clock = new FakeClock({ startAt: "2026-03-29T00:59:58Z" });
  const fired: string[] = [];
  const record = (name: string) => () =>
    fired.push(`${name} ${new Date(clock.wallMs()).toISOString()}`);
  clock.after(2_000, record("second"));
  clock.after(1_000, record("first"));
  clock.after(2_000, record("third"));
  const undo = clock.after(1_500, record("never"));
  undo();
  undo();
  await clock.advance("2s");
  assert.deepEqual(fired, [
    "first 2026-03-29T00:59:59.000Z",
    "second 2026-03-29T01:00:00.000Z",
    "third 2026-03-29T01:00:00.000Z",
  ]);
});

test("what a timer sets off settles before the next one runs", async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const startMs = clock.now();
  const every = () => {
    fired.push(clock.now() - startMs);
    setImmediate(() => clock.after(100, every));
  };
  clock.after(100, every);
  await clock.advance(350);
  assert.deepEqual(fired, [100, 200, 300]);
  assert.equal(clock.now() - startMs, 350);
  assert.deepEqual(
    clock.pending.map(({ inMs }) => inMs),
    [50],
  );
  assert.match(clock.pending[0]?.setAt ?? "", /fake-clock\.test\.ts/);
});

test("invalid arguments are refused, and a negative delay counts as zero", async () => {
  const clock = new FakeClock();
  await assert.rejects(clock.advance(-1), RangeError);
  await assert.rejects(clock.advance(Number.NaN), RangeError);
  await assert.rejects(clock.advance("soon"));
  assert.throws(() => new FakeClock({ startAt: "someday" }), TypeError);
  let ran = false;
  clock.after(-5, () => {
    ran = true;
  });
  await clock.advance(0);
  assert.ok(ran);
});

test("random numbers depend on the seed and the name", () => {
  const draw = (seed: number, name: string) => {
    const random = seededRandom(seed, name);
    return Array.from({ length: 1_000 }, random);
  };
  assert.deepEqual(draw(7, "dice"), draw(7, "dice"));
  assert.notDeepEqual(draw(7, "dice"), draw(8, "dice"));
  assert.notDeepEqual(draw(7, "dice"), draw(7, "cards"));
  const all = draw(7, "dice");
  assert.ok(all.every((number) => number >= 0 && number < 1));
  const mean = all.reduce((sum, number) => sum + number, 0) / all.length;
  assert.ok(Math.abs(mean - 0.5) < 0.05, `the mean is ${mean}`);
});

test("pass runs what falls due at its own time, and does not wait for rest", () => {
  const clock = new FakeClock({ settle: () => new Promise(() => undefined) });
  const startMs = clock.now();
  const seen: number[] = [];
  clock.after(30, () => {
    seen.push(clock.now() - startMs);
    clock.after(20, () => seen.push(clock.now() - startMs));
  });
  clock.after(200, () => seen.push(clock.now() - startMs));
  clock.pass(100);
  assert.deepEqual(seen, [30, 50]);
  assert.equal(clock.now() - startMs, 100);
});
