import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseDuration } from "./times.ts";

test("durations are read with their unit, and nothing else is", () => {
  assert.equal(parseDuration("90m"), 5_400_000);
  assert.equal(parseDuration("2w"), 1_209_600_000);
  for (const wrong of ["", "5", "0d", "-1d", "1y", "1.5h", "d"]) {
    assert.throws(() => parseDuration(wrong), { exitCode: 2 }, wrong);
  }
});

test("durations are shown by their two largest units", () => {
  const cases: readonly (readonly [ms: number, text: string])[] = [
    [0, "0s"],
    [-5, "0s"],
    [999, "0s"],
    [65_000, "1m 5s"],
    [3_600_000, "1h"],
    [273_845_000, "3d 4h"],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});
