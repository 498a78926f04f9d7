/** Lines: one stays one, and fits. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { byteLength, cleanLine, decodeLine, foldName, MAX_LINE_BYTES, utf8Cut } from "./line.ts";

/** Any text, often with what must not pass. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\r", "\n", "\0", "\r\n", " ", "é", "🦀"),
    fc.string({ unit: "binary" }),
  ),
});

describe("cleanLine", () => {
  it("never lets a second line through", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        assert.doesNotMatch(cleanLine(text), /[\r\n]|\0/);
      }),
    );
  });

  it("never makes a line that is longer than a server reads", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 100, maxLength: 900 }), (text) => {
        const clean = cleanLine(text);
        assert.ok(byteLength(clean) <= MAX_LINE_BYTES);
        assert.ok(text.replaceAll(/[\r\n\0]/g, "").startsWith(clean));
      }),
    );
  });

  it("leaves a good line as it is", () => {
    assert.equal(cleanLine("PRIVMSG #a :\x02hi\x02 \x01"), "PRIVMSG #a :\x02hi\x02 \x01");
  });
});

describe("utf8Cut", () => {
  it("takes as much as fits, by whole code points", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, room) => {
        const cut = utf8Cut(text, room);
        assert.ok(byteLength(text.slice(0, cut)) <= room);
        assert.ok(text.slice(0, cut).isWellFormed());
        const next = String.fromCodePoint(text.codePointAt(cut) ?? 0);
        if (cut < text.length) assert.ok(byteLength(text.slice(0, cut) + next) > room);
      }),
    );
  });
});

describe("foldName", () => {
  it("folds by the network's rules", () => {
    assert.equal(foldName("#Foo[]^É", "rfc1459"), "#foo{}~É");
    assert.equal(foldName("#Foo[]^", "strict-rfc1459"), "#foo{}^");
    assert.equal(foldName("#Foo[]^", "ascii"), "#foo[]^");
    assert.equal(foldName("A^", "something else"), "a~");
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

  it("forgives a server that cut a long line within a character", () => {
    const whole = "é".repeat(300);
    assert.equal(decodeLine(Buffer.from(whole).subarray(0, 509)), "é".repeat(254));
    assert.equal(decodeLine(Buffer.from("🦀".repeat(128)).subarray(0, 511)), "🦀".repeat(127));
  });
});
