/** What an action would announce once it is done is not larger than what streams take, or it is not asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "@seabird-chat/protocol";
import type { ActionKind } from "../actions.ts";
import { actWith, assertRefused } from "../test/acting.ts";
import { drain, TestBroker } from "../test/fixtures.ts";

const LIMIT = 4_000;
const LONGEST_ID = "i".repeat(512);
const success: ChatEvent["inner"] = {
  case: "success",
  value: {
    $typeName: "seabird.SuccessChatEvent",
    result: {
      $typeName: "common.SendResult",
      messageIds: [LONGEST_ID],
      degraded: [],
      channelId: "",
      sequence: 0n,
    },
    failed: {},
  },
};

const where = (bytes: number) => ({
  conversation: { where: { case: "channelId", value: `irc://net/%23${"%61".repeat(bytes / 3)}` } },
});
const mentioning = (bytes: number) => {
  const inner = { inner: { case: "text", value: { text: "x" } } };
  const target = { case: "userId", value: `irc://other/${"a".repeat(bytes)}` };
  return { rootBlock: { inner: { case: "mention", value: { inner, target } } }, text: "" };
};

/** Requests whose events have more bytes than the backend's request, by how many bytes are in them. */
const ROWS: readonly [string, ActionKind, (bytes: number) => object][] = [
  ["an edit that mentions another backend's user", "editMessage", mentioning],
  ["an edit in a conversation with a long id", "editMessage", where],
  ["a deletion in a conversation with a long id", "deleteMessages", where],
  ["a reaction in a conversation with a long id", "react", where],
];

for (const [what, kind, fields] of ROWS) {
  test(`${what}: refused unasked where its events would be too large, whatever the answer`, async () => {
    let largest = 0;
    let refused = 0;
    for (let bytes = 2_400; bytes < LIMIT; bytes += 24) {
      const t = new TestBroker({ maxMessageBytes: LIMIT });
      const backend = t.backend();
      const stream = t.stream([], {}, ["*"]);
      const action = actWith(t, kind, fields(bytes));
      const [request] = backend.requests();
      if (request === undefined) {
        refused += 1;
        await assertRefused(action, "message_too_large");
      } else {
        backend.answer(request.id, success as never);
        await action;
        for (const { length } of drain(stream)) largest = Math.max(largest, length);
      }
    }
    assert.ok(largest <= LIMIT, `${largest} bytes`);
    assert.ok(largest > LIMIT - 600 && refused > 0, `${largest} bytes, ${refused} refused`);
  });
}

test("an edit of a backend that is not there is not found, whatever its size", async () => {
  const t = new TestBroker({ maxMessageBytes: LIMIT });
  await assertRefused(actWith(t, "editMessage", where(LIMIT - 100)), "unknown_backend");
});
