/** What keyboards add to a text, and what is left of it for comparing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NameIndex } from "./name-index.ts";
import {
  foldCase,
  foldLoosely,
  isAscii,
  normalise,
  normaliseNumber,
  prefixLength,
  typedName,
  withoutMarks,
} from "./normalise.ts";

test("what is compared has no marks, and one width and form", () => {
  const rows: [string, string][] = [
    ["fru\u0308h", "früh"],
    ["ｐｉｎｇ！", "ping!"],
    ["ﾀﾞｲｽ", "ダイス"],
    ["３٣۳३𝟛", "33333"],
    ["\uFEFFpi\u200Bng\u200E\uFE0F", "ping"],
    ["so\u00ADft\u2060\u180E\u3164", "soft"],
    ["❤\uFE0F", "❤"],
    ["ping\r\n", "ping\r\n"],
    ["五", "五"],
  ];
  for (const [typed, compared] of rows) assert.equal(normalise(typed), compared, typed);
});

test("numbers have one minus sign", () => {
  for (const typed of ["-5", "−5", "–5", "—5", "－５", "\u200E-5", "-٥"]) {
    assert.equal(normaliseNumber(typed), "-5", typed);
  }
});

test("words keep the marks that shape a character", () => {
  const rows: [string, string][] = [
    ["no\u200Brth\uFE0F", "north"],
    ["👨\u200D👩\u200D👧", "👨\u200D👩\u200D👧"],
    ["❤\uFE0F", "❤\uFE0F"],
    ["1\uFE0F\u20E3", "1\uFE0F\u20E3"],
    ["می\u200Cخواهم", "می\u200Cخواهم"],
    ["\u200Fשלום\u200F", "שלום"],
    ["fru\u0308h３", "fru\u0308h３"],
  ];
  for (const [typed, word] of rows) assert.equal(withoutMarks(typed), word, typed);
});

test("names are found in any case, and never one for another", () => {
  const index = new NameIndex([
    "ping",
    "Früh",
    "ISTANBUL",
    "straße",
    "ǆ",
    "masse",
    "maße",
    "λόγος",
  ]);
  const rows: [string, string | undefined][] = [
    ["PING", "ping"],
    ["Pi\u200Bng", "ping"],
    ["ＰＩＮＧ", "ping"],
    ["PİNG", "ping"],
    ["pıng", "ping"],
    ["FRU\u0308H", "Früh"],
    ["istanbul", "ISTANBUL"],
    ["İstanbul", "ISTANBUL"],
    ["STRASSE", "straße"],
    ["ǅ", "ǆ"],
    ["MASSE", "masse"],
    ["Maße", "maße"],
    ["ΛΌΓΟΣ", "λόγος"],
    ["pin", undefined],
    ["", undefined],
  ];
  for (const [typed, name] of rows) assert.equal(index.find(typed), name, typed);
  const turkish = new NameIndex(["kır", "kir"]);
  assert.equal(turkish.find("kır"), "kır");
  assert.equal(turkish.find("kir"), "kir");
  index.delete("ping");
  assert.equal(index.find("PING"), undefined);
});

test("a prefix is found in any width and case, marks around it included", () => {
  const rows: [string, string, number | undefined][] = [
    ["!ping", "!", 1],
    ["！ping", "!", 1],
    ["!ping", "！", 1],
    ["\u200B!\uFE0Fping", "!", 3],
    ["Bot,ping", "bot,", 4],
    ["❤ping", "❤\uFE0F", 1],
    ["❤\uFE0Fping", "❤", 2],
    [" !ping", "!", undefined],
    ["ping", "!", undefined],
    ["", "!", undefined],
    ["ping", "", undefined],
  ];
  for (const [text, prefix, length] of rows) assert.equal(prefixLength(text, prefix), length, text);
});

const typedText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        ..."aİıßςΣΣi\u0307\u0308ｶﾞﾟ！３٣ \r\n\u00A0\u200B\u200D\uFE0F\uFEFF\u20E3\u00AD\uD800❤",
        "👍🏽",
        "\u{E0061}",
        "𝟛",
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join("")),
);

for (const [name, normal] of Object.entries({
  normalise,
  foldCase,
  foldLoosely,
  withoutMarks,
  typedName,
  normaliseNumber,
})) {
  test(`${name} is idempotent, and leaves ASCII alone`, () => {
    fc.assert(
      fc.property(typedText, (text) => {
        const once = normal(text);
        assert.equal(normal(once), once);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
        assert.ok(isAscii(text));
        const expected = name.startsWith("fold") ? text.toLowerCase() : text;
        assert.equal(normal(text), expected);
      }),
    );
  });
}

test("every digit of every script has its value", () => {
  for (let code = 0x80; code < 0x20000; code++) {
    const char = String.fromCodePoint(code);
    if (/\p{Nd}/u.test(char)) assert.match(normalise(char), /^[0-9]$/, code.toString(16));
  }
});
