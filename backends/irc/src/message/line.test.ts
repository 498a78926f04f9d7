/** Lines: one stays one, and fits. */
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { parseMessage } from "./irc-message.ts";
import { byteLength, decodeLine, foldName, utf8Cut } from "./line.ts";

describe("utf8Cut", () => {
  it("takes as much as fits, by whole code points", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, maxBytes) => {
        const cut = utf8Cut(text, maxBytes);
        assert.ok(byteLength(text.slice(0, cut)) <= maxBytes);
        assert.ok(text.slice(0, cut).isWellFormed());
        const next = String.fromCodePoint(text.codePointAt(cut) ?? 0);
        if (cut < text.length) assert.ok(byteLength(text.slice(0, cut) + next) > maxBytes);
      }),
    );
  });
});

describe("foldName", () => {
  it("folds by the network's rules", () => {
    assert.equal(foldName("#Foo[]^É", "rfc1459"), "#foo{}~É");
    assert.equal(foldName("#Foo[]^", "strict-rfc1459"), "#foo{}^");
    assert.equal(foldName("#Foo[]^", "ascii"), "#foo[]^");
    assert.equal(foldName("A[^", "rfc7613"), "a[^");
    assert.equal(foldName("A[^", "constructor"), "a[^");
  });
});

describe("decodeLine", () => {
  it("reads UTF-8, with or without a carriage return", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const line = text.replace(/[\r\n]/g, "");
        assert.equal(decodeLine(Buffer.from(line)), line.toWellFormed());
        assert.equal(decodeLine(Buffer.from(`${line}\r`)), line.toWellFormed());
      }),
    );
  });

  it("reads what is not UTF-8 as Windows-1252", () => {
    assert.equal(decodeLine(Buffer.from("caf\xe9\r", "latin1")), "café");
  });

  /** Text in Windows-1252, without the characters that it has and Latin-1 has not. */
  const old = (text: string) => Buffer.from(text, "latin1");
  const utf8 = (text: string) => Buffer.from(text);

  for (const [what, pieces, text] of [
    ["a UTF-8 channel, old text", [utf8("PRIVMSG #käse :"), old("schön")], "PRIVMSG #käse :schön"],
    ["an old channel, UTF-8 text", [old("PRIVMSG #käse :"), utf8("schön")], "PRIVMSG #käse :schön"],
    ["an old source", [old(":jürg!u@h JOIN "), utf8("#käse")], ":jürg!u@h JOIN #käse"],
    ["UTF-8 tags", [utf8("@a=ä :n!u@h PRIVMSG b :"), old("ü")], "@a=ä :n!u@h PRIVMSG b :ü"],
    ["old tags", [old("@a=ä :n!u@h PRIVMSG b :"), utf8("ü€")], "@a=ä :n!u@h PRIVMSG b :ü€"],
    ["a cut character at the end", [utf8("Zürich "), old("\xc3")], "Zürich Ã"],
    ["two bytes of three at the end", [utf8("Zürich "), old("\xe2\x82")], "Zürich â‚"],
    ["a quote of an old text in a new one", [utf8("„ä“ is "), old("\xe4")], "„ä“ is ä"],
    ["an old euro sign", [utf8("ü 5 "), old("\x80")], "ü 5 €"],
    ["overlong and surrogate forms", [old("\xc0\x80\xed\xa0\x80")], "À€í\u00a0€"],
    ["an old letter that begins a UTF-8 one", [old("voil\xe0 "), utf8("é")], "voilà é"],
    [
      "short text behind long tags is not cut",
      [utf8(`@a=${"x".repeat(600)} PRIVMSG #b :`), old("voil\xe0")],
      `@a=${"x".repeat(600)} PRIVMSG #b :voilà`,
    ],
  ] as const) {
    it(`reads each byte as what it is: ${what}`, () => {
      assert.equal(decodeLine(Buffer.concat(pieces)), text);
    });
  }

  it("leaves no carriage return within", () => {
    assert.equal(decodeLine(Buffer.from("a\rb\r\r")), "ab");
  });

  it("forgives a server that cut a long line within a character", () => {
    const whole = "é".repeat(300);
    assert.equal(decodeLine(Buffer.from(whole).subarray(0, 509)), "é".repeat(254));
    assert.equal(decodeLine(Buffer.from("🦀".repeat(128)).subarray(0, 511)), "🦀".repeat(127));
  });
});

test("each part of a line is read by itself, whatever the bytes of the others", () => {
  const latin1 = (text: string) => Buffer.from(text, "latin1");
  const rows: readonly (readonly [
    bytes: readonly (string | Buffer)[],
    params: readonly string[],
  ])[] = [
    [
      [":op!o@h KICK #käse bird :", latin1("für dich")],
      ["#käse", "bird", "für dich"],
    ],
    [
      [":op!o@h TOPIC #käse :früh ", latin1("über"), " ✓"],
      ["#käse", "früh über ✓"],
    ],
    [
      [":", latin1("jörg"), "!o@h PART #käse :tschüss ✓"],
      ["#käse", "tschüss ✓"],
    ],
    [[":o!o@h QUIT :", latin1("tschüss")], ["tschüss"]],
    [
      [":o!o@h PRIVMSG #käse :\x01ACTION ", latin1("grüßt"), " grüßt\x01"],
      ["#käse", "\x01ACTION grüßt grüßt\x01"],
    ],
    [
      [":srv 474 bird #käse :", latin1("gesperrt für Vögel")],
      ["bird", "#käse", "gesperrt für Vögel"],
    ],
    [
      ["@x/y=ü :o!o@h PRIVMSG ", latin1("#käse"), " :ü"],
      ["#käse", "ü"],
    ],
    [
      [":o!o@h PRIVMSG #a :Zürich ", Buffer.from([0xc3])],
      ["#a", "Zürich Ã"],
    ],
  ];
  for (const [bytes, params] of rows) {
    const line = Buffer.concat(
      bytes.map((each) => (typeof each === "string" ? Buffer.from(each) : each)),
    );
    assert.deepEqual(parseMessage(decodeLine(line)).params, params, line.toString("latin1"));
  }
  const from = Buffer.concat([Buffer.from(":"), latin1("jörg"), Buffer.from("!o@h PART #käse")]);
  assert.equal(parseMessage(decodeLine(from)).nick, "jörg");
});
