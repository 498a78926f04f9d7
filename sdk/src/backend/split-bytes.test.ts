/** Cutting texts: nothing lost, nothing too long, nothing torn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitBytes } from "./split-bytes.ts";

const bytes = (text: string) => Buffer.byteLength(text);
const graphemes = (text: string) =>
  [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map((one) => one.index);

test("cuts are made at blanks, then between characters", () => {
  assert.deepEqual(splitBytes("", 10), []);
  assert.deepEqual(splitBytes("one two three", 8), ["one two ", "three"]);
  assert.deepEqual(splitBytes("onetwothree", 4), ["onet", "woth", "ree"]);
  assert.deepEqual(splitBytes("ä€𝄞", 4), ["ä", "€", "𝄞"]);
  const family = "👨‍👩‍👧";
  assert.deepEqual(splitBytes(`ab${family}`, bytes(family)), ["ab", family]);
  // Larger than any piece: torn between code points at least.
  assert.equal(splitBytes(family, 8).join(""), family);
});

test("any text: the pieces are the text again, fit, and tear no grapheme that fits", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.constantFrom(" ", "\n", "é", "e\u0301", "🏳️‍🌈", "👨‍👩‍👧", "\ud800", "ﷺ", "\r\n"),
  );
  const text = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 40 }), (given, maxBytes) => {
      const whole = given.toWellFormed();
      const pieces = splitBytes(given, maxBytes);
      assert.equal(pieces.join(""), whole);
      const bounds = new Set(graphemes(whole));
      let at = 0;
      for (const one of pieces) {
        assert.ok(one !== "" && bytes(one) <= maxBytes && one.isWellFormed());
        if (!bounds.has(at)) {
          const start = Math.max(...[...bounds].filter((bound) => bound < at));
          const end = Math.min(...[...bounds, whole.length].filter((bound) => bound > at));
          assert.ok(bytes(whole.slice(start, end)) > maxBytes, JSON.stringify(given));
        }
        at += one.length;
      }
    }),
    { numRuns: 500 },
  );
});

test("no limit is too small but those under a code point", () => {
  for (const limit of [3, 0, -1, 4.5, Number.NaN]) {
    assert.throws(() => splitBytes("x", limit), { code: "bad_option" });
  }
});
