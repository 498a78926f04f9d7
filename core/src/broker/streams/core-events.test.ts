import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  BackendChange,
  ChannelChange,
  type Event,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import {
  type ChatEventInit,
  chatEvent,
  eventsIn,
  line,
  TestBroker,
  type TestCall,
} from "../test/fixtures.ts";
import type { Source } from "./source.ts";

function streamOf(t: TestBroker, kinds: string[], call: TestCall = {}): Source {
  const request = create(StreamEventsRequestSchema, { options: { kinds } });
  return t.broker.openEvents(request, t.call(call));
}

const joined = (value: object): ChatEventInit => ({
  inner: { case: "joinChannel", value: { channelId: "#c", ...value } },
});
const changed = (value: object): ChatEventInit => ({
  inner: { case: "changeChannel", value: { channelId: "#c", ...value } },
});
const left = (channelId = "#c"): ChatEventInit => ({
  inner: { case: "leaveChannel", value: { channelId } },
});
const network = (isConnected: boolean, reason = ""): ChatEventInit => ({
  inner: { case: "networkState", value: { isConnected, reason } },
});

/** A core-made event in one line. */
function said({ inner, tags }: Event): string {
  assert.deepEqual(tags, {});
  if (inner.case === "channel") {
    const { change, channel } = inner.value;
    return `${ChannelChange[change]} ${channel?.id} ${channel?.displayName}`;
  }
  assert.ok(inner.case === "backend", `${inner.case}`);
  const { change, backend, reason } = inner.value;
  return `${BackendChange[change]} ${backend?.id} (${backend?.type}) ${reason}`;
}

test("the events of a backend's channels, and none for what changes nothing or is unknown", () => {
  const t = new TestBroker();
  const stream = streamOf(t, ["channel"]);
  const original = t.stream();
  const backend = t.backend();
  const events = [
    joined({ displayName: "C" }),
    joined({ displayName: "C" }),
    joined({ displayName: "D" }),
    changed({ displayName: "D" }),
    changed({ displayName: "D", topic: "t" }),
    { inner: { case: "changeChannel" as const, value: { channelId: "#x", topic: "t" } } },
    left("#x"),
    left(),
    left(),
  ];
  for (const event of events) backend.say(event);
  backend.say(joined({ displayName: "E" }));
  backend.session.close();
  assert.deepEqual(eventsIn(stream).map(said), [
    "JOINED irc://net/%23c C",
    "CHANGED irc://net/%23c D",
    "CHANGED irc://net/%23c D",
    "LEFT irc://net/%23c D",
    "JOINED irc://net/%23c E",
  ]);
  assert.deepEqual(eventsIn(original), [], "streams that do not ask get none");
});

test("the events of a private channel are private, also the first and the last", () => {
  const t = new TestBroker();
  const some = streamOf(t, ["channel"], { caller: { mayPrivate: false } });
  const all = streamOf(t, ["channel"]);
  const backend = t.backend();
  backend.say(joined({ displayName: "open" }));
  backend.say(changed({ displayName: "closes", isPrivate: true }));
  backend.say(changed({ displayName: "closed", isPrivate: true }));
  backend.say({ inner: { case: "joinChannel", value: { channelId: "t", parentId: "#c" } } });
  backend.say(changed({ displayName: "opens" }));
  backend.say(changed({ displayName: "open again" }));
  backend.say(changed({ displayName: "secret", isPrivate: true }));
  backend.say(left());
  assert.deepEqual(eventsIn(some).map(said), [
    "JOINED irc://net/%23c open",
    "CHANGED irc://net/%23c open again",
  ]);
  assert.equal(eventsIn(all).length, 8);
});

test("the events of a backend's connection and network, and none for what is known", () => {
  const t = new TestBroker();
  const stream = streamOf(t, ["backend"], { caller: { mayPrivate: false } });
  const backend = t.backend("x-chat", "a.b");
  const states: [boolean, string][] = [
    [true, "begins connected"],
    [false, "timeout"],
    [false, "still away"],
    [true, "welcome back"],
    [true, ""],
  ];
  for (const [isConnected, reason] of states) backend.say(network(isConnected, reason));
  backend.session.finish();
  const id = "x%2Dchat://a%2Eb (x-chat)";
  assert.deepEqual(eventsIn(stream).map(said), [
    `CONNECTED ${id} `,
    `NETWORK_LOST ${id} timeout`,
    `NETWORK_BACK ${id} welcome back`,
    `DISCONNECTED ${id} `,
  ]);
});

/** How a backend's stream ends, and the event's reason. */
const ENDS: Record<
  string,
  [(t: TestBroker, session: ReturnType<TestBroker["backend"]>) => void, string]
> = {
  "by half-closing": [(_, { session }) => session.finish(), ""],
  "by its connection": [(_, { session }) => session.close(), "connection lost"],
  "by an operator": [(t) => t.broker.disconnect("irc://net", "go away"), "go away"],
};

for (const [name, [end, reason]] of Object.entries(ENDS)) {
  test(`a backend that is disconnected ${name}`, () => {
    const t = new TestBroker();
    const backend = t.backend();
    const stream = streamOf(t, ["backend"]);
    end(t, backend);
    assert.deepEqual(eventsIn(stream).map(said), [`DISCONNECTED irc://net (irc) ${reason}`]);
  });
}

test("a dead holder's replacement is disconnected, then connected", async () => {
  const t = new TestBroker();
  t.backend("irc", "net", { alive: async () => false });
  const stream = streamOf(t, ["backend"]);
  const session = t.broker.openIngest(t.call());
  const value = { backendInfo: { type: "irc", id: "net" } };
  await session.receive(chatEvent({ inner: { case: "hello", value } }));
  assert.deepEqual(eventsIn(stream).map(said), [
    "DISCONNECTED irc://net (irc) replaced by a new connection",
    "CONNECTED irc://net (irc) ",
  ]);
});

test("a lost network is in the status and its changes, and the backend can still be asked", () => {
  const t = new TestBroker();
  const watch = t.broker.watchStatus();
  const backend = t.backend();
  const status = () => t.broker.status().backends[0];
  t.clock.advance(1_000);
  backend.say(network(false, "é".repeat(1_000)));
  const lostAtMs = t.clock.wallMs();
  assert.equal(status()?.networkLostAtMs, lostAtMs);
  assert.equal(status()?.networkReason, "é".repeat(512));
  assert.equal(status()?.eventsDropped, 0);
  backend.say(line("said all the same"));
  backend.say(network(true, "back"));
  assert.deepEqual([status()?.networkLostAtMs, status()?.networkReason], [undefined, ""]);
  backend.say(network(false));
  backend.session.close();
  const changes: string[] = [];
  for (let next = watch.take(); next !== undefined; next = watch.take()) {
    const lost = next.kind === "network_changed" && next.backend.networkLostAtMs !== undefined;
    changes.push(lost ? `${next.kind}: lost` : next.kind);
  }
  assert.deepEqual(changes, [
    "snapshot",
    "backend_connected",
    "network_changed: lost",
    "network_changed",
    "network_changed: lost",
    "backend_disconnected",
  ]);
  assert.deepEqual(
    t.seen.observed.filter((each) => each.startsWith("network")),
    [false, true, false, true].map((isConnected) => `networkChanged:irc:${isConnected}`),
    "the gauge is at zero again",
  );
});
