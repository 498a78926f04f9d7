/** Core's events as a plugin sees them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Block, EventSchema, text } from "@seabird-chat/protocol";
import { SeabirdError } from "../link/errors.ts";
import { isPersonal, isReplyable, queueKeyOf } from "./event-fields.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import { mentioning, replyTarget } from "./replies.ts";
import { eventOf } from "./test/event-of.ts";

const source = { channelId: "irc://net/%23c", user: { id: "irc://net/ann", displayName: "ann" } };
type Inner = NonNullable<MessageInitShape<typeof EventSchema>["inner"]>;

function event(inner: Inner): PluginEvent {
  return eventOf({ inner, tags: { a: "1" } });
}

function replyable(inner: Inner): ReplyableEvent {
  const made = event(inner);
  assert.ok(isReplyable(made));
  return made;
}

test("each kind has its fields", () => {
  const message = event({ case: "message", value: { source, text: "hi" } });
  assert.ok(message.kind === "message");
  assert.equal(message.text, "hi");
  assert.equal(message.channelId, source.channelId);
  const user = { ...source.user, avatarUrl: "", isBot: false, account: "" };
  assert.deepEqual({ ...message.user }, user);
  assert.equal(message.tags["a"], "1");
  const command = event({ case: "command", value: { source, command: "x", arg: " y " } });
  assert.ok(command.kind === "command");
  assert.equal(command.arg, " y ");
  const sent = event({
    case: "sendPrivateMessage",
    value: { sender: "s", userId: "u", text: "t" },
  });
  assert.ok(sent.kind === "sendPrivateMessage");
  assert.equal(sent.sender, "s");
  assert.equal(sent.userId, "u");
  assert.equal(event({ case: undefined }).kind, "unknown");
});

test("every kind of the protocol is known", () => {
  for (const field of EventSchema.oneofs[0]?.fields ?? []) {
    const made = event({ case: field.localName, value: {} } as Inner);
    assert.equal(made.kind, field.localName);
  }
});

const ann = { id: "irc://net/ann", displayName: "Ann" };
const inChannel = { where: { case: "channelId", value: "irc://net/#c" } } as const;
const inPrivate = { where: { case: "userId", value: ann.id } } as const;

test("events of one conversation run in one order, whatever their kind", () => {
  const key = (inner: Inner) => queueKeyOf(event(inner));
  const here = "irc://net/%23c";
  assert.equal(key({ case: "message", value: { source } }), here);
  for (const kind of ["messageEdited", "messageDeleted", "reaction", "typing"] as const) {
    assert.equal(key({ case: kind, value: { conversation: inChannel, user: ann } } as Inner), here);
    const there = { conversation: inPrivate } as const;
    assert.equal(key({ case: kind, value: there } as Inner), ann.id);
  }
  assert.equal(key({ case: "sendResult", value: { conversation: inChannel } }), here);
  assert.equal(key({ case: "member", value: { channelId: "irc://net/#c", user: ann } }), here);
  assert.equal(key({ case: "channel", value: { channel: { id: "irc://net/#c" } } }), here);
  assert.equal(key({ case: "privateMessage", value: { source: ann } }), ann.id);
  assert.equal(key({ case: "userChanged", value: { user: ann } }), ann.id);
  assert.equal(key({ case: "backend", value: { backend: { id: "irc://net" } } }), "irc://net");
});

test("what somebody did is answered where they did it, and they are named there", () => {
  const reacted = event({ case: "reaction", value: { conversation: inChannel, user: ann } });
  assert.ok(isPersonal(reacted));
  assert.deepEqual(replyTarget(reacted), { kind: "channel", channelId: "irc://net/%23c" });
  assert.equal(mentioning(reacted, "no"), "Ann: no");
  const edited = event({ case: "messageEdited", value: { conversation: inPrivate, author: ann } });
  assert.ok(isPersonal(edited));
  assert.deepEqual(replyTarget(edited), { kind: "user", userId: ann.id });
  assert.equal(mentioning(edited, "no"), "no");
  const lost = event({ case: "reaction", value: {} });
  assert.ok(isPersonal(lost));
  assert.throws(() => replyTarget(lost), SeabirdError);
});

test("a missing source is empty, and cannot be replied to", () => {
  const lost = replyable({ case: "message", value: { text: "hi" } });
  assert.equal(lost.user.displayName, "");
  assert.throws(() => replyTarget(lost), SeabirdError);
});

test("answers go where the event came from", () => {
  const channel = { kind: "channel", channelId: source.channelId };
  for (const kind of ["message", "mention", "action", "command"] as const) {
    assert.deepEqual(replyTarget(replyable({ case: kind, value: { source } })), channel);
  }
  for (const kind of ["privateMessage", "privateAction"] as const) {
    const target = replyTarget(replyable({ case: kind, value: { source: source.user } }));
    assert.deepEqual(target, { kind: "user", userId: source.user.id });
  }
});

test("a person is named in channels and not in private", () => {
  const message = replyable({ case: "message", value: { source } });
  assert.equal(mentioning(message, "yes"), "ann: yes");
  const block = { $typeName: "common.Block", plain: "yes" } as Block;
  assert.deepEqual(mentioning(message, block), ["ann: ", block]);
  for (const kind of ["privateMessage", "privateAction"] as const) {
    assert.equal(
      mentioning(replyable({ case: kind, value: { source: source.user } }), "yes"),
      "yes",
    );
  }
  const nameless = { channelId: "c", user: { id: "u", displayName: "" } };
  assert.equal(
    mentioning(replyable({ case: "message", value: { source: nameless } }), "yes"),
    "yes",
  );
});

test("events are spread and copied as plain objects are", () => {
  const made = event({ case: "message", value: { source, text: "hi", rootBlock: text("hi") } });
  const names = ["channelId", "kind", "message", "raw", "rootBlock", "tags", "text", "user"];
  assert.deepEqual(Object.keys(made).sort(), names);
  const copy = { ...made };
  assert.ok(copy.kind === "message" && made.kind === "message");
  assert.equal(copy.rootBlock?.plain, "hi");
  assert.deepEqual(copy.tags, { a: "1" });
  assert.equal(copy.raw, made.raw);
  assert.deepEqual(Object.assign(made, { tags: { b: "2" } }).tags, { b: "2" });
});
