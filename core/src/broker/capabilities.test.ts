/** Capabilities as backends declare them to core, and as plugins see them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { CapabilitiesSchema, Support } from "@seabird-chat/protocol";
import { actWith } from "./test/acting.ts";
import { chatEvent, refusal, type TestBackend, TestBroker } from "./test/fixtures.ts";

type Init = MessageInitShape<typeof CapabilitiesSchema>;

const { FULL, PARTIAL } = Support;
const NAME = { type: "irc", id: "net" };

async function ofBackend(t: TestBroker, backend: TestBackend) {
  const info = actWith(t, "getBackendInfo", {});
  backend.answer(backend.request().id, { case: "metadata", value: {} });
  return (await info).capabilities;
}

function ofChannel(t: TestBroker, id: string) {
  const request = {
    $typeName: "seabird.ChannelInfoRequest",
    channelId: `irc://net/${id}`,
  } as const;
  return t.broker.channelInfo(request, t.call()).capabilities;
}

function declare(backend: TestBackend, value: Init): void {
  backend.say({ inner: { case: "capabilities", value } });
}

test("a Hello with capabilities out of bounds is refused", () => {
  const t = new TestBroker();
  const session = t.broker.openIngest(t.call());
  const capabilities = { formats: ["x".repeat(65)] };
  const hello = chatEvent({ inner: { case: "hello", value: { backendInfo: NAME, capabilities } } });
  assert.throws(
    () => session.receive(hello),
    refusal("bad_hello", "capabilities with an entry of formats of more than 64 bytes"),
  );
  assert.equal(t.broker.stats().backends, 0);
});

test("a first event that is not decoded is refused with the reason", () => {
  const formats = Array.from({ length: 200 }, (_, i) => `format ${i}`);
  const value = { backendInfo: NAME, capabilities: { formats } };
  const firsts = {
    "message too large: more than 100 fields": chatEvent({ inner: { case: "hello", value } }),
    "message too large: more than 50 fields": chatEvent({
      tags: Object.fromEntries(formats.map((format) => [format, "x"])),
    }),
    "blocks are nested too deeply": Uint8Array.from(
      { length: 600 },
      (_, i) => [0xa3, 1][i % 2] ?? 0,
    ),
  };
  for (const [why, first] of Object.entries(firsts)) {
    const t = new TestBroker({ maxEventFields: 50, maxListFields: 100 });
    const session = t.broker.openIngest(t.call());
    const error = refusal("bad_hello", `the first event is refused: ${why}`);
    assert.throws(() => session.receive(first), error);
    assert.ok(session.output.end !== undefined);
  }
});

test("a later declaration replaces the Hello's; one out of bounds is dropped and counted", async () => {
  const t = new TestBroker();
  const backend = t.declaring({ features: { edit: FULL } });
  declare(backend, { features: { react: PARTIAL } });
  const expected = create(CapabilitiesSchema, { features: { react: PARTIAL } });
  assert.deepEqual(await ofBackend(t, backend), expected);
  declare(backend, { formats: ["x".repeat(65)] });
  assert.deepEqual(await ofBackend(t, backend), expected);
  assert.ok(t.seen.observed.includes("eventDropped:bad_capabilities:irc"));
});

test("a backend sees all, by absolute ids; a channel those in effect for it", async () => {
  const t = new TestBroker();
  const own = { features: { react: FULL } };
  const backend = t.declaring({ features: { edit: FULL }, channels: { "#c": own } });
  const join = (channelId: string, parentId = "") =>
    backend.say({ inner: { case: "joinChannel", value: { channelId, parentId } } });
  join("#c");
  join("#d");
  join("thread", "#c");
  assert.deepEqual(
    await ofBackend(t, backend),
    create(CapabilitiesSchema, { features: { edit: FULL }, channels: { "irc://net/%23c": own } }),
  );
  assert.deepEqual(ofChannel(t, "%23c"), create(CapabilitiesSchema, own));
  assert.deepEqual(ofChannel(t, "thread"), create(CapabilitiesSchema, own));
  assert.deepEqual(ofChannel(t, "%23d"), create(CapabilitiesSchema, { features: { edit: FULL } }));
});

test("a backend that declared none has none", async () => {
  const t = new TestBroker();
  const backend = t.declaring(undefined);
  backend.say({ inner: { case: "joinChannel", value: { channelId: "#c" } } });
  assert.equal(await ofBackend(t, backend), undefined);
  assert.equal(ofChannel(t, "%23c"), undefined);
});

test("a declaration makes no event", () => {
  const t = new TestBroker();
  const backend = t.declaring({});
  const before = t.broker.stats().lastSequence;
  t.stream([], {}, ["*"]);
  declare(backend, { features: { edit: FULL } });
  assert.equal(t.broker.stats().lastSequence, before);
});

test("10,000 channels with capabilities of their own are read", () => {
  const t = new TestBroker();
  const ids = Array.from({ length: 10_000 }, (_, i) => `${i}`);
  const own = { features: { edit: FULL, react: FULL, reply: PARTIAL } };
  t.declaring({ channels: Object.fromEntries(ids.map((id) => [id, own])) });
  assert.equal(t.broker.stats().backends, 1);
});
