/** Splitting: for any text, lines that fit and lose nothing. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PLAIN, stripCodes, styleAfter } from "./codes.ts";
import { byteLength } from "./line.ts";
import { MIN_SPLIT_BYTES, splitText } from "./split.ts";

const anything = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\n",
      "\r\n",
      "\r",
      "\0",
      " ",
      "  ",
      "\x02",
      "\x1d",
      "\x0304",
      "\x034,12",
      "\x0f",
      "7",
      ",",
    ),
    fc.constantFrom("word", "e\u0301", "👩‍👩‍👧‍👦", "🦀", "ß", "漢字", "a".repeat(70)),
    fc.string({ unit: "binary" }),
  ),
  maxLength: 200,
});
const room = fc.integer({ min: MIN_SPLIT_BYTES, max: 450 });
const words = fc.array(fc.stringMatching(/^[a-zé漢🦀]{1,12}$/u), { minLength: 1, maxLength: 120 });

describe("splitText", () => {
  it("never exceeds the limit, never holds a line break, never cuts a character", () => {
    fc.assert(
      fc.property(anything, room, (text, maxBytes) => {
        for (const line of splitText(text, maxBytes)) {
          assert.ok(byteLength(line) <= maxBytes, `${byteLength(line)} > ${maxBytes}`);
          assert.doesNotMatch(line, /[\r\n]|\0/);
          assert.ok(line.isWellFormed());
          assert.notEqual(stripCodes(line).trim(), "");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps every character but the white space at the cuts", () => {
    fc.assert(
      fc.property(anything, room, (text, maxBytes) => {
        const bare = (each: string) => stripCodes(each).replaceAll(/\s/g, "");
        assert.equal(bare(splitText(text, maxBytes).join("")), bare(text.toWellFormed()));
      }),
      { numRuns: 500 },
    );
  });

  it("cuts between words that fit, and keeps them in order", () => {
    fc.assert(
      fc.property(words, room, (list, maxBytes) => {
        const lines = splitText(list.join(" "), maxBytes);
        assert.deepEqual(
          lines.flatMap((line) => line.split(" ")),
          list,
        );
      }),
    );
  });

  it("takes as many words as fit", () => {
    const lines = splitText("x".repeat(9).concat(" ").repeat(20), 100);
    assert.deepEqual(lines.map(byteLength), [99, 99]);
  });

  it("cuts a long word between graphemes", () => {
    const family = "👩‍👩‍👧‍👦";
    const lines = splitText(family.repeat(20), 90);
    assert.equal(lines.join(""), family.repeat(20));
    for (const line of lines) assert.equal(line.replaceAll(family, ""), "");
  });

  it("cuts even a grapheme that is longer than a line", () => {
    const zalgo = `a${"\u0301".repeat(400)}`;
    const lines = splitText(zalgo, 100);
    assert.equal(lines.join(""), zalgo);
    assert.ok(lines.length >= 8);
  });

  it("opens formatting again after a cut", () => {
    const lines = splitText(`\x02${"bold ".repeat(40)}\x02plain`, 80);
    assert.ok(lines.length > 2);
    for (const line of lines) assert.ok(line.startsWith("\x02"), line);
    assert.deepEqual(styleAfter(PLAIN, lines.at(-1) ?? ""), PLAIN);
  });

  it("keeps indentation and drops empty lines", () => {
    assert.deepEqual(splitText("a\n\n  b\r\n \rc", 80), ["a", "  b", "c"]);
  });
});
