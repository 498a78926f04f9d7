import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { ChatEventSchema } from "@seabird-chat/protocol";
import type { IngestSession } from "../broker.ts";
import type { ErrorCode } from "../errors.ts";
import { act, actWith, assertRefused } from "../test/acting.ts";
import { type BlockInit, nested, text } from "../test/any-event.ts";
import {
  type ChatEventInit,
  chatEvent,
  eventsIn,
  line,
  refusal,
  TestBroker,
  textsIn,
} from "../test/fixtures.ts";

function hello(type: string, id: string): ChatEventInit {
  return { inner: { case: "hello", value: { backendInfo: { type, id } } } };
}

function assertEnds(session: IngestSession, run: () => void, code: ErrorCode, message?: string) {
  assert.throws(run, refusal(code, message));
  refusal(code, message)(session.output.end?.error);
}

const BAD_STARTS: Record<string, Uint8Array> = {
  "an event of another kind": chatEvent(line("x")),
  "an event without a kind": chatEvent({}),
  "a hello without backend info": chatEvent({ inner: { case: "hello", value: {} } }),
  "a hello without a type": chatEvent(hello("", "x")),
  "a hello without an id": chatEvent(hello("x", "")),
  "a name that is too long": chatEvent(hello("x", "x".repeat(257))),
};

for (const [name, bytes] of Object.entries(BAD_STARTS)) {
  test(`${name} is no way to begin`, () => {
    const t = new TestBroker();
    const session = t.broker.openIngest(t.call());
    assertEnds(session, () => session.receive(bytes), "bad_hello");
    assert.deepEqual(t.broker.listBackends().backends, []);
  });
}

test("a stream that closes before hello ends with an error", () => {
  const t = new TestBroker();
  const session = t.broker.openIngest(t.call());
  assertEnds(session, () => session.finish(), "bad_hello");
});

test("a second hello ends the stream", () => {
  const t = new TestBroker();
  const { session } = t.backend();
  const again = (): unknown => session.receive(chatEvent(hello("irc", "net")));
  assertEnds(session, () => void again(), "bad_hello");
  assert.equal(t.broker.stats().backends, 0);
});

test("bytes that are no event end the stream", () => {
  const t = new TestBroker();
  const { session } = t.backend();
  assertEnds(session, () => session.receive(new Uint8Array([255, 255])), "undecodable");
  assert.equal(t.broker.stats().backends, 0);
});

test("a token may be the backends of its scopes only", () => {
  const t = new TestBroker();
  const caller = { mayBeBackend: (type: string, id: string) => type === "irc" && id === "net" };
  const session = t.broker.openIngest(t.call({ caller }));
  const claim = (): unknown => session.receive(chatEvent(hello("irc", "other net")));
  const message = 'token lacks the scope "backend:irc/other net"';
  assertEnds(session, () => void claim(), "missing_scope", message);
  t.backend("irc", "net", { caller });
});

test("a half-close after hello is a good end", async () => {
  const t = new TestBroker();
  const { session, ...backend } = t.backend();
  const action = act(t, "sendMessage");
  session.finish();
  await assertRefused(action, "backend_gone");
  assert.deepEqual(session.output.end, { error: undefined });
  assert.equal(session.output.take(1_000), undefined);
  assert.equal(t.broker.stats().backends, 0);
  session.close();
  session.receive(chatEvent(line("late")));
  assert.ok(backend);
});

function withBlock(rootBlock: BlockInit): Uint8Array {
  const event = create(ChatEventSchema, { inner: { case: "message", value: { rootBlock } } });
  return toBinary(ChatEventSchema, event);
}

const LATER_EDITION = new Uint8Array([((99 << 3) & 0x7f) | 0x80 | 2, 6, 1, 7]);

const DROPPED: Record<string, [Uint8Array, string]> = {
  "an event without a kind": [chatEvent({ tags: { a: "b" } }), "no_inner"],
  "an event of a later edition's kind": [LATER_EDITION, "no_inner"],
  "an empty message": [new Uint8Array(0), "no_inner"],
  "a bad block": [withBlock({}), "bad_block"],
  "a block nested too deep": [withBlock(nested(48, text("deep"))), "bad_block"],
  "a nesting that overflows the decoder": [withBlock(nested(500, text("deep"))), "bad_block"],
  "a text that grows too large": [chatEvent(line("x".repeat(1_300_000))), "too_large"],
  "an id that is too long": [
    chatEvent({ inner: { case: "privateMessage", value: { source: { id: "x".repeat(2_000) } } } }),
    "bad_id",
  ],
  "a join without a channel": [
    chatEvent({ inner: { case: "joinChannel", value: { displayName: "x" } } }),
    "bad_id",
  ],
  "an answer without an id": [
    chatEvent({ inner: { case: "success", value: {} } }),
    "unmatched_answer",
  ],
  "an answer that nobody waits for": [
    chatEvent({ id: "nobody", inner: { case: "failed", value: {} } }),
    "unmatched_answer",
  ],
  "metadata without a request": [
    chatEvent({ inner: { case: "metadata", value: {} } }),
    "unmatched_answer",
  ],
};

for (const [name, [bytes, reason]] of Object.entries(DROPPED)) {
  test(`${name} is dropped and counted, and nothing else happens`, () => {
    const t = new TestBroker();
    const backend = t.backend();
    const stream = t.stream();
    assert.equal(backend.session.receive(bytes), undefined);
    assert.ok(t.seen.observed.includes(`eventDropped:${reason}:irc`));
    const [status] = t.broker.status().backends;
    assert.deepEqual([status?.eventsReceived, status?.eventsDropped], [1, 1]);
    backend.say(line("next"));
    assert.deepEqual(textsIn(stream), ["next"]);
    assert.ok(
      t.seen.log.some((each) => each.includes(reason)),
      "and logged",
    );
  });
}

test("a broken backend does not drown the log", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const logged = (): number => t.seen.log.filter((each) => each.includes("no_inner")).length;
  for (let i = 0; i < 1_000; i++) backend.say({});
  assert.equal(logged(), 1);
  t.clock.advance(10_000);
  backend.say({});
  assert.equal(logged(), 2);
  assert.ok(t.seen.log.at(-1)?.includes('"dropped":1001'));
});

test("a block as deep as may be goes through", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  assert.equal(backend.session.receive(withBlock(nested(47, text("deep")))), undefined);
  const [event] = eventsIn(stream);
  assert.ok(event?.inner.case === "message" && event.inner.value.text === "deep");
});

test("an answer that is an event, too, does both", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  const action = act(t, "joinChannel");
  backend.say({ id: backend.request().id, ...line("said") });
  await assertRefused(action, "unexpected_answer");
  assert.deepEqual(textsIn(stream), ["said"]);
});

test("there are so many backends and no more", () => {
  const t = new TestBroker({ maxBackends: 1 });
  const { session } = t.backend("irc", "a");
  assert.throws(() => t.backend("irc", "b"), refusal("too_many_streams"));
  session.close();
  t.backend("irc", "b");
});

test("an answer nested too deep fails its request, and ends nothing", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const action = act(t, "sendMessage");
  const { id } = backend.request();
  backend.answer(id, { case: "message", value: { rootBlock: nested(200, text("deep")) } });
  await assertRefused(action, "unexpected_answer", "unexpected chat event");
  assert.equal(backend.session.output.end, undefined);
});

test("a send whose answer has too many fields has an unknown outcome: its key is not free", async () => {
  const t = new TestBroker({ maxEventFields: 100 });
  const backend = t.backend();
  const keyed = () => actWith(t, "sendMessage", { options: { idempotencyKey: "k" } });
  const first = keyed();
  const messageIds = Array.from({ length: 200 }, (_, i) => `${i}`);
  const result = { messageIds } as never;
  backend.answer(backend.request().id, { case: "success", value: { result } });
  const refused = "the backend's answer is refused: message too large: more than 100 fields";
  await assertRefused(first, "message_too_large", refused);
  await assertRefused(keyed(), "outcome_unknown", "outcome unknown");
  assert.deepEqual(backend.requests(), []);
});

test("an event of too many fields is dropped undecoded, and fails the request it answers", async () => {
  const t = new TestBroker({ maxEventFields: 100 });
  const stream = t.stream();
  const backend = t.backend();
  const action = act(t, "getBackendInfo");
  const { id } = backend.request();
  const values = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key ${i}`, "x"]));
  backend.answer(id, { case: "metadata", value: { values } });
  const refused = "the backend's answer is refused: message too large: more than 100 fields";
  await assertRefused(action, "message_too_large", refused);
  backend.say({ ...line("x"), tags: values });
  assert.deepEqual(eventsIn(stream), []);
  assert.equal(t.broker.status().backends[0]?.eventsDropped, 2);
  assert.ok(t.seen.observed.includes("eventDropped:too_large:irc"));
});

test("a backend's channels count as held for its stream, and its callers' requests for them", async () => {
  const t = new TestBroker();
  const counting = () => {
    const counter = {
      bytes: 0,
      hold(bytes: number) {
        counter.bytes += bytes;
      },
    };
    return counter;
  };
  const [own, callers] = [counting(), counting()];
  const backend = t.backend("irc", "net", { hold: own.hold });
  const before = own.bytes;
  const topic = "t".repeat(1_000);
  backend.say({ inner: { case: "joinChannel", value: { channelId: "#c", topic } } });
  assert.ok(own.bytes - before > 1_000);
  backend.say({ inner: { case: "leaveChannel", value: { channelId: "#c" } } });
  assert.equal(own.bytes, before);
  const action = actWith(t, "sendMessage", { text: "x".repeat(500) }, { hold: callers.hold });
  assert.ok(callers.bytes > 500);
  const { id } = backend.request();
  assert.equal(callers.bytes, 0, "it was sent");
  backend.succeed(id);
  await action;
});
