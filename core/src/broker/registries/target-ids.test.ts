import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../test/fixtures.ts";
import { readBackendId, readTargetId } from "./target-ids.ts";

test("ids are read, and what is none is refused by the name of its field", () => {
  assert.deepEqual(readTargetId("channel_id", "irc://net/%23c", 100), {
    type: "irc",
    id: "net",
    relative: "#c",
  });
  assert.deepEqual(readBackendId("irc://net", 100), { type: "irc", id: "net" });
  const inChannel = refusal("bad_id", "failed to parse channel_id");
  assert.throws(() => readTargetId("channel_id", "irc://net", 100), inChannel);
  const ofUser = refusal("bad_id", "failed to parse user_id");
  assert.throws(() => readTargetId("user_id", "ann", 100), ofUser);
  const ofBackend = refusal("bad_id", "failed to parse backend_id");
  assert.throws(() => readBackendId("net", 100), ofBackend);
});

test("an id longer than any that is worth decoding is none", () => {
  const id = `irc://net/${"%41".repeat(30)}`;
  assert.equal(readTargetId("user_id", id, id.length).relative.length, 30);
  assert.throws(() => readTargetId("user_id", id, id.length - 1), refusal("bad_id"));
  assert.throws(() => readBackendId(`irc://${"a".repeat(95)}`, 100), refusal("bad_id"));
});
