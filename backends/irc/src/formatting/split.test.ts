/** Splitting: for any text in any style, lines that fit and lose nothing. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blockquote, bold, fencedCode, text } from "@seabird-chat/protocol";
import fc from "fast-check";
import { byteLength } from "../message/line.ts";
import { CODES, type Style, TOGGLES } from "./codes.ts";
import { renderBlock, type TextLine } from "./render.ts";
import { parseRuns, plainRuns, type Run } from "./runs.ts";
import { MIN_SPLIT_BYTES, splitLines } from "./split.ts";

const splitText = (words: string, maxBytes: number) =>
  splitLines(renderBlock(text(words)), maxBytes);

const FAMILY = "👩‍👩‍👧‍👦";
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      " ",
      "  ",
      "7",
      ",",
      "word",
      "e\u0301",
      FAMILY,
      "🇫🇷",
      "🦀",
      "ß",
      "漢字",
      " \u0301",
    ),
    fc.constant("a".repeat(70)),
    fc.string({ unit: "grapheme", maxLength: 3 }),
  ),
  maxLength: 40,
});
const anyStyle = fc.subarray([...TOGGLES]).map((names): Style => new Set(names));
const anyRuns = fc.array(fc.record({ text: anyText, style: anyStyle }), { maxLength: 12 });
const lengths = fc.integer({ min: MIN_SPLIT_BYTES, max: 450 });
const words = fc.array(fc.stringMatching(/^[a-zé漢🦀]{1,12}$/u), { minLength: 1, maxLength: 120 });

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Each visible character with its formatting, in their order. */
function formatted(runs: readonly Run[]): string[] {
  return runs.flatMap(({ text: part, style }) =>
    [...part.replaceAll(/\s/gu, "")].map((char) => `${char} ${[...style].sort().join("+")}`),
  );
}

describe("splitLines", () => {
  it("never exceeds the limit, cuts no character, and loses nothing but spaces", () => {
    fc.assert(
      fc.property(anyRuns, lengths, fc.boolean(), (given, maxBytes, verbatim) => {
        const runs = given.map((run) => ({ ...run, text: run.text.replaceAll(/[\p{Cc}]/gu, "") }));
        const line: TextLine = { runs, quotes: 0, verbatim };
        const lines = splitLines([line], maxBytes);
        for (const each of lines) {
          assert.ok(byteLength(each) <= maxBytes, `${byteLength(each)} > ${maxBytes}`);
          assert.ok(each.isWellFormed());
        }
        const read = lines.map((each) => parseRuns(each));
        assert.deepEqual(formatted(read.flat()), formatted(runs));
        if (verbatim) assert.equal(read.map(plainRuns).join(""), plainRuns(runs));
      }),
      { numRuns: 500 },
    );
  });

  it("cuts only between graphemes, even where the style changes within one", () => {
    fc.assert(
      fc.property(anyRuns, lengths, (given, maxBytes) => {
        const runs = given.map((run) => ({ ...run, text: run.text.replaceAll(/[\p{Cc}]/gu, "") }));
        const whole = plainRuns(runs);
        const ends = new Set([...graphemes.segment(whole)].map(({ index }) => index));
        let at = 0;
        for (const line of splitLines([{ runs, quotes: 0, verbatim: true }], maxBytes)) {
          assert.ok(at === 0 || ends.has(at), `cut at ${at}`);
          at += plainRuns(parseRuns(line)).length;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("counts the codes within a grapheme", () => {
    const accent: Run = { text: "\u0301", style: new Set(["bold", "italics"]) };
    const runs = Array.from({ length: 100 }, () => [
      { text: "e", style: new Set() } as Run,
      accent,
    ]);
    for (let maxBytes = 64; maxBytes < 80; maxBytes++) {
      for (const line of splitLines([{ runs: runs.flat(), quotes: 0, verbatim: true }], maxBytes)) {
        assert.ok(byteLength(line) <= maxBytes);
        assert.ok(plainRuns(parseRuns(line)).startsWith("e\u0301"));
      }
    }
  });

  it("splits between words that fit, and keeps them in order", () => {
    fc.assert(
      fc.property(words, lengths, (given, maxBytes) => {
        const lines = splitText(given.join(" "), maxBytes);
        assert.deepEqual(
          lines.flatMap((line) => line.split(" ")),
          given,
        );
      }),
    );
  });

  it("puts as many words as fit on a line", () => {
    const lines = splitText("x".repeat(9).concat(" ").repeat(20), 100);
    assert.deepEqual(lines.map(byteLength), [99, 99]);
  });

  it("cuts a long word between graphemes", () => {
    const lines = splitText(FAMILY.repeat(20), 90);
    assert.equal(lines.join(""), FAMILY.repeat(20));
    for (const line of lines) assert.equal(line.replaceAll(FAMILY, ""), "");
  });

  it("cuts even a grapheme that is longer than a line", () => {
    const zalgo = `a${"\u0301".repeat(400)}`;
    const lines = splitText(zalgo, 100);
    assert.equal(lines.join(""), zalgo);
    assert.ok(lines.length >= 8);
  });

  it("turns formatting on again after a split", () => {
    const lines = splitLines(renderBlock(text`${bold("bold ".repeat(40))}plain`), 80);
    assert.ok(lines.length > 2);
    for (const line of lines) assert.ok(line.startsWith(CODES.bold), line);
    assert.ok(lines.at(-1)?.endsWith(`${CODES.bold}plain`));
  });

  it("repeats the mark of a quote after a split", () => {
    const lines = splitLines(renderBlock(blockquote("quoted ".repeat(40))), 80);
    assert.ok(lines.length > 2);
    for (const line of lines) assert.ok(line.startsWith("> quoted"), line);
  });

  it("keeps indentation and drops empty lines", () => {
    assert.deepEqual(splitText("a\n\n  b\r\n \rc", 80), ["a", "  b", "c"]);
  });

  it("keeps every space of code, and its words whole", () => {
    const code = `    ${"call(argument)  ".repeat(12)}`;
    const lines = splitLines(renderBlock(fencedCode(code)), 80);
    assert.equal(lines.map((line) => plainRuns(parseRuns(line))).join(""), code);
    for (const line of lines.slice(0, -1)) assert.match(line, / $/);
  });

  it("splits the longest message quickly", () => {
    const styles: Style[] = TOGGLES.map((toggle) => new Set([toggle]));
    const runs = Array.from({ length: 32_000 }, (_, index) => ({
      text: "é",
      style: styles[index % styles.length] ?? new Set(),
    }));
    assert.ok(splitLines([{ runs, quotes: 0, verbatim: false }], 400).length > 100);
  });
});
