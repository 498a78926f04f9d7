/** Pauses between attempts: they grow, stay bounded, and differ. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "./backoff.ts";

test("pauses double from the least to the most, half of each random", () => {
  const at = (failures: number, random: number) =>
    backoffMs(failures, { minMs: 100, maxMs: 1_000, random });
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50, 5_000].map((n) => at(n, 1)),
    [100, 200, 400, 800, 1_000, 1_000, 1_000],
  );
  assert.deepEqual(
    [1, 2, 5].map((n) => at(n, 0)),
    [50, 100, 500],
  );
});
