/** Ids: exact when written, lenient when read. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { absoluteId, backendId, encodePart, parseBackendId, parseId } from "./ids.ts";

/** Any string, of any Unicode, lone surrogates included. */
const anyText = () =>
  fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.string({ unit: fc.constantFrom(..."%/:#-_.~aZ0é") }),
  );

/** The protocol's rule, written as it stands there. */
function encodedByRule(part: string): string {
  return [...Buffer.from(part, "utf8")]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      const escaped = `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
      return /[A-Za-z0-9]/.test(char) ? char : escaped;
    })
    .join("");
}

suite("written ids", () => {
  test("golden cases", () => {
    const irc = { type: "irc", id: "seabird" };
    assert.equal(absoluteId(irc, "#encoded-test"), "irc://seabird/%23encoded%2Dtest");
    assert.equal(backendId({ type: "irc", id: "a/b" }), "irc://a%2Fb");
    assert.equal(backendId({ type: "irc", id: "café" }), "irc://caf%C3%A9");
    assert.equal(absoluteId({ type: "irc", id: "chat" }, ""), "irc://chat/");
  });

  test("what encodeURIComponent leaves alone is escaped, too", () => {
    assert.equal(encodePart("-_.~!*'()"), "%2D%5F%2E%7E%21%2A%27%28%29");
  });

  test("a lone surrogate is written as U+FFFD", () => {
    assert.equal(encodePart("\ud800"), "%EF%BF%BD");
    assert.equal(encodePart("a\udc00"), "a%EF%BF%BD");
  });

  test("every string is written by the rule", () => {
    fc.assert(
      fc.property(anyText(), (part) => assert.equal(encodePart(part), encodedByRule(part))),
    );
  });
});

suite("read ids", () => {
  const read = (type: string, id: string, relative: string) => ({ type, id, relative });

  test("golden cases", () => {
    assert.deepEqual(parseId("irc://seabird/#chan"), read("irc", "seabird", "#chan"));
    assert.deepEqual(parseId("irc://seabird/%23chan"), read("irc", "seabird", "#chan"));
    assert.deepEqual(parseId("irc://a/100%"), read("irc", "a", "100%"));
    assert.deepEqual(parseId("irc://a/"), read("irc", "a", ""));
    assert.equal(parseId("irc"), undefined);
    assert.equal(parseId("irc://chat"), undefined);
    assert.equal(parseId(""), undefined);
    assert.equal(parseBackendId("irc"), undefined);
    assert.equal(parseBackendId("irc:/a"), undefined);
  });

  test("splits at the first :// and the first /", () => {
    assert.deepEqual(parseId("irc://a/b/c://d"), read("irc", "a", "b/c://d"));
    assert.deepEqual(parseId("a/b://c/d"), read("a/b", "c", "d"));
    assert.deepEqual(parseBackendId("irc://a/b"), { type: "irc", id: "a/b" });
    assert.deepEqual(parseBackendId("irc://a%2Fb"), { type: "irc", id: "a/b" });
    assert.deepEqual(parseBackendId("irc://"), { type: "irc", id: "" });
  });

  test("an escaped separator separates nothing", () => {
    assert.deepEqual(parseId("irc%3A%2F%2Fx://a%2Fb/c"), read("irc://x", "a/b", "c"));
    assert.equal(parseId("irc://a%2Fb"), undefined);
  });

  test("bad escapes stay as they are, good ones beside them are decoded", () => {
    assert.equal(parseId("i://a/%zz%23%4")?.relative, "%zz#%4");
    assert.equal(parseId("i://a/%%41%")?.relative, "%A%");
    assert.equal(parseId("i://a/%c3%a9")?.relative, "é");
    assert.equal(parseId("i://a/%00%EF%BB%BF")?.relative, "\0\ufeff");
    assert.equal(parseId("i://a/+ ")?.relative, "+ ");
  });

  test("what is not UTF-8 is no id", () => {
    const notUtf8 = ["%FF", "%C3", "%C3x%A9", "%ED%A0%80", "%C0%AF", "%F4%90%80%80", "é%A9"];
    for (const part of notUtf8) {
      assert.equal(parseId(`irc://a/${part}`), undefined, part);
      assert.equal(parseId(`irc://${part}/a`), undefined, part);
      assert.equal(parseId(`${part}://a/b`), undefined, part);
      assert.equal(parseBackendId(`irc://${part}`), undefined, part);
      assert.equal(parseBackendId(`${part}://a`), undefined, part);
    }
  });

  test("a written id reads as its parts, for every string", () => {
    fc.assert(
      fc.property(anyText(), anyText(), anyText(), (type, id, relative) => {
        const backend = { type: type.toWellFormed(), id: id.toWellFormed() };
        const full = { ...backend, relative: relative.toWellFormed() };
        assert.deepEqual(parseId(absoluteId({ type, id }, relative)), full);
        assert.deepEqual(parseBackendId(backendId({ type, id })), backend);
      }),
    );
  });

  test("reading never throws, and what it reads is written and read again as the same", () => {
    fc.assert(
      fc.property(anyText(), anyText(), anyText(), (type, id, relative) => {
        const parsed = parseId(`${type}://${id}/${relative}`);
        if (parsed === undefined) return;
        assert.deepEqual(parseId(absoluteId(parsed, parsed.relative)), parsed);
      }),
    );
  });
});
