/** The messages extension: what is dropped of a backend's events, and what is private. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { eventsIn, TestBroker } from "./test/fixtures.ts";
import {
  ANN,
  block,
  hi,
  IN_CHANNEL,
  type InnerInit,
  id,
  inner,
  REACTION,
  saying,
  sent,
  streamOfAll,
  THUMB,
  text,
  WAYS,
  WITH_USER,
} from "./test/reported.ts";

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
