/** Ids in the blocks and options of calls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attachment,
  channelConversation,
  FEATURES,
  mention,
  Support,
} from "@seabird-chat/protocol";
import { actWith, assertRefused } from "../test/acting.ts";
import { eventsIn, TestBroker } from "../test/fixtures.ts";

/** Ids that cannot be parsed are refused, whatever the backend can do. */
const BAD_IDS: Readonly<Record<string, readonly [object, string]>> = {
  "a user": [
    { rootBlock: mention({ userId: "ann" }, "x") },
    "failed to parse user_id of a mention",
  ],
  "a channel in a mention": [
    { rootBlock: mention({ userId: "irc://net/a" }, mention({ channelId: "#c" }, "x")) },
    "failed to parse channel_id of a mention",
  ],
  "a user whose id is too long": [
    { rootBlock: mention({ userId: `irc://net/${"a".repeat(91)}` }, "x") },
    "failed to parse user_id of a mention",
  ],
  "a file whose id is too long": [
    { rootBlock: attachment({ id: `irc://net/${"a".repeat(91)}` }) },
    "the id of an attachment may have 100 bytes",
  ],
  "a conversation": [
    { options: { replyTo: { messageId: "m", conversation: channelConversation("#c") } } },
    "failed to parse conversation",
  ],
};

const full = Object.fromEntries(FEATURES.map((feature) => [feature, Support.FULL]));

for (const [name, [fields, message]] of Object.entries(BAD_IDS)) {
  test(`refused, for its id cannot be parsed: ${name}`, async () => {
    for (const declared of [{ features: full }, {}, undefined]) {
      const t = new TestBroker({ maxAbsoluteIdBytes: 100 });
      const backend = t.declaring(declared);
      const stream = t.stream([], {}, ["*"]);
      for (const kind of [
        "options" in fields ? "performAction" : "editMessage",
        "sendMessage",
      ] as const) {
        await assertRefused(actWith(t, kind, fields), "bad_id", message);
      }
      assert.deepEqual([backend.requests(), eventsIn(stream)], [[], []]);
    }
  });
}
