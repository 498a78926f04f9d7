/** Words and quotes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstWord, splitWords } from "./words.ts";

const texts = (line: string) => splitWords(line).map(({ text }) => text);

test("words as a person means them", () => {
  const rows: [string, string[]][] = [
    ["", []],
    ["  \t ", []],
    ["a  b\u00A0c", ["a", "b", "c"]],
    ['"two words" x', ["two words", "x"]],
    ["“two words” x", ["two words", "x"]],
    ["don't 'do it'", ["don't", "'do", "it'"]],
    ['5" pipe', ['5"', "pipe"]],
    ['say "a \\"b\\" c"', ["say", 'a "b" c']],
    ['"C:\\new" \\o/', ["C:\\new", "\\o/"]],
    ['"a\\\\"', ["a\\"]],
    ['--x="a b" -y="c d"', ["--x=a b", "-y=c d"]],
    ['x="a b"', ['x="a', 'b"']],
    ['--x=a="b c"', ['--x=a="b', 'c"']],
    ['"a"b', ["ab"]],
    ['""', [""]],
    ['"open', ['"open']],
    ['a "open b', ["a", '"open', "b"]],
    ["„the north“ x", ["the north", "x"]],
    ["„the north” x", ["the north", "x"]],
    ["”the north” x", ["the north", "x"]],
    ["«the north» x", ["the north", "x"]],
    ["« the north » x", ["the north", "x"]],
    ["«\u00A0the north\u00A0» x", ["the north", "x"]],
    ["»the north« x", ["the north", "x"]],
    ["»the north» x", ["the north", "x"]],
    ["‹the north› x", ["the north", "x"]],
    ["「the north」x", ["the northx"]],
    ["『the north』 ｢a b｣", ["the north", "a b"]],
    ["＂the north＂ x", ["the north", "x"]],
    ["‘the north’ x", ["the north", "x"]],
    ["‚the north‘ x", ["the north", "x"]],
    ['“the north" x', ["the north", "x"]],
    ['"the north” x', ["the north", "x"]],
    ["“the north“ x", ["the north", "x"]],
    ['“the north" red “the door”', ["the north", "red", "the door"]],
    ['"the north” red "the door"', ["the north", "red", "the door"]],
    ['“say "a b" now” x', ['say "a b" now', "x"]],
    ['“a 5" pipe” x', ['a 5" pipe', "x"]],
    ["‘tis rock ’n’ roll don’t", ["‘tis", "rock", "’n’", "roll", "don’t"]],
    ["„a \\“ b“", ["a “ b"]],
    ["—x=„a b“ –y=«c d»", ["—x=a b", "–y=c d"]],
    ['no\u200Brth \u200E"two\u200B words"', ["north", "two\u200B words"]],
    ["a \u200B \uFEFF b", ["a", "b"]],
    ["a\r\nb", ["a", "b"]],
    ["א\u200F ב", ["א", "ב"]],
  ];
  for (const [line, words] of rows) assert.deepEqual(texts(line), words, line);
  assert.deepEqual(
    splitWords('"a" "b').map(({ quoted, unclosed }) => [quoted, unclosed]),
    [
      [true, false],
      [true, true],
    ],
  );
});

test("the first word, as typed", () => {
  assert.deepEqual(firstWord("  a  b c "), { word: "a", rest: "b c" });
  assert.deepEqual(firstWord("a"), { word: "a", rest: "" });
  assert.deepEqual(firstWord(" "), { word: "", rest: "" });
});

test("a quoted text is read as itself, whatever is in it", () => {
  const line = fc.array(fc.string({ unit: "binary" }), { maxLength: 8 });
  fc.assert(
    fc.property(line, (words) => {
      assert.deepEqual(texts(words.map(quoteWord).join(" ")), words);
    }),
  );
});

test("words have their positions in the line, in order, with blanks only between", () => {
  const piece = fc.constantFrom('"', "“", "”", "\\", " ", "=", "-", "a", "\n", "é", "\u{1F600}");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const line = pieces.join("");
      let at = 0;
      for (const { start, end } of splitWords(line)) {
        assert.equal(line.slice(at, start).trim(), "");
        assert.ok(end > start);
        at = end;
      }
      assert.equal(line.slice(at).trim(), "");
    }),
  );
});

/** The text in quotes, so that it is read as one word again. */
function quoteWord(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
