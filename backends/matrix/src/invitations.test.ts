/** Who may invite. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mayInvite } from "./invitations.ts";

const rows: readonly (readonly [string, string, boolean])[] = [
  ["@ann:example.org", "@ann:example.org", true],
  ["@ann:example.org", "@Ann:example.org", false],
  ["@ann:example.org", "@ann", false],
  ["@ann:example.org", "@*:example.org", true],
  ["@ann:example.org.evil.org", "@*:example.org", false],
  ["@ann:evil.org", "@*:example.org", false],
  ["@ann:example.org", "*", true],
  ["", "*", true],
  ["", "@*", false],
];

for (const [userId, pattern, expected] of rows) {
  test(`${userId || "nobody"} ${expected ? "is" : "is not"} one of ${pattern}`, () => {
    assert.equal(mayInvite(userId, [pattern]), expected);
  });
}

test("nobody without a list; a long pattern takes its product of lengths at most", () => {
  assert.ok(!mayInvite("@ann:example.org", []));
  assert.ok(!mayInvite(`@${"a".repeat(200)}`, [`@${"*a".repeat(100)}*b`]));
});
