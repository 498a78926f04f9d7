/** Lengths of time, read and told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { duration, readDuration, tellDuration } from "./duration.ts";

test("lengths of time are read", () => {
  const rows: [string, number][] = [
    ["5s", 5_000],
    ["1h30m", 5_400_000],
    ["1 h 30 min", 5_400_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["2W", 1_209_600_000],
    ["0s", 0],
    ["3 days", 259_200_000],
  ];
  for (const [text, ms] of rows) assert.equal(duration(text), ms, text);
});

test("what is none says so", () => {
  for (const text of ["", " ", "5", "s", "-5s", "5x", "1..5s", ".s", "1e3s", "5s!", "9999999d"]) {
    assert.throws(
      () => duration(text),
      { code: "bad_option", message: /not a length of time/ },
      text,
    );
  }
  assert.throws(() => duration(5 as unknown as string), { message: /^5 is not/ });
});

test("what is told is read again", () => {
  assert.equal(tellDuration(5_400_000), "1 h 30 min");
  assert.equal(tellDuration(0), "0 s");
  fc.assert(
    fc.property(fc.nat(), (ms) => {
      assert.equal(readDuration(tellDuration(ms)), ms);
    }),
  );
});
