/** Glob patterns of `allow`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesGlob } from "./allow.ts";

test("a star matches any run of characters, nothing else is special", () => {
  const rows: [string, string, boolean][] = [
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["a*", "ab", true],
    ["a*", "ba", false],
    ["*a", "ba", true],
    ["*a", "ab", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["a**c", "ac", true],
    ["*b*", "abc", true],
    ["*bb*b", "abb", false],
    ["a.c", "abc", false],
    ["[ab]", "a", false],
  ];
  for (const [pattern, text, fits] of rows) {
    assert.equal(matchesGlob(pattern.split("*"), text), fits, `${pattern} ${text}`);
  }
});

test("it agrees with an exhaustive search", () => {
  const naive = (pattern: string, text: string): boolean => {
    if (pattern === "") return text === "";
    if (pattern[0] !== "*") return pattern[0] === text[0] && naive(pattern.slice(1), text.slice(1));
    return naive(pattern.slice(1), text) || (text !== "" && naive(pattern, text.slice(1)));
  };
  const of = (letters: string[]) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
  fc.assert(
    fc.property(of(["a", "b", "*"]), of(["a", "b"]), (pattern, text) => {
      assert.equal(matchesGlob(pattern.split("*"), text), naive(pattern, text));
    }),
    { numRuns: 2_000 },
  );
});
