/** Lines: one stays one, and fits. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
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

  it("leaves no carriage return within", () => {
    assert.equal(decodeLine(Buffer.from("a\rb\r\r")), "ab");
  });

  it("forgives a server that cut a long line within a character", () => {
    const whole = "é".repeat(300);
    assert.equal(decodeLine(Buffer.from(whole).subarray(0, 509)), "é".repeat(254));
    assert.equal(decodeLine(Buffer.from("🦀".repeat(128)).subarray(0, 511)), "🦀".repeat(127));
  });
});
