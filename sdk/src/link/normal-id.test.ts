/** Ids in their several forms, everywhere where an author gets or gives one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { EventSchema } from "@seabird-chat/protocol";
import { eventOf } from "../plugin/test/event-of.ts";
import { toJsonSchema } from "../program/check-settings.ts";
import { channelId } from "../program/settings.ts";
import { normalChannelId, normalId } from "./normal-id.ts";

const NORMAL = "irc://libera/%23k%C3%A4se";

const FORMS: readonly string[] = [
  NORMAL,
  "irc://libera/#k\u00e4se",
  "irc://libera/%23k%c3%a4se",
  "%69rc://l%69bera/%23k\u00e4se",
];

for (const form of FORMS) {
  test(`${form} is ${NORMAL}`, async () => {
    assert.equal(normalId(form), NORMAL);
    assert.equal(normalChannelId(` ${form} `), NORMAL);
    const result = await channelId()["~standard"].validate(form);
    assert.deepEqual(result, { value: NORMAL });
    const { pattern } = toJsonSchema(channelId()) ?? {};
    assert.match(form, new RegExp(String(pattern), "u"));
  });
}

test("what is no id stays as it is, and is no channel's", async () => {
  for (const text of ["", "ann", "#games", "irc", "irc://libera", "irc://libera/", "irc:///#x"]) {
    assert.equal(normalId(text), text === "irc:///#x" ? "irc:///%23x" : text);
    assert.equal(normalChannelId(text), undefined, text);
    const { issues } = await channelId()["~standard"].validate(text);
    assert.equal(issues?.[0]?.message, "must be a channel's id, such as irc://libera/#games");
  }
  assert.equal(normalId("irc://lib era"), "irc://lib%20era");
});

test("events of all kinds have normal ids, and `raw` those of the sender", () => {
  const user = { id: "irc://libera/ann[m]", displayName: "ann[m]" };
  const source = { channelId: "irc://libera/#c", user };
  const inners: readonly NonNullable<MessageInitShape<typeof EventSchema>["inner"]>[] = [
    { case: "message", value: { source } },
    { case: "mention", value: { source } },
    { case: "action", value: { source } },
    { case: "command", value: { source } },
    { case: "privateMessage", value: { source: user } },
    { case: "privateAction", value: { source: user } },
    { case: "sendMessage", value: { channelId: source.channelId } },
    { case: "performAction", value: { channelId: source.channelId } },
    { case: "sendPrivateMessage", value: { userId: user.id } },
    { case: "performPrivateAction", value: { userId: user.id } },
  ];
  for (const inner of inners) {
    const event = eventOf({ inner });
    if ("channelId" in event) assert.equal(event.channelId, "irc://libera/%23c");
    if ("userId" in event) assert.equal(event.userId, "irc://libera/ann%5Bm%5D");
    if ("user" in event) assert.equal(event.user.id, "irc://libera/ann%5Bm%5D");
    assert.ok("channelId" in event || "userId" in event || "user" in event);
    assert.deepEqual(event.raw, create(EventSchema, { inner }));
  }
});
