/** Topics as XML can hold them, and as the room gives them back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml } from "../../../../test/support/xmpp-person.ts";
import { TopicChanges } from "./topic-changes.ts";

const ROOM = "a@rooms.test";
const { signal } = new AbortController();

test("what XML cannot hold is left out of a topic, and the room's answer is known by it", async () => {
  const topics = new TopicChanges();
  const reflect = async (stanza: object) => {
    // What a parser reads is what the server sends.
    const message = parseXml(String(stanza));
    message.attrs["from"] = `${ROOM}/bot`;
    queueMicrotask(() => topics.receive(message));
  };
  await topics.set(ROOM, "\u000304red\u0003 & <b>\r\nmore \ud800\uffff", reflect, signal);
});

test("a topic for which a server would end the stream is refused", async () => {
  const refused = { name: "Refused", message: /9000 bytes/ };
  const sent = () => assert.fail("nothing is sent");
  await assert.rejects(new TopicChanges().set(ROOM, "x".repeat(9_000), sent, signal), refused);
});
