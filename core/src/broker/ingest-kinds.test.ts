/** The messages extension: what is published of new kinds of events. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  ABSOLUTE_ANN,
  ABSOLUTE_CHANNEL,
  ABSOLUTE_USER,
  ANN,
  assertPublished,
  IN_CHANNEL,
  type InnerInit,
  id,
  inner,
  NET,
  plainOf,
  REACTION,
  sent,
  WAYS,
  WITH_USER,
} from "./test/reported.ts";

const PUBLISHED: Record<string, readonly [sent: InnerInit, published: InnerInit]> = {
  "an edited message, of whose sender only core tells": [
    inner("messageEdited", {
      conversation: IN_CHANNEL,
      author: ANN,
      text: "hi",
      info: { id: "1" },
      sender: "bot",
    }),
    inner("messageEdited", {
      conversation: ABSOLUTE_CHANNEL,
      author: ABSOLUTE_ANN,
      text: "hi",
      rootBlock: plainOf("hi"),
      info: { id: "1" },
    }),
  ],
  "deleted messages": [
    inner("messageDeleted", {
      conversation: WITH_USER,
      messageIds: ["1", id(512), ...Array<string>(998).fill("x")],
      by: { displayName: "Op" },
      reason: "spam",
      sender: "bot",
    }),
    inner("messageDeleted", {
      conversation: ABSOLUTE_USER,
      messageIds: ["1", id(512), ...Array<string>(998).fill("x")],
      by: { displayName: "Op" },
      reason: "spam",
    }),
  ],
  "a reaction": [
    inner("reaction", {
      conversation: IN_CHANNEL,
      messageId: "1",
      user: ANN,
      emoji: { text: "👍", id: "e", url: "https://a:b@x.y" },
      sender: "bot",
    }),
    inner("reaction", {
      conversation: ABSOLUTE_CHANNEL,
      messageId: "1",
      user: ABSOLUTE_ANN,
      emoji: { text: "👍", id: "e" },
    }),
  ],
  "the removal of all reactions": [
    inner("reaction", { conversation: IN_CHANNEL, messageId: "1", removed: true }),
    inner("reaction", { conversation: ABSOLUTE_CHANNEL, messageId: "1", removed: true }),
  ],
  "the removal of what has only an id": [
    inner("reaction", { ...REACTION, emoji: { id: "7" }, removed: true }),
    inner("reaction", {
      conversation: ABSOLUTE_CHANNEL,
      messageId: "1",
      user: ABSOLUTE_ANN,
      emoji: { id: "7" },
      removed: true,
    }),
  ],
  "that somebody types": [
    inner("typing", { conversation: IN_CHANNEL, user: ANN, isActive: true, expiresMs: 5_000 }),
    inner("typing", {
      conversation: ABSOLUTE_CHANNEL,
      user: ABSOLUTE_ANN,
      isActive: true,
      expiresMs: 5_000,
    }),
  ],
  "that somebody was removed": [
    inner("member", { channelId: "#c", user: ANN, change: 3, by: { id: "op" }, reason: "bye" }),
    inner("member", {
      channelId: `${NET}%23c`,
      user: ABSOLUTE_ANN,
      change: 3,
      by: { id: `${NET}op` },
      reason: "bye",
    }),
  ],
  "that somebody changed": [
    inner("userChanged", { before: { id: "anna" }, user: ANN }),
    inner("userChanged", { before: { id: `${NET}anna` }, user: ABSOLUTE_ANN }),
  ],
};

for (const [way, eventId] of Object.entries(WAYS)) {
  suite(`published, ${way}`, () => {
    for (const [name, [from, to]] of Object.entries(PUBLISHED)) {
      test(name, () => assertPublished(from, to, eventId));
    }
  });
}

test("an edited message is tagged like one that is said", () => {
  const edited = inner("messageEdited", { conversation: IN_CHANNEL, info: { id: "1" }, text: "x" });
  for (const eventId of Object.values(WAYS)) {
    const event = sent({ inner: edited, id: eventId, tags: { own: "o", "core/x": "1" } });
    assert.ok(typeof event === "object");
    assert.deepEqual(event.tags, { own: "o", "core/original-format": "text" });
  }
});
