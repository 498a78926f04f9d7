/** Lengths of time in code; how they are read in detail is runtime's to test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "./duration.ts";

test("lengths of time are read", () => {
  const rows: [string, number][] = [
    ["5s", 5_000],
    ["1h30m", 5_400_000],
    ["1 h 30 min", 5_400_000],
    ["0s", 0],
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
