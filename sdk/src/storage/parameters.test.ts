/** The key for a user's data. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { userKey } from "./parameters.ts";

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
