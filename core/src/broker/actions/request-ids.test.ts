import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestIds } from "./request-ids.ts";

test("ids are never empty and never the same", () => {
  const ids = new RequestIds();
  const seen = new Set(Array.from({ length: 10_000 }, () => ids.next()));
  assert.equal(seen.size, 10_000);
  assert.ok(!seen.has(""));
});

test("each has 128 random bits of its own", () => {
  const [a, b] = [new RequestIds(), new RequestIds()];
  const random = new Set<string>();
  for (let i = 0; i < 1_000; i++) {
    for (const id of [a.next(), b.next()]) {
      const [, bits = ""] = id.split("-");
      assert.match(bits, /^[0-9a-f]{32}$/);
      random.add(bits);
    }
  }
  assert.equal(random.size, 2_000);
});
