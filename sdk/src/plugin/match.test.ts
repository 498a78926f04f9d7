/** Patterns of `hears` in what people type. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findMatch } from "./match.ts";

test("a pattern is found in the text as typed, else in what was meant", () => {
  const rows: [RegExp, string, readonly string[] | undefined][] = [
    [/^hi$/, "hi", ["hi"]],
    [/^hi$/, "hi ", ["hi"]],
    [/^hi$/, " hi\u00A0\r\n", ["hi"]],
    [/^hi$/, "hi\u200B", ["hi"]],
    [/^hi$/, "\uFEFFhi \u200E", ["hi"]],
    [/^früh$/i, "Fru\u0308h", ["Früh"]],
    [/^roll (\d+)$/, "roll ３", ["roll 3", "3"]],
    [/^hi！$/, "hi!", undefined],
    [/^hi$/, "hi there", undefined],
    // As typed where that matches.
    [/^say (.*)$/s, "say a\u200Bb  ", ["say a\u200Bb  ", "a\u200Bb  "]],
    [/^say (.*)$/s, "say fru\u0308h３", ["say fru\u0308h３", "fru\u0308h３"]],
  ];
  for (const [pattern, text, groups] of rows) {
    const found = findMatch(pattern, text);
    assert.deepEqual(found && [...found].filter((group) => group !== ""), groups, text);
  }
});
