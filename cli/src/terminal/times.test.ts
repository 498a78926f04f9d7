import assert from "node:assert/strict";
import { test } from "node:test";
import { durationOption } from "./times.ts";

test("durations are read with their unit, and nothing else is", () => {
  assert.equal(durationOption("90m"), 5_400_000);
  assert.equal(durationOption("1h30m"), 5_400_000);
  assert.equal(durationOption("2w"), 1_209_600_000);
  for (const wrong of ["", "5", "0d", "-1d", "1y", "d", "40000d"]) {
    assert.throws(() => durationOption(wrong), { exitCode: 2 }, wrong);
  }
});
