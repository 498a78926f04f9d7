/** Tags: which ones belong to core. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isCoreTag, ORIGINAL_FORMAT_TAG, PROXY_SKIP_TAG, withoutCoreTags } from "./tags.ts";

test("core owns what begins with one of its two prefixes", () => {
  for (const name of [ORIGINAL_FORMAT_TAG, "core/", "seabird-core/x"]) assert.ok(isCoreTag(name));
  for (const name of [PROXY_SKIP_TAG, "core", "Core/x", "seabird-core", "x/core/", ""]) {
    assert.ok(!isCoreTag(name), name);
  }
});

test("taking core's tags out keeps the others and leaves the given ones as they were", () => {
  const given = { "core/a": "1", "proxy/skip": "1", "seabird-core/b": "2" };
  assert.deepEqual(withoutCoreTags(given), { "proxy/skip": "1" });
  assert.equal(Object.keys(given).length, 3);
});

test("tags without core's are handed back as they are", () => {
  const given = { "proxy/skip": "1" };
  assert.equal(withoutCoreTags(given), given);
});

test("a tag named like an object's prototype is a tag like any other", () => {
  const given = JSON.parse('{"__proto__":"x","core/a":"1"}') as { [name: string]: string };
  assert.deepEqual(Object.entries(withoutCoreTags(given)), [["__proto__", "x"]]);
});
