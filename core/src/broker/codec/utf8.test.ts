import assert from "node:assert/strict";
import { test } from "node:test";
import { cutUtf8 } from "@seabird-chat/protocol";
import fc from "fast-check";
import { fits, isUtf8, mapBytes, utf8Bytes } from "./utf8.ts";

const text = fc.string({ unit: "grapheme", maxLength: 30 });

test("a text fits if its UTF-8 form does", () => {
  fc.assert(
    fc.property(text, fc.nat(80), (each, maxBytes) => {
      assert.equal(fits(each, maxBytes), Buffer.byteLength(each) <= maxBytes);
      assert.equal(utf8Bytes(each), Buffer.byteLength(each));
    }),
  );
});

test("a cut text fits, is the beginning of the whole, and breaks no character", () => {
  fc.assert(
    fc.property(text, fc.nat(80), (each, maxBytes) => {
      const short = cutUtf8(each, maxBytes);
      assert.ok(fits(short, maxBytes));
      assert.ok(each.startsWith(short) && short.isWellFormed());
      const next = String.fromCodePoint(each.codePointAt(short.length) ?? 0);
      if (short !== each) assert.ok(!fits(short + next, maxBytes), "not cut too short");
    }),
  );
});

test("a map's size is an upper bound", () => {
  assert.equal(mapBytes({}), 0);
  assert.ok(mapBytes({ a: "b", c: "é" }) >= 5 + 2 * 6);
});

test("any text is cut at a code point, and never beyond the limit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 64 }), (text, max) => {
      const shortened = cutUtf8(text, max);
      assert.ok(Buffer.byteLength(shortened) <= max);
      assert.ok(text.startsWith(shortened));
      assert.ok(shortened.isWellFormed());
      const next = [...text.slice(shortened.length)][0] ?? "";
      assert.ok(shortened === text || Buffer.byteLength(shortened + next) > max);
    }),
  );
});

test("bytes are UTF-8 if a strict decoder reads them", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isRead = (bytes: Uint8Array): boolean => {
    try {
      decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const edges = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef];
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(...edges, 0xf0, 0xf4, 0xf5));
  const broken = fc.array(byte, { maxLength: 6 });
  const whole = fc.string({ unit: "binary", maxLength: 100 }).map((each) => [...Buffer.from(each)]);
  fc.assert(
    fc.property(whole, broken, whole, (before, between, after) => {
      const bytes = Uint8Array.from([...before, ...between, ...after]);
      assert.equal(isUtf8(bytes, 0, bytes.length), isRead(bytes));
      const [from, to] = [before.length, before.length + between.length];
      assert.equal(isUtf8(bytes, from, to), isRead(bytes.subarray(from, to)));
    }),
    { numRuns: 2_000 },
  );
});
