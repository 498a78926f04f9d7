/** What an edit keeps of a message, whatever the server says that the message was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toSentMessage } from "./sent-messages.ts";

test("kind, persona and mentions are kept", () => {
  const content = {
    msgtype: "m.notice",
    "com.beeper.per_message_profile": { id: "cat", displayname: "Cat", avatar_url: "mxc://a/b" },
    "m.mentions": { user_ids: ["@ann:x.test"], room: true },
  };
  assert.deepEqual(toSentMessage(content), {
    msgtype: "m.notice",
    profile: { id: "cat", displayName: "Cat", avatarUri: "mxc://a/b" },
    mentions: { user_ids: ["@ann:x.test"], room: true },
  });
});

test("whatever the server says is read, and what is kept of it is small", () => {
  const names = ["msgtype", "com.beeper.per_message_profile", "m.mentions"];
  const inner = ["id", "displayname", "avatar_url", "user_ids", "room"];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.string({ maxLength: 2_000 }),
    fc.array(fc.constant("@ann:x.test"), { maxLength: 1_000 }),
    fc.dictionary(fc.constantFrom(...inner), fc.jsonValue()),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (content) => {
      assert.ok(JSON.stringify(toSentMessage(content)).length < 5_000);
    }),
    { numRuns: 2_000 },
  );
});
