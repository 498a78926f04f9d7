/** Lengths and beginnings of texts in UTF-8. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cutUtf8, utf8Length } from "./utf8.ts";

test("a text that fits is the text itself, another one ends before the code point too many", () => {
  const rows = [
    ["abc", 3, "abc"],
    ["abc", 2, "ab"],
    ["éa", 1, ""],
    ["aé€😀", 10, "aé€😀"],
    ["aé€😀", 9, "aé€"],
    ["aé€😀", 5, "aé"],
    ["\ud83d", 3, "\ud83d"],
    ["\ud83d", 2, ""],
    ["x", 0, ""],
  ] as const;
  for (const [text, maxBytes, beginning] of rows) assert.equal(cutUtf8(text, maxBytes), beginning);
});

test("lengths are those of the encoder, and what is cut is as long as it may be", () => {
  const texts = fc.string({ unit: "binary", maxLength: 50 });
  fc.assert(
    fc.property(texts, fc.nat(120), (text, maxBytes) => {
      assert.equal(utf8Length(text), Buffer.byteLength(text));
      const beginning = cutUtf8(text, maxBytes);
      assert.ok(text.startsWith(beginning));
      assert.ok(utf8Length(beginning) <= maxBytes);
      const next = text.codePointAt(beginning.length);
      if (next === undefined) return;
      const longer = beginning + String.fromCodePoint(next);
      assert.ok(utf8Length(longer) > maxBytes);
    }),
  );
});
