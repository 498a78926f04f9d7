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
import { type RoomView, toLookedUp, toLookUp, toNetworkEvents, toRemember } from "./inbound.ts";
import type { RecentEvent } from "./state/recent-events.ts";

const sender = "@ann:a.example";
const earlier: readonly RecentEvent[] = [
  { kind: "message", id: "$a", userId: sender, text: "a", threadRootId: "$b" },
  { kind: "reaction", id: "$r", userId: sender, messageId: "$a", emoji: { text: "👍" } },
  { kind: "other", id: "$e", userId: sender },
];

const room: RoomView = {
  roomId: "!r:a.example",
  conversation: { kind: "channel", id: "#lobby:a.example" },
  ownUserId: "@bot:a.example",
  user: (id) => ({ id }),
  membership: () => undefined,
  channelOf: (name) => name,
  earlier: (id) => earlier.find((event) => event.id === id),
  hasThread: () => false,
};
const inPrivate: RoomView = {
  ...room,
  conversation: { kind: "user", id: sender },
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

const types = [
  ...["m.room.message", "m.sticker", "m.reaction", "m.room.redaction", "m.room.member"],
  ...["m.room.message", "m.room.message", "m.room.message", "m.room.message"],
  ...[
    "m.room.name",
    "m.room.topic",
    "m.room.encrypted",
    "m.typing",
    "constructor",
    "__proto__",
    "",
  ],
];
const kinds = [
  ...["m.text", "m.notice", "m.emote", "m.image", "m.file", "m.audio", "m.video", "m.location"],
  ...["m.key.verification.request", "m.server_notice", "toString", "__proto__"],
];

/** A value of the right type now and then, and of any other. */
const anyValue = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[
        "$a",
        "$r",
        "$e",
        "$x",
        sender,
        "@bot:a.example",
        "",
        "a",
        "\ud800",
        "\0",
        "x".repeat(600),
      ],
      ...[
        "mxc://a.example/x",
        "mxc://../..",
        "geo:1,2",
        "👍",
        "<b>a",
        "> <@a:b> q\n\na",
        true,
        false,
      ],
      ...[0, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER, null, [], {}, [[]], "m.replace", "m.thread"],
      ...["m.annotation", "join", "leave", "ban", "invite", "org.matrix.custom.html", "image/gif"],
    ),
  },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 2, withBigInt: true }) },
);

const record = (keys: readonly string[], more: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record(
    { ...Object.fromEntries(keys.map((key) => [key, anyValue])), ...more },
    { requiredKeys: [] },
  );
const orAny = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: anyValue });

const relation = orAny(
  record(["key", "is_falling_back"], {
    rel_type: fc.oneof(fc.constantFrom("m.replace", "m.thread", "m.annotation"), anyValue),
    event_id: fc.oneof(fc.constantFrom("$a", "$r", "$x"), anyValue),
    "m.in_reply_to": orAny(record(["event_id"])),
  }),
);
const fields: Record<string, fc.Arbitrary<unknown>> = {
  msgtype: fc.oneof(fc.constantFrom(...kinds), anyValue),
  format: fc.oneof(fc.constant("org.matrix.custom.html"), anyValue),
  body: fc.oneof(fc.string(), anyValue),
  info: orAny(record(["mimetype", "size", "w", "h", "duration", "is_animated", "fi.mau.gif"])),
  "m.mentions": orAny(record(["user_ids", "room"])),
  "m.per_message_profile": orAny(record(["id", "displayname", "has_fallback"])),
  "m.relates_to": relation,
};
const names = [
  ...["formatted_body", "url", "file", "filename", "geo_uri", "shortcode", "redacts", "reason"],
  ...["membership", "displayname", "name", "topic", "user_ids"],
];
const anyContent = (more: Record<string, fc.Arbitrary<unknown>> = {}) =>
  orAny(
    fc.record(
      { ...Object.fromEntries(names.map((key) => [key, anyValue])), ...fields, ...more },
      { requiredKeys: ["msgtype", "body"] },
    ),
  );
const content = anyContent({ "m.new_content": anyContent() });
const honest = {
  type: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...types) },
    { weight: 1, arbitrary: anyValue },
  ),
  event_id: fc.oneof(
    { weight: 5, arbitrary: fc.constant("$1") },
    { weight: 1, arbitrary: anyValue },
  ),
  sender: fc.oneof(
    { weight: 5, arbitrary: fc.constant(sender) },
    { weight: 1, arbitrary: anyValue },
  ),
};
const events = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record(
      {
        ...{
          ...honest,
          content,
          origin_server_ts: anyValue,
          redacts: anyValue,
          state_key: anyValue,
        },
        unsigned: orAny(record(["age"], { prev_content: orAny(record(names)) })),
      },
      { requiredKeys: ["type", "event_id", "sender", "content"] },
    ),
  },
  { weight: 1, arbitrary: anyValue },
);

suite("hostile events", () => {
  test("of 64 KiB that begin like what is searched for", () => {
    const said = (content: object) =>
      hear({
        type: "m.room.message",
        event_id: "$1",
        sender,
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
      fc.property(events, (event) => {
        count += hear(event);
      }),
      { numRuns: 10_000 },
    );
    assert.ok(count > 1_000, `${count} of them were events for core`);
  });

  test("nested ten thousand deep, in every field", () => {
    let deep: unknown = "x";
    for (let depth = 0; depth < 10_000; depth++)
      deep = depth % 2 === 0 ? [deep] : { content: deep };
    for (const type of types) {
      hear(deep);
      hear({ type, event_id: "$1", sender, content: deep, unsigned: deep, redacts: deep });
      for (const key of [...names, ...Object.keys(fields), "m.new_content"]) {
        hear({
          type,
          event_id: "$1",
          sender,
          content: { msgtype: "m.text", body: "a", [key]: deep },
        });
      }
    }
  });

  test("with a hundred thousand entries in every list", () => {
    const many = Array.from({ length: 100_000 }, (_, n) => `@u${n}:a.example`);
    const said = { msgtype: "m.text", body: "a", "m.mentions": { user_ids: many } };
    assert.equal(hear({ type: "m.room.message", event_id: "$1", sender, content: said }), 2);
  });
});
