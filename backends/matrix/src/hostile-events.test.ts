/** Events that no honest server sends: they are read without an error, in linear time, within bounds. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  blockDepth,
  MAX_REFERENCE_TEXT_BYTES,
  plainText,
  utf8Length,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { anyEvent, FIELDS, NAMES, SENDER, TYPES } from "../test/any-event.ts";
import {
  type RoomView,
  toLookedUp,
  toLookUp,
  toNetworkEvents,
  toRemember,
  toRememberAnew,
} from "./inbound.ts";
import type { RecentEvent } from "./state/recent-events.ts";

const earlier: readonly RecentEvent[] = [
  { kind: "message", id: "$a", userId: SENDER, text: "a", threadRootId: "$b" },
  { kind: "reaction", id: "$r", userId: SENDER, messageId: "$a", emoji: { text: "👍" } },
  { kind: "other", id: "$e", userId: SENDER },
];

const room: RoomView = {
  roomId: "!r:a.example",
  conversation: { kind: "channel", id: "#lobby:a.example" },
  ownUserId: "@bot:example.org",
  user: (id) => ({ id }),
  membership: () => undefined,
  channelOf: (name) => name,
  earlier: (id) => earlier.find((event) => event.id === id),
  hasThread: () => false,
};
const inPrivate: RoomView = {
  ...room,
  conversation: { kind: "user", id: SENDER },
};

/** Reads an event as the backend does; what comes out is within core's bounds. */
function hear(event: unknown): number {
  let count = 0;
  for (const view of [room, inPrivate]) {
    for (const heard of toNetworkEvents(event, view)) {
      count += 1;
      const said = "message" in heard ? heard.message : "edit" in heard ? heard.edit : undefined;
      if (said === undefined) continue;
      assert.ok(said.block !== undefined || said.text !== undefined);
      if (said.block === undefined) continue;
      assert.ok(blockDepth(said.block) <= 48);
      plainText(said.block);
    }
    toRememberAnew(event, view);
    const unknown = toLookUp(event, view);
    assert.ok(unknown === undefined || utf8Length(unknown) <= 255);
  }
  toLookedUp(event);
  const remembered = toRemember(event);
  if (remembered?.kind === "message") {
    assert.ok(utf8Length(remembered.text) <= MAX_REFERENCE_TEXT_BYTES);
  }
  return count;
}

suite("hostile events", () => {
  test("of 64 KiB that begin like what is searched for", () => {
    const said = (content: object) =>
      hear({
        type: "m.room.message",
        event_id: "$1",
        sender: SENDER,
        content: { msgtype: "m.text", ...content },
      });
    for (const pattern of [
      "> <@",
      "> <@a:b> q\n",
      ">\n",
      "@room ",
      "\n",
      "\u00a0",
      "&",
      "&amp",
      "<",
      "<a ",
      "<!--",
    ]) {
      const long = pattern.repeat(65_536 / pattern.length);
      const html = { format: "org.matrix.custom.html", formatted_body: long };
      const more = {
        "m.relates_to": { "m.in_reply_to": { event_id: "$a" } },
        "m.mentions": { room: true },
      };
      said({ body: long, ...more });
      said({ body: "a", ...html, ...more });
      said({ msgtype: "m.file", url: "mxc://a.example/x", body: long, filename: long });
      said({ msgtype: "m.location", body: "a", geo_uri: `geo:${long}` });
    }
  });

  test("ten thousand are read without an error, and some of them say something", () => {
    let count = 0;
    fc.assert(
      fc.property(anyEvent, (event) => {
        count += hear(event);
      }),
      { numRuns: 10_000 },
    );
    assert.ok(count > 500, `${count} of them were events for core`);
  });

  test("nested ten thousand deep, in every field", () => {
    let deep: unknown = "x";
    for (let depth = 0; depth < 10_000; depth++)
      deep = depth % 2 === 0 ? [deep] : { content: deep };
    for (const type of TYPES) {
      hear(deep);
      hear({ type, event_id: "$1", sender: SENDER, content: deep, unsigned: deep, redacts: deep });
      for (const key of [...NAMES, ...Object.keys(FIELDS), "m.new_content"]) {
        hear({
          type,
          event_id: "$1",
          sender: SENDER,
          content: { msgtype: "m.text", body: "a", [key]: deep },
        });
      }
    }
  });

  test("with a hundred thousand entries in every list", () => {
    const many = Array.from({ length: 100_000 }, (_, n) => `@u${n}:a.example`);
    const said = { msgtype: "m.text", body: "a", "m.mentions": { user_ids: many } };
    assert.equal(
      hear({ type: "m.room.message", event_id: "$1", sender: SENDER, content: said }),
      2,
    );
  });
});
