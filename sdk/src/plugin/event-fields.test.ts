/** What an event has of its message, its speaker, and what a plugin sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  attachment,
  bold,
  container,
  type EventSchema,
  Presentation,
  text,
} from "@seabird-chat/protocol";
import { isReplyable } from "./event-fields.ts";
import type { PluginEvent } from "./events.ts";
import { eventOf } from "./test/event-of.ts";

type Inner = NonNullable<MessageInitShape<typeof EventSchema>["inner"]>;

function event(inner: Inner): PluginEvent {
  return eventOf({ inner, tags: { a: "1" } });
}

const source = { channelId: "irc://net/%23c", user: { id: "irc://net/ann", displayName: "ann" } };
const ann = { id: "irc://net/ann", displayName: "Ann" };
const nobody = { id: "", displayName: "", avatarUrl: "", isBot: false, account: "" };
const inChannel = { where: { case: "channelId", value: "irc://net/#c" } } as const;
const reference = {
  messageId: "41",
  author: { id: "irc://net/bob[m]", displayName: "Bob" },
  text: "earlier",
  conversation: inChannel,
};
const info = {
  id: "42",
  sentAt: { seconds: 1_700_000_000n, nanos: 500_000_000 },
  replyTo: reference,
  referrer: "r",
};
const picture = attachment({
  ...{ id: "irc://net/file/1", url: "https://x.example/a.png", name: "a.png" },
  ...{ contentType: "image/png", sizeBytes: 5, width: 3, description: "a cat" },
  ...{ presentation: Presentation.IMAGE, isSpoiler: true, expiresAt: new Date(1_000) },
});

const MESSAGES: readonly Inner[] = [
  { case: "message", value: { source, info, rootBlock: container([text("hi "), bold(picture)]) } },
  { case: "mention", value: { source, info, rootBlock: picture } },
  { case: "action", value: { source, info, rootBlock: picture } },
  { case: "command", value: { source, info, argBlock: container([text("x "), picture]) } },
  { case: "privateMessage", value: { source: ann, info, rootBlock: picture } },
  { case: "privateAction", value: { source: ann, info, rootBlock: picture } },
  { case: "messageEdited", value: { conversation: inChannel, info, rootBlock: picture } },
];

for (const inner of MESSAGES) {
  test(`the message of a ${inner.case}: id, time, what it answers, files`, () => {
    const made = event(inner);
    assert.ok("message" in made);
    const { message } = made;
    assert.equal(made.message, message);
    assert.equal(message.attachments, message.attachments);
    assert.deepEqual(
      { ...message },
      {
        id: "42",
        sentAt: new Date(1_700_000_000_500),
        replyTo: {
          id: "41",
          author: { ...nobody, id: "irc://net/bob%5Bm%5D", displayName: "Bob" },
          text: "earlier",
          conversation: { channelId: "irc://net/%23c" },
        },
        referrer: "r",
        attachments: [
          {
            ...{ id: "irc://net/file%2F1", url: "https://x.example/a.png", name: "a.png" },
            ...{ contentType: "image/png", sizeBytes: 5, width: 3, height: undefined },
            ...{ durationMs: undefined, description: "a cat", presentation: Presentation.IMAGE },
            ...{ isSpoiler: true, expiresAt: new Date(1_000) },
          },
        ],
      },
    );
  });
}

test("a network without ids gives a message without any", () => {
  const empty = { id: "", sentAt: undefined, replyTo: undefined, referrer: "", attachments: [] };
  for (const value of [{ source }, { source, info: {} }]) {
    const made = event({ case: "message", value });
    assert.ok(made.kind === "message");
    assert.deepEqual({ ...made.message }, empty);
  }
  const times = [
    { seconds: 2n ** 62n, nanos: 0 },
    { seconds: -(2n ** 62n), nanos: 0 },
  ];
  for (const sentAt of times) {
    const made = event({ case: "message", value: { source, info: { sentAt } } });
    assert.ok(made.kind === "message");
    assert.equal(made.message.sentAt, undefined);
  }
  const answer = event({ case: "message", value: { source, info: { replyTo: {} } } });
  assert.ok(answer.kind === "message");
  const nothing = { id: "", author: undefined, text: "", conversation: undefined };
  assert.deepEqual(answer.message.replyTo, nothing);
});

test("a speaker has a picture and an account where the network gives them", () => {
  const details = { avatarUrl: "https://x.example/ann.png", isBot: true, account: "ann" };
  for (const inner of [
    { case: "message", value: { source: { channelId: "c", user: { ...ann, ...details } } } },
    { case: "command", value: { source: { channelId: "c", user: { ...ann, ...details } } } },
    { case: "privateMessage", value: { source: { ...ann, ...details } } },
  ] as const) {
    const made = event(inner);
    assert.ok(isReplyable(made));
    assert.deepEqual({ ...made.user }, { ...ann, ...details });
  }
});

test("what a plugin asked for, and the number of its send, are there", () => {
  const options = {
    replyTo: reference,
    startThread: true,
    persona: { id: "p", displayName: "P", avatarUrl: "u" },
  };
  for (const kind of ["sendMessage", "performAction"] as const) {
    const sent = eventOf({
      inner: { case: kind, value: { sender: "s", channelId: "c", options } },
      meta: { sequence: 7n },
    });
    assert.ok(sent.kind === kind);
    assert.equal(sent.sequence, 7n);
    assert.equal(sent.options.replyTo?.id, "41");
    assert.equal(sent.options.startThread, true);
    assert.deepEqual(sent.options.persona, options.persona);
  }
  const plain = event({ case: "sendPrivateMessage", value: { sender: "s", userId: "u" } });
  assert.ok(plain.kind === "sendPrivateMessage");
  assert.equal(plain.sequence, undefined);
  const none = { replyTo: undefined, startThread: false, persona: undefined };
  assert.deepEqual(plain.options, none);
});
