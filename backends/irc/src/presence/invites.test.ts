/** Whose invitations are accepted. */
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

  test("nobody may, unless it was said; and nobody without account is an account", () => {
    assert.ok(!mayInvite(alice, [], fold));
    assert.ok(!mayInvite({ mask: "alice!a@h" }, ["account:alice", "account:"], fold));
  });

  test("a mask of many stars takes no time", () => {
    const mask = `${"a".repeat(400)}!b@c`;
    assert.ok(!mayInvite({ mask }, [`${"*a".repeat(100)}*x`], fold));
  });
});
