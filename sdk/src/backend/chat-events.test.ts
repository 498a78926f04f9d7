/** What a backend reports, on the wire, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import {
  attachment,
  bold,
  ChatEventSchema,
  container,
  MAX_MESSAGE_BLOCKS,
  mention,
} from "@seabird-chat/protocol";
import { chatEvent, type IncomingKind } from "./chat-events.ts";

/** The event's JSON after a trip over the wire. */
function wire(kind: IncomingKind, incoming: unknown): unknown {
  const bytes = toBinary(ChatEventSchema, chatEvent(kind, incoming as never));
  return toJson(ChatEventSchema, fromBinary(ChatEventSchema, bytes), { useProtoFieldName: true });
}

const ROOM = { kind: "channel", id: "room" };
const ANN = {
  id: "7",
  displayName: "Ann",
  avatarUrl: "https://a/7.png",
  isBot: true,
  account: "ann",
};
const WIRE_ANN = {
  ...{ id: "7", display_name: "Ann", avatar_url: "https://a/7.png", is_bot: true, account: "ann" },
};
const BOB = { id: "bob", display_name: "bob" };
const SENT_AT = "2026-01-31T12:00:00.250Z";

const ROWS: readonly (readonly [IncomingKind, unknown, unknown])[] = [
  [
    "message",
    {
      channel: "room",
      user: ANN,
      text: "hi",
      id: "m1",
      sentAt: new Date(SENT_AT),
      replyTo: { messageId: "m0", author: "bob", text: "é".repeat(200), conversation: ROOM },
      referrer: "r",
      tags: { a: "b" },
    },
    {
      message: {
        source: { channel_id: "room", user: WIRE_ANN },
        text: "hi",
        info: {
          id: "m1",
          sent_at: SENT_AT,
          reply_to: {
            message_id: "m0",
            author: BOB,
            text: "é".repeat(150),
            conversation: { channel_id: "room" },
          },
          referrer: "r",
        },
      },
      tags: { a: "b" },
    },
  ],
  [
    "privateAction",
    { user: "bob", text: "waves", sentAt: Date.parse(SENT_AT) },
    { private_action: { source: BOB, text: "waves", info: { sent_at: SENT_AT } } },
  ],
  [
    "edited",
    { conversation: { kind: "user", id: "bob" }, user: "bob", text: "hi!", id: "m1" },
    {
      message_edited: {
        conversation: { user_id: "bob" },
        author: BOB,
        text: "hi!",
        info: { id: "m1" },
      },
    },
  ],
  [
    "deleted",
    { conversation: ROOM, ids: ["m1", "m2"], by: "bob", reason: "spam" },
    {
      message_deleted: {
        conversation: { channel_id: "room" },
        message_ids: ["m1", "m2"],
        by: BOB,
        reason: "spam",
      },
    },
  ],
  [
    "reaction",
    { conversation: ROOM, messageId: "m1", user: "bob", emoji: "👍" },
    {
      reaction: {
        conversation: { channel_id: "room" },
        message_id: "m1",
        user: BOB,
        emoji: { text: "👍" },
      },
    },
  ],
  [
    "reaction",
    { conversation: ROOM, messageId: "m1", removed: true },
    {
      reaction: { conversation: { channel_id: "room" }, message_id: "m1", removed: true },
    },
  ],
  [
    "typing",
    { conversation: ROOM, user: "bob", expiresMs: 5_000 },
    {
      typing: {
        conversation: { channel_id: "room" },
        user: BOB,
        is_active: true,
        expires_ms: 5_000,
      },
    },
  ],
  [
    "typing",
    { conversation: ROOM, user: "bob", isActive: false },
    { typing: { conversation: { channel_id: "room" }, user: BOB } },
  ],
  [
    "joined",
    { channel: "room", user: "bob" },
    { member: { channel_id: "room", user: BOB, change: "MEMBER_CHANGE_JOINED" } },
  ],
  [
    "left",
    { channel: "room", user: "bob", reason: "bye" },
    { member: { channel_id: "room", user: BOB, change: "MEMBER_CHANGE_LEFT", reason: "bye" } },
  ],
  [
    "removed",
    { channel: "room", user: "bob", by: ANN },
    { member: { channel_id: "room", user: BOB, change: "MEMBER_CHANGE_REMOVED", by: WIRE_ANN } },
  ],
  ["changed", { before: "bob", user: ANN }, { user_changed: { before: BOB, user: WIRE_ANN } }],
];

test("each kind has its fields, and what is not given is missing", () => {
  for (const [kind, incoming, expected] of ROWS) assert.deepEqual(wire(kind, incoming), expected);
});

test("a command's argument keeps its mentions and files", () => {
  const argBlock = container([mention({ userId: "bob" }), " ", attachment({ name: "a.png" })]);
  const incoming = { channel: "room", user: "ann", command: "hug", arg: "@bob a.png", argBlock };
  const { inner } = chatEvent("command", incoming);
  assert.ok(inner.case === "command");
  assert.deepEqual(inner.value.argBlock, argBlock);
});

test("what code without types gives wrongly is a TypeError that names it", () => {
  const long = "é".repeat(257);
  const said = { channel: "room", user: "ann", text: "hi" };
  const reaction = { conversation: ROOM, messageId: "m1", user: "ann", emoji: "👍" };
  const rows: readonly (readonly [IncomingKind, unknown, RegExp])[] = [
    ["message", { ...said, id: long }, /^id has 514 bytes; allowed: 512$/],
    ["message", { ...said, id: 7 }, /^id is number$/],
    ["message", { ...said, referrer: long }, /^referrer has 514 bytes; allowed: 512$/],
    ["message", { ...said, sentAt: new Date(Number.NaN) }, /^sentAt is no date/],
    ["message", { ...said, sentAt: 1e300 }, /^sentAt is no date/],
    ["message", { ...said, sentAt: "2026-01-31" }, /^sentAt is no date/],
    ["message", { ...said, replyTo: { messageId: "" } }, /^replyTo.messageId is empty$/],
    [
      "message",
      { ...said, user: { id: "a", account: "x".repeat(2_049) } },
      /^user.account has 2049/,
    ],
    ["message", { ...said, user: null }, /^user is null$/],
    ["edited", { conversation: ROOM, user: "ann", text: "x" }, /^id is undefined$/],
    [
      "edited",
      { user: "ann", text: "x", id: "m1" },
      /^conversation is undefined; give \{ kind: "channel", id \}/,
    ],
    ["typing", { conversation: "room", user: "ann" }, /^conversation is 'room'; give \{ kind/],
    ["typing", { conversation: { kind: "user", id: "" } }, /^conversation.id is empty$/],
    ["deleted", { conversation: ROOM, ids: [] }, /^ids is not a list of 1 to 1000 message ids$/],
    ["deleted", { conversation: ROOM, ids: Array(1_001).fill("x") }, /^ids is not a list/],
    ["deleted", { conversation: ROOM, ids: [long] }, /^one of the ids has 514 bytes/],
    ["reaction", { ...reaction, emoji: undefined }, /^emoji is undefined$/],
    ["reaction", { ...reaction, emoji: { text: long } }, /^emoji.text has 514 bytes/],
    ["reaction", { ...reaction, user: undefined }, /^user is undefined$/],
    ["reaction", { ...reaction, conversation: { kind: "room", id: "x" } }, /^conversation.kind is/],
    ["typing", { conversation: ROOM, user: "ann", expiresMs: -1 }, /^expiresMs is -1/],
    ["joined", { channel: "", user: "ann" }, /^channel is empty$/],
    ["changed", { user: "ann" }, /^before is undefined$/],
  ];
  for (const [kind, incoming, message] of rows) {
    assert.throws(() => chatEvent(kind, incoming as never), { name: "TypeError", message });
  }
});

test("of more blocks than core takes, the plain text is reported", () => {
  const said = (count: number) => {
    const block = container(Array.from({ length: count }, () => bold("a")));
    const { inner } = chatEvent("message", { channel: "room", user: "ann", text: "", block });
    assert.ok(inner.case === "message");
    return inner.value;
  };
  const most = Math.floor((MAX_MESSAGE_BLOCKS - 1) / 2);
  assert.equal(said(most).rootBlock?.inner.case, "container");
  const { rootBlock, text } = said(most + 1);
  assert.deepEqual([rootBlock, text], [undefined, "a".repeat(most + 1)]);
});
