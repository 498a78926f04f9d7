/** Lengths of time, read and written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, formatRoughDuration, parseDuration } from "./durations.ts";

test("lengths of time are read with their units, and nothing else is", () => {
  const rows: readonly (readonly [string, number])[] = [
    ["90s", 90_000],
    ["5s", 5_000],
    ["12h", 43_200_000],
    ["2w", 1_209_600_000],
    ["90m", 5_400_000],
    ["1h30m", 5_400_000],
    ["1 h 30 min", 5_400_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["2W", 1_209_600_000],
    ["0s", 0],
    ["3 days", 259_200_000],
    ["5mins", 300_000],
    ["2hrs", 7_200_000],
    ["1hr 30secs", 3_630_000],
    ["2wks", 1_209_600_000],
    ["5\u00A0min", 300_000],
    ["1\u202Fh 5\u2009min", 3_900_000],
    ["1h30", 5_400_000],
    ["1H 5", 3_900_000],
    ["5m30", 330_000],
    ["1d2h30", 95_400_000],
    ["1d12", 129_600_000],
  ];
  for (const [text, ms] of rows) assert.equal(parseDuration(text), ms, text);
  for (const text of [
    ...["", " ", "5", "s", "d", "-5s", "-1d", "5x", "1y", "1..5s", ".s", "1e3s", "5s!"],
    ...["1h60", "1s5", "2w3", "1h1.5", "1d24", "5 6", "1h30 5"],
    ...["9999999d", "1s".repeat(40)],
  ]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test("what is written is read again", () => {
  assert.equal(formatDuration(5_400_000), "1 h 30 min");
  assert.equal(formatDuration(0), "0 s");
  fc.assert(
    fc.property(fc.nat(), (ms) => {
      assert.equal(parseDuration(formatDuration(ms)), ms);
    }),
  );
});

test("ages are shown by their largest unit and the one below it", () => {
  const rows: readonly (readonly [ms: number, text: string])[] = [
    [-5_000, "0 s"],
    [0, "0 s"],
    [999, "0 s"],
    [7_900, "7 s"],
    [60_000, "1 min"],
    [65_000, "1 min 5 s"],
    [3_600_000, "1 h"],
    [3_661_000, "1 h 1 min"],
    [90_000_000, "1 d 1 h"],
    [86_405_000, "1 d"],
    [273_845_000, "3 d 4 h"],
    [86_400_000 * 400, "400 d"],
  ];
  for (const [ms, text] of rows) assert.equal(formatRoughDuration(ms), text);
});
