/** The messages extension: what is published of a backend's events, what is private, what is dropped. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, equals } from "@bufbuild/protobuf";
import {
  type ChatEvent,
  type Event,
  EventSchema,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import type { Caller } from "./caller.ts";
import type { Source } from "./streams/source.ts";
import { type ChatEventInit, eventsIn, TestBroker } from "./test/fixtures.ts";

type InnerInit = NonNullable<ChatEventInit["inner"]>;
type Kind = NonNullable<ChatEvent["inner"]["case"]>;
type Fields = Record<string, unknown>;

const NET = "irc://net/";
/** Transcoded, and decoded: an id keeps an event from being transcoded. */
const WAYS = { transcoded: "", decoded: "7" };

const inner = (kind: Kind, value: Fields): InnerInit => ({ case: kind, value }) as InnerInit;

/** A stream of all kinds. */
function streamOfAll(t: TestBroker, caller: Partial<Caller> = {}): Source {
  const request = create(StreamEventsRequestSchema, { options: { kinds: ["*"] } });
  return t.broker.openEvents(request, t.call({ caller }));
}

/** What a stream gets of a backend's event, or why it gets nothing. */
function sent(init: ChatEventInit): Event | string {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = streamOfAll(t);
  backend.say(init);
  const [event, ...more] = eventsIn(stream);
  assert.deepEqual(more, []);
  const dropped = t.seen.observed.find((each) => each.startsWith("eventDropped:"));
  return event ?? dropped?.split(":")[1] ?? "nothing";
}

const IN_CHANNEL = { where: { case: "channelId", value: "#c" } };
const WITH_USER = { where: { case: "userId", value: "ann" } };
const ANN = { id: "ann", displayName: "Ann" };
const ABSOLUTE_ANN = { id: `${NET}ann`, displayName: "Ann" };
const ABSOLUTE_CHANNEL = { where: { case: "channelId", value: `${NET}%23c` } };
const ABSOLUTE_USER = { where: { case: "userId", value: `${NET}ann` } };
const THUMB = { text: "👍" };
const REACTION = { conversation: IN_CHANNEL, messageId: "1", user: ANN, emoji: THUMB };
const text = (content: string, plain = "") => ({
  plain,
  inner: { case: "text", value: { text: content } },
});
const plainOf = (content: string) => text(content, content);
const block = (kind: string, value: Fields, plain = "") => ({
  plain,
  inner: { case: kind, value },
});
/** A message whose only content is a block, and what is published of it. */
const saying = (root: object, more: Fields = {}): InnerInit =>
  inner("message", { rootBlock: root, ...more });
const said = (root: Fields): InnerInit => saying(root, { text: root["plain"] });
const hi = (more: Fields): InnerInit => inner("message", { text: "hi", ...more });
const published = (more: Fields): InnerInit => hi({ rootBlock: plainOf("hi"), ...more });
const id = (bytes: number) => "x".repeat(bytes);

const PUBLISHED: Record<string, readonly [sent: InnerInit, published: InnerInit]> = {
  "what the network tells of a user": [
    hi({
      source: {
        channelId: "#c",
        user: { ...ANN, avatarUrl: "https://x.y/a.png", isBot: true, account: "ann" },
      },
    }),
    published({
      source: {
        channelId: `${NET}%23c`,
        user: { ...ABSOLUTE_ANN, avatarUrl: "https://x.y/a.png", isBot: true, account: "ann" },
      },
    }),
  ],
  "a message's id, time and referrer": [
    hi({ info: { id: "1/ é", sentAt: { seconds: 1n, nanos: 999_999_999 }, referrer: "r" } }),
    published({
      info: { id: "1/ é", sentAt: { seconds: 1n, nanos: 999_999_999 }, referrer: "r" },
    }),
  ],
  "a time before 1970": [
    hi({ info: { sentAt: { seconds: -62_135_596_800n } } }),
    published({ info: { sentAt: { seconds: -62_135_596_800n } } }),
  ],
  "a reply, with absolute ids": [
    hi({
      info: { replyTo: { messageId: "1", author: ANN, text: "so?", conversation: WITH_USER } },
    }),
    published({
      info: {
        replyTo: {
          messageId: "1",
          author: ABSOLUTE_ANN,
          text: "so?",
          conversation: ABSOLUTE_USER,
        },
      },
    }),
  ],
  "a reply whose ids are empty": [
    hi({
      info: {
        replyTo: {
          author: { displayName: "Ann" },
          conversation: { where: { case: "channelId", value: "" } },
        },
      },
    }),
    published({
      info: {
        replyTo: {
          author: { displayName: "Ann" },
          conversation: { where: { case: "channelId", value: "" } },
        },
      },
    }),
  ],
  "a reply's text of 300 bytes": [
    hi({ info: { replyTo: { text: "é".repeat(150) } } }),
    published({ info: { replyTo: { text: "é".repeat(150) } } }),
  ],
  "a reply's longer text, cut at a code point": [
    hi({ info: { replyTo: { text: `x${"🎉".repeat(80)}` } } }),
    published({ info: { replyTo: { text: `x${"🎉".repeat(74)}` } } }),
  ],
  "fields of 512 bytes and 2 KiB": [
    hi({
      source: { user: { ...ANN, avatarUrl: id(2_048), account: id(2_048) } },
      info: { id: id(512), replyTo: { messageId: id(512) }, referrer: id(512) },
    }),
    published({
      source: {
        channelId: NET,
        user: { ...ABSOLUTE_ANN, avatarUrl: id(2_048), account: id(2_048) },
      },
      info: { id: id(512), replyTo: { messageId: id(512) }, referrer: id(512) },
    }),
  ],
  "no picture whose url has a password in it": [
    hi({ source: { user: { ...ANN, avatarUrl: "https://ann:secret@x.y/a.png" } } }),
    published({ source: { channelId: NET, user: ABSOLUTE_ANN } }),
  ],
  "a picture whose url has an @ in its path": [
    hi({ source: { user: { ...ANN, avatarUrl: "https://x.y/@ann" } } }),
    published({
      source: { channelId: NET, user: { ...ABSOLUTE_ANN, avatarUrl: "https://x.y/@ann" } },
    }),
  ],
  "a mention of a user": [
    saying(block("mention", { inner: text("@ann"), target: { case: "userId", value: "ann" } })),
    said(
      block(
        "mention",
        { inner: plainOf("@ann"), target: { case: "userId", value: `${NET}ann` } },
        "@ann",
      ),
    ),
  ],
  "a mention of a channel, of everyone, of no one, of an empty id": [
    saying(
      block("container", {
        inner: [
          block("mention", { inner: text("#c"), target: { case: "channelId", value: "#c" } }),
          block("mention", { inner: text("all"), target: { case: "everyone", value: true } }),
          block("mention", { inner: text("none"), target: { case: "everyone", value: false } }),
          block("mention", { inner: text("?") }),
          block("mention", { inner: text("!"), target: { case: "userId", value: "" } }),
        ],
      }),
    ),
    said(
      block(
        "container",
        {
          inner: [
            block(
              "mention",
              { inner: plainOf("#c"), target: { case: "channelId", value: `${NET}%23c` } },
              "#c",
            ),
            block(
              "mention",
              { inner: plainOf("all"), target: { case: "everyone", value: true } },
              "all",
            ),
            block(
              "mention",
              { inner: plainOf("none"), target: { case: "everyone", value: false } },
              "none",
            ),
            block("mention", { inner: plainOf("?") }, "?"),
            block("mention", { inner: plainOf("!"), target: { case: "userId", value: "" } }, "!"),
          ],
        },
        "#callnone?!",
      ),
    ),
  ],
  "an emoji": [
    saying(block("emoji", { text: ":parrot:", id: "7", url: "https://x.y/p.gif" })),
    said(block("emoji", { text: ":parrot:", id: "7", url: "https://x.y/p.gif" }, ":parrot:")),
  ],
  "a file": [
    saying(
      block("attachment", {
        id: "f/1",
        url: "https://x.y/c",
        name: "cat",
        sizeBytes: 2n ** 60n,
        presentation: 77,
        expiresAt: { seconds: 9n },
      }),
    ),
    said(
      block(
        "attachment",
        {
          id: `${NET}f%2F1`,
          url: "https://x.y/c",
          name: "cat",
          sizeBytes: 2n ** 60n,
          presentation: 77,
          expiresAt: { seconds: 9n },
        },
        "cat: https://x.y/c",
      ),
    ),
  ],
  "a file whose url has a password in it": [
    saying(block("attachment", { url: "https://:secret@x.y/c", name: "cat" })),
    said(block("attachment", { name: "cat" }, "cat")),
  ],
  "an ordered list in a list": [
    saying(
      block("list", {
        inner: [text("a"), block("list", { inner: [text("b"), text("c")], isOrdered: true })],
      }),
    ),
    said(
      block(
        "list",
        {
          inner: [
            plainOf("a"),
            block("list", { inner: [plainOf("b"), plainOf("c")], isOrdered: true }, "1. b, 2. c"),
          ],
        },
        "a, 1. b, 2. c",
      ),
    ),
  ],
  "a block of which only the words are left": [saying({ plain: "hi" }), published({})],
  "a command's argument as it was sent, with its block": [
    inner("command", {
      command: "hug",
      arg: " @ann ",
      argBlock: block("mention", { inner: text("@ann"), target: { case: "userId", value: "ann" } }),
    }),
    inner("command", {
      command: "hug",
      arg: " @ann ",
      argBlock: block(
        "mention",
        { inner: plainOf("@ann"), target: { case: "userId", value: `${NET}ann` } },
        "@ann",
      ),
    }),
  ],
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
      test(name, () => {
        const event = sent({ inner: from, id: eventId });
        assert.ok(typeof event === "object", `dropped: ${event}`);
        const expected = create(EventSchema, { inner: to, tags: event.tags } as object);
        assert.ok(equals(EventSchema, event, expected), JSON.stringify(event.inner, bigInts));
      });
    }
  });
}

function bigInts(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

test("an edited message is tagged like one that is said", () => {
  const edited = inner("messageEdited", { conversation: IN_CHANNEL, info: { id: "1" }, text: "x" });
  for (const eventId of Object.values(WAYS)) {
    const event = sent({ inner: edited, id: eventId, tags: { own: "o", "core/x": "1" } });
    assert.ok(typeof event === "object");
    assert.deepEqual(event.tags, { own: "o", "core/original-format": "text" });
  }
});

const EDIT = { conversation: IN_CHANNEL, info: { id: "1" } };
const NOWHERE = { where: { case: "userId", value: "" } };

const DROPPED: Record<string, readonly [sent: InnerInit, reason: string]> = {
  "an edit without a conversation": [
    inner("messageEdited", { info: { id: "1" } }),
    "missing_field",
  ],
  "an edit nowhere": [inner("messageEdited", { ...EDIT, conversation: {} }), "missing_field"],
  "an edit of an empty id": [
    inner("messageEdited", { ...EDIT, conversation: NOWHERE }),
    "missing_field",
  ],
  "an edit without info": [inner("messageEdited", { conversation: IN_CHANNEL }), "missing_field"],
  "an edit without a message id": [
    inner("messageEdited", { ...EDIT, info: { referrer: "r" } }),
    "missing_field",
  ],
  "an edit with a bad block": [
    inner("messageEdited", { ...EDIT, rootBlock: { inner: { case: "bold", value: {} } } }),
    "bad_block",
  ],
  "a deletion without a conversation": [
    inner("messageDeleted", { messageIds: ["1"] }),
    "missing_field",
  ],
  "a deletion of nothing": [inner("messageDeleted", { conversation: IN_CHANNEL }), "missing_field"],
  "a deletion of an empty id": [
    inner("messageDeleted", { conversation: IN_CHANNEL, messageIds: ["1", ""] }),
    "bad_field",
  ],
  "a deletion of 1,001 messages": [
    inner("messageDeleted", { conversation: IN_CHANNEL, messageIds: Array(1_001).fill("1") }),
    "bad_field",
  ],
  "a deletion of an id of 513 bytes": [
    inner("messageDeleted", { conversation: IN_CHANNEL, messageIds: ["1", id(513)] }),
    "bad_field",
  ],
  "a reaction without a conversation": [
    inner("reaction", { messageId: "1", user: ANN, emoji: THUMB }),
    "missing_field",
  ],
  "a reaction without a message id": [
    inner("reaction", { ...REACTION, messageId: "" }),
    "missing_field",
  ],
  "a reaction of nobody": [inner("reaction", { ...REACTION, user: {} }), "missing_field"],
  "a reaction of a user without an id": [
    inner("reaction", { ...REACTION, user: { displayName: "Ann" } }),
    "missing_field",
  ],
  "a reaction without an emoji": [
    inner("reaction", { conversation: IN_CHANNEL, messageId: "1", user: ANN }),
    "missing_field",
  ],
  "a reaction with an empty emoji": [
    inner("reaction", { ...REACTION, emoji: {} }),
    "missing_field",
  ],
  "a reaction with an emoji of 513 bytes": [
    inner("reaction", { ...REACTION, emoji: { text: id(513) } }),
    "bad_field",
  ],
  "typing without a conversation": [inner("typing", { user: ANN }), "missing_field"],
  "typing of nobody": [inner("typing", { conversation: IN_CHANNEL }), "missing_field"],
  "a member of no channel": [inner("member", { user: ANN, change: 1 }), "missing_field"],
  "no member": [inner("member", { channelId: "#c", change: 1 }), "missing_field"],
  "a change of nobody": [inner("userChanged", { before: ANN }), "missing_field"],
  "a message id of 513 bytes": [hi({ info: { id: id(513) } }), "bad_field"],
  "a referrer of 513 bytes": [hi({ info: { referrer: id(513) } }), "bad_field"],
  "an answered id of 513 bytes": [
    hi({ info: { replyTo: { messageId: `é${id(511)}` } } }),
    "bad_field",
  ],
  "a picture of more than 2 KiB": [
    hi({ source: { user: { ...ANN, avatarUrl: id(2_049) } } }),
    "bad_field",
  ],
  "an account of more than 2 KiB": [
    hi({ source: { user: { ...ANN, account: id(2_049) } } }),
    "bad_field",
  ],
  "a long id of an answered author": [
    hi({ info: { replyTo: { author: { id: id(1_025) } } } }),
    "bad_id",
  ],
  "a long id of a mentioned user": [
    saying(block("mention", { inner: text("x"), target: { case: "userId", value: id(1_025) } })),
    "bad_id",
  ],
  "a long id of a file": [saying(block("attachment", { id: id(1_025) })), "bad_id"],
  "a timestamp without a time": [saying(block("timestamp", {})), "bad_block"],
  "a mention without inner": [
    saying(block("mention", { target: { case: "everyone", value: true } })),
    "bad_block",
  ],
  "an emoji block of 513 bytes": [saying(block("emoji", { text: id(513) })), "bad_block"],
  "an emoji block with an id of 513 bytes": [saying(block("emoji", { id: id(513) })), "bad_block"],
  "a file that expires at no time": [
    saying(block("attachment", { name: "x", expiresAt: { nanos: -1 } })),
    "bad_block",
  ],
  "a time after the year 9999": [
    hi({ info: { sentAt: { seconds: 253_402_300_800n } } }),
    "bad_field",
  ],
  "a time before the year 1": [
    hi({ info: { sentAt: { seconds: -62_135_596_801n } } }),
    "bad_field",
  ],
  "a time with too many nanoseconds": [
    hi({ info: { sentAt: { nanos: 1_000_000_000 } } }),
    "bad_field",
  ],
  "a bad block of a command's argument": [
    inner("command", { command: "x", arg: "y", argBlock: {} }),
    "bad_block",
  ],
};

for (const [way, eventId] of Object.entries(WAYS)) {
  suite(`dropped, ${way}`, () => {
    for (const [name, [event, reason]] of Object.entries(DROPPED)) {
      test(name, () => assert.equal(sent({ inner: event, id: eventId }), reason));
    }
  });
}

const inPlace = (channelId: string): Record<string, InnerInit> => {
  const conversation = { where: { case: "channelId", value: channelId } };
  const source = { channelId, user: ANN };
  return {
    message: inner("message", { source, text: "x" }),
    mention: inner("mention", { source, text: "x" }),
    command: inner("command", { source, command: "x" }),
    action: inner("action", { source, text: "x" }),
    messageEdited: inner("messageEdited", { ...EDIT, conversation }),
    messageDeleted: inner("messageDeleted", { conversation, messageIds: ["1"] }),
    reaction: inner("reaction", { ...REACTION, conversation }),
    typing: inner("typing", { conversation, user: ANN }),
    member: inner("member", { channelId, user: ANN, change: 1 }),
  };
};
const answering = { info: { replyTo: { conversation: WITH_USER } } };

/** By whether streams without private messages get them. */
const PRIVACY: readonly (readonly [isPrivate: boolean, Record<string, InnerInit>])[] = [
  [false, inPlace("#c")],
  [false, inPlace("unknown")],
  [true, inPlace("group")],
  [true, inPlace("thread é")],
  [false, { userChanged: inner("userChanged", { user: ANN }), "an answer": hi(answering) }],
  [
    true,
    {
      messageEdited: inner("messageEdited", { ...EDIT, conversation: WITH_USER }),
      messageDeleted: inner("messageDeleted", { conversation: WITH_USER, messageIds: ["1"] }),
      reaction: inner("reaction", { ...REACTION, conversation: WITH_USER }),
      typing: inner("typing", { conversation: WITH_USER, user: ANN }),
    },
  ],
];

for (const [way, eventId] of Object.entries(WAYS)) {
  test(`what happens in private is private, ${way}`, () => {
    const t = new TestBroker();
    const backend = t.backend();
    for (const channel of [
      { channelId: "#c" },
      { channelId: "group", isPrivate: true },
      { channelId: "thread é", parentId: "group" },
    ]) {
      backend.say({ inner: { case: "joinChannel", value: channel } });
    }
    const all = streamOfAll(t);
    const others = streamOfAll(t, { mayPrivate: false });
    for (const stream of [all, others]) eventsIn(stream);
    for (const [isPrivate, events] of PRIVACY) {
      for (const [name, event] of Object.entries(events)) {
        backend.say({ inner: event, id: eventId });
        const seen = [all, others].map((stream) => eventsIn(stream).length);
        assert.deepEqual(seen, [1, isPrivate ? 0 : 1], `${name} ${JSON.stringify(event.value)}`);
      }
    }
  });
}
