/** The nicks that are tried. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_NICK_ATTEMPTS, nickCandidates } from "./handshake.ts";

test("first the wanted nick, then similar ones, then ones that any server accepts", () => {
  const names = nickCandidates("a-rather-long-name", () => 0.5);
  assert.deepEqual(names.slice(0, 4), [
    "a-rather-long-name",
    "a-rather-long-name_",
    "a-rather-long-name__",
    "a-rathe55",
  ]);
  assert.equal(names.length, MAX_NICK_ATTEMPTS);
});
