import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  ChatRequestSchema,
  EventSchema,
  LeaveChannelRequestSchema,
  SendMessageRequestSchema,
} from "@seabird-chat/protocol";
import { ACTIONS } from "./actions.ts";
import { act, assertRefused, isSend, KINDS, requestOf, SENDS } from "./test/acting.ts";
import { type ChatEventInit, drain, eventsIn, TestBroker } from "./test/fixtures.ts";

type Inner = NonNullable<ChatEventInit["inner"]>;

const ANSWERS: Record<string, Inner> = {
  success: { case: "success", value: {} },
  joinChannel: { case: "joinChannel", value: { channelId: "#d" } },
  leaveChannel: { case: "leaveChannel", value: { channelId: "#c" } },
  changeChannel: { case: "changeChannel", value: { channelId: "#c" } },
  metadata: { case: "metadata", value: { values: { software: "x" } } },
  members: { case: "members", value: { isComplete: true } },
  message: { case: "message", value: { text: "x" } },
};

/** protocol: "How a backend's answer becomes the call's result". */
const ACCEPTED: Record<string, readonly string[]> = {
  joinChannel: ["success", "joinChannel"],
  leaveChannel: ["success", "leaveChannel"],
  updateChannelInfo: ["success", "changeChannel"],
  getBackendInfo: ["metadata"],
  listMembers: ["members"],
};

test("an action is named like its RPC", () => {
  for (const kind of KINDS) assert.equal(ACTIONS[kind].rpc.localName, kind);
});

for (const kind of KINDS) {
  const accepted = ACCEPTED[kind] ?? ["success"];
  for (const [name, inner] of Object.entries(ANSWERS)) {
    const isAccepted = accepted.includes(name);
    test(`${kind} answered by ${name}: ${isAccepted ? "done" : "unexpected"}`, async () => {
      const t = new TestBroker();
      const backend = t.backend();
      const action = act(t, kind);
      backend.answer(backend.request().id, inner);
      if (isAccepted) await action;
      else await assertRefused(action, "unexpected_answer", "unexpected chat event");
      assert.equal(t.broker.stats().requestsInFlight, 0);
    });
  }

  test(`${kind} of a backend that is not there`, async () => {
    const t = new TestBroker();
    const stream = t.stream();
    const absent = kind === "getBackendInfo" ? "backend not found" : "unknown backend";
    await assertRefused(act(t, kind), "unknown_backend", absent);
    assert.equal(eventsIn(stream).length, isSend(kind) ? 1 : 0, "a send is announced all the same");
  });

  test(`${kind} with an id that cannot be parsed`, async () => {
    const t = new TestBroker();
    const stream = t.stream();
    const { field } = ACTIONS[kind];
    await assertRefused(act(t, kind, "nonsense"), "bad_id", `failed to parse ${field}`);
    assert.deepEqual(eventsIn(stream), []);
  });

  test(`${kind} reaches the backend with the backend's own ids`, async () => {
    const t = new TestBroker();
    const backend = t.backend();
    act(t, kind).catch(() => {});
    const { id, inner } = backend.request();
    assert.notEqual(id, "");
    assert.equal(inner.case, kind === "getBackendInfo" ? "metadata" : kind);
    const { value } = inner;
    if (value !== undefined && "channelId" in value) assert.equal(value.channelId, "#c");
    if (value !== undefined && "userId" in value) assert.equal(value.userId, "ann");
  });
}

for (const kind of SENDS) {
  test(`${kind} is announced with its sender, its own id and what core makes of its text`, () => {
    const t = new TestBroker();
    const backend = t.backend();
    const stream = t.stream();
    const publicOnly = t.stream([], { caller: { mayPrivate: false } });
    const isPrivate = kind.includes("Private");
    // An id may be written in many ways; the caller's own is echoed.
    const target = isPrivate ? "irc://net/%61nn" : "irc://net/#c";
    const request = requestOf(kind, target);
    request.tags = { "core/x": "1", "seabird-core/y": "2", "core/original-format": "z", mine: "m" };
    t.broker.act(kind, request, t.call({ caller: { name: "weather" } })).catch(() => {});
    const [event] = eventsIn(stream);
    assert.equal(eventsIn(publicOnly).length, isPrivate ? 0 : 1);
    const asked = backend.request();
    const tags = { mine: "m", "core/original-format": "text" };
    assert.deepEqual(event?.tags, tags);
    assert.equal(event.inner.case, kind);
    const { value } = event.inner;
    assert.ok(value !== undefined && "sender" in value && value.sender === "weather");
    assert.equal("channelId" in value ? value.channelId : value.userId, target);
    assert.deepEqual([value.text, value.rootBlock?.plain], ["hi", "hi"]);
    const said = asked.inner.value;
    assert.ok(said !== undefined && "rootBlock" in said);
    assert.deepEqual([said.text, said.rootBlock?.plain, said.tags], ["hi", "hi", tags]);
  });
}

test("a block is normalised, and the text beside it ignored", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  const request = create(SendMessageRequestSchema, {
    channelId: "irc://net/%23c",
    text: "ignored",
    rootBlock: {
      inner: {
        case: "bold",
        value: { inner: { inner: { case: "text", value: { text: "loud" } } } },
      },
    },
  });
  t.broker.act("sendMessage", request, t.call()).catch(() => {});
  const [event] = eventsIn(stream);
  const { inner } = backend.request();
  assert.ok(event?.inner.case === "sendMessage" && inner.case === "sendMessage");
  assert.equal(event.inner.value.text, "loud");
  assert.deepEqual(event.inner.value.rootBlock, inner.value.rootBlock);
  assert.equal(event.tags["core/original-format"], "blocks");
});

test("a bad block is refused, saying which, and nothing is announced", async () => {
  const t = new TestBroker();
  t.backend();
  const stream = t.stream();
  const request = create(SendMessageRequestSchema, {
    channelId: "irc://net/%23c",
    rootBlock: { inner: { case: "bold", value: {} } },
  });
  const action = t.broker.act("sendMessage", request, t.call());
  await assertRefused(action, "bad_block", "bold block missing inner block");
  assert.deepEqual(drain(stream), []);
});

test("an exit message travels as a tag, an empty one does not", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const leave = (exitMessage: string) => {
    const tags = { "core/exit-message": "forged", mine: "m" };
    const init = { channelId: "irc://net/%23c", exitMessage, tags };
    const request = create(LeaveChannelRequestSchema, init);
    t.broker.act("leaveChannel", request, t.call()).catch(() => {});
    const { inner } = backend.request();
    assert.ok(inner.case === "leaveChannel");
    return inner.value.tags;
  };
  assert.deepEqual(leave("bye"), { mine: "m", "core/exit-message": "bye" });
  assert.deepEqual(leave(""), { mine: "m" });
});

test("backend info names the backend, with the metadata that it reports", async () => {
  const t = new TestBroker();
  const backend = t.backend("my-chat", "x.y");
  const request = requestOf("getBackendInfo", "my%2Dchat://x.y");
  const info = t.broker.act("getBackendInfo", request, t.call());
  const values = { version: "1", ["__proto__"]: "odd" };
  backend.answer(backend.request().id, { case: "metadata", value: { values } });
  const { backend: named, metadata } = await info;
  assert.deepEqual([named?.id, named?.type], ["my%2Dchat://x%2Ey", "my-chat"]);
  assert.deepEqual(Object.entries(metadata), Object.entries(values));
});

test("what is too large after normalising is refused, with its size, before it is announced", async () => {
  const maxMessageBytes = 10_000;
  const t = new TestBroker({ maxMessageBytes });
  const backend = t.backend();
  const stream = t.stream();
  const sendText = (text: string) =>
    t.broker.act(
      "sendMessage",
      create(SendMessageRequestSchema, { channelId: "irc://net/%23c", text }),
      t.call(),
    );
  let most = 0;
  for (let length = 3_200; length < 3_400; length++) {
    sendText("x".repeat(length)).catch(() => {});
    const [event] = eventsIn(stream);
    if (event === undefined) break;
    most = toBinary(EventSchema, event).length;
    assert.ok(most <= maxMessageBytes);
    assert.ok(toBinary(ChatRequestSchema, backend.request()).length <= maxMessageBytes);
  }
  assert.ok(most > maxMessageBytes - 100, `${most}: it is refused only when it must be`);
  const huge = sendText("x".repeat(4_000));
  const message = "message too large: 12015 bytes after normalising, limit 10000";
  await assertRefused(huge, "message_too_large", message);
  assert.deepEqual([drain(stream), drain(backend.session.output)], [[], []]);
});
