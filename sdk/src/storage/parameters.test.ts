/** The key for a user's data, and which values are JSON. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonText, userKey } from "./parameters.ts";

test("userKey returns the absolute id and refuses everything else", () => {
  assert.equal(userKey({ id: "irc://libera/ann" }), "irc://libera/ann");
  const none = ["", "ann", "irc://libera", "irc://libera/", "://libera/ann", "irc:///ann"];
  const wrong = [...none, `irc://a/${"x".repeat(600)}`, "irc://a/b\0", undefined, null, 5, {}];
  for (const id of wrong) {
    const user = { id: id as string, displayName: "ann" };
    assert.throws(() => userKey(user), { code: "invalid_argument" }, String(id));
  }
  assert.throws(() => userKey(undefined as never), { code: "invalid_argument" });
});

class Point {
  readonly x = 1;
}

test("jsonText refuses what JSON would lose, and names it", () => {
  for (const [value, why] of [
    [new Map([["a", 1]]), /^a Map \(JSON would lose it; store Object\.fromEntries\(map\)/],
    [{ scores: new Map() }, /^a Map .*, at "scores", cannot be stored$/],
    [[new Set([1])], /^a Set .*\[\.\.\.set\] instead\), at "0"/],
    [new Point(), /^a Point .* a plain object or an array/],
    [{ deep: [{ at: new Point() }] }, /^a Point .*, at "at"/],
    [{ later: Promise.resolve(1) }, /^a Promise /],
    [{ error: new Error("x") }, /^a Error /],
    [{ match: /x/ }, /^a RegExp /],
    [new Float64Array(2), /^a Float64Array /],
    [{ run: () => 1 }, /^a function, which is not JSON, at "run"/],
    [{ sum: Number.NaN }, /^the number NaN, at "sum"/],
    [undefined, /^undefined, which is not JSON, cannot be stored$/],
  ] as const) {
    const isNamed = (error: Error & { code?: string }) =>
      error.code === "invalid_argument" && why.test(error.message);
    assert.throws(() => jsonText(value), isNamed, String(why));
  }
  for (const [value, text] of [
    [{ a: [1, "b", null, { c: true }], d: undefined }, '{"a":[1,"b",null,{"c":true}]}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [{ url: new URL("https://example.org/") }, '{"url":"https://example.org/"}'],
  ] as const) {
    assert.equal(jsonText(value), text);
  }
});
