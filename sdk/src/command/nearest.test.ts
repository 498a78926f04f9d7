/** The nearest word to a typo. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nearest } from "./nearest.ts";

test("typos are distinguished from other words", () => {
  const words = ["start", "stop", "status", "go", "add", "remove"];
  const rows: [string, string | undefined][] = [
    ["strat", "start"],
    ["stp", "stop"],
    ["STATUS", "status"],
    ["remvoe", "remove"],
    ["rmoe", "remove"],
    ["ad", "add"],
    ["g", undefined],
    ["og", undefined],
    ["xyz", undefined],
    ["", undefined],
    ["s".repeat(10_000), undefined],
  ];
  for (const [typed, found] of rows) assert.equal(nearest(typed, words), found, typed);
});

test("a word is nearest to itself", () => {
  const words = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(words, fc.nat(), (all, pick) => {
      const word = all[pick % all.length] ?? "";
      assert.equal(nearest(word, all), word);
    }),
  );
});
