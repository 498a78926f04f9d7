/** Lengths of time for people. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "./duration.ts";

test("the two largest units are told", () => {
  const rows = [
    [-5_000, "0 s"],
    [0, "0 s"],
    [7_900, "7 s"],
    [60_000, "1 min 0 s"],
    [3_661_000, "1 h 1 min"],
    [90_000_000, "1 d 1 h"],
    [86_400_000 * 400, "400 d 0 h"],
  ] as const;
  for (const [ms, told] of rows) assert.equal(duration(ms), told);
});
