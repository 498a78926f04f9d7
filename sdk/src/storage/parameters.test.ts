/** Only somebody with an absolute id can be told from others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { userKey } from "./parameters.ts";

test("the absolute id, and nothing else", () => {
  assert.equal(userKey({ id: "irc://libera/ann" }), "irc://libera/ann");
  const none = ["", "ann", "irc://libera", "irc://libera/", "://libera/ann", "irc:///ann"];
  const wrong = [...none, `irc://a/${"x".repeat(600)}`, "irc://a/b\0", undefined, null, 5, {}];
  for (const id of wrong) {
    const user = { id: id as string, displayName: "ann" };
    assert.throws(() => userKey(user), { code: "invalid_argument" }, String(id));
  }
  assert.throws(() => userKey(undefined as never), { code: "invalid_argument" });
});
