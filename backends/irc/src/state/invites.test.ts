/** Which invitations are accepted. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { mayInvite } from "./invites.ts";

const fold = (name: string) => name.toLowerCase();
const alice = { mask: "Alice!~al@staff.example.org", account: "Alice" };

suite("mayInvite", () => {
  for (const pattern of [
    "account:alice",
    "*!*@staff.example.org",
    "alice!*@*.example.org",
    "*!?al@*",
    "*",
    "A*e!*@*",
    "**!**@**org",
  ]) {
    test(`${pattern} fits`, () => assert.ok(mayInvite(alice, ["account:x", pattern], fold)));
  }

  for (const pattern of [
    "account:al",
    "account:alice2",
    "account:*",
    "*!*@example.org",
    "alice!al@*",
    "*!*@staff.example.org?",
    "",
  ]) {
    test(`${pattern} does not`, () => assert.ok(!mayInvite(alice, [pattern], fold)));
  }

  test("no patterns accept nobody, and a user without account matches no account", () => {
    assert.ok(!mayInvite(alice, [], fold));
    assert.ok(!mayInvite({ mask: "alice!a@h" }, ["account:alice", "account:"], fold));
  });

  test("a mask of many stars matches quickly", () => {
    const mask = `${"a".repeat(400)}!b@c`;
    assert.ok(!mayInvite({ mask }, [`${"*a".repeat(100)}*x`], fold));
  });
});

/** The cases of the public suite ircdocs/parser-tests (mask-match; CC0). */
const MASKS: readonly (readonly [
  mask: string,
  matches: readonly string[],
  fails: readonly string[],
])[] = [
  [
    "*@127.0.0.1",
    ["coolguy!ab@127.0.0.1", "cooldud3!~bc@127.0.0.1"],
    ["coolguy!ab@127.0.0.5", "cooldud3!~d@124.0.0.1"],
  ],
  [
    "cool*@*",
    ["coolguy!ab@127.0.0.1", "cooldud3!~bc@127.0.0.1", "cool132!ab@example.com"],
    ["koolguy!ab@127.0.0.5", "cooodud3!~d@124.0.0.1"],
  ],
  [
    "cool!*@*",
    ["cool!guyab@127.0.0.1", "cool!~dudebc@127.0.0.1", "cool!312ab@example.com"],
    [
      "coolguy!ab@127.0.0.1",
      "cooldud3!~bc@127.0.0.1",
      "koolguy!ab@127.0.0.5",
      "cooodud3!~d@124.0.0.1",
    ],
  ],
  [
    "cool!?username@*",
    ["cool!ausername@127.0.0.1", "cool!~username@127.0.0.1"],
    ["cool!username@127.0.0.1"],
  ],
  ["cool!a?*@*", ["cool!ab@127.0.0.1", "cool!abc@127.0.0.1"], ["cool!a@127.0.0.1"]],
  [
    "cool[guy]!*@*",
    ["cool[guy]!guy@127.0.0.1", "cool[guy]!a@example.com"],
    ["coolg!ab@127.0.0.1", "cool[!ac@127.0.1.1"],
  ],
];

suite("masks", () => {
  for (const [pattern, matching, failing] of MASKS) {
    test(pattern, () => {
      for (const mask of matching) assert.ok(mayInvite({ mask }, [pattern], fold), mask);
      for (const mask of failing) assert.ok(!mayInvite({ mask }, [pattern], fold), mask);
    });
  }
});
