/** The bounded map. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BoundedMap } from "./bounded-map.ts";

test("what was set longest ago is forgotten", () => {
  const map = new BoundedMap<string, number>(2).set("a", 1).set("b", 2);
  assert.deepEqual(
    [...map.set("a", 3).set("c", 4)],
    [
      ["a", 3],
      ["c", 4],
    ],
  );
  assert.equal(map.size, 2);
});
