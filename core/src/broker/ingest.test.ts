import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type Event, ListChannelsRequestSchema } from "@seabird-chat/protocol";
import { type ChatEventInit, eventsIn, TestBroker } from "./test/fixtures.ts";

/** What a stream gets of a backend's event. */
function published(init: ChatEventInit): Event | undefined {
  const t = new TestBroker();
  const backend = t.backend("irc", "my.net");
  const stream = t.stream();
  backend.say(init);
  const [event, ...more] = eventsIn(stream);
  assert.deepEqual(more, []);
  return event;
}

const CHANNEL = { channelId: "#c", user: { id: "a b", displayName: "Ann" } };

for (const kind of ["message", "mention", "action"] as const) {
  test(`${kind} is published with absolute ids and a normalised text`, () => {
    const tags = { "core/original-format": "forged", "seabird-core/x": "1", own: "o" };
    const event = published({
      inner: { case: kind, value: { source: CHANNEL, text: "hi" } },
      tags,
    });
    assert.ok(event?.inner.case === kind);
    const { source, text, rootBlock } = event.inner.value;
    assert.equal(source?.channelId, "irc://my%2Enet/%23c");
    assert.equal(source?.user?.id, "irc://my%2Enet/a%20b");
    assert.equal(source?.user?.displayName, "Ann");
    assert.deepEqual([text, rootBlock?.plain, rootBlock?.inner.case], ["hi", "hi", "text"]);
    assert.deepEqual(event.tags, { own: "o", "core/original-format": "text" });
  });
}

for (const kind of ["privateMessage", "privateAction"] as const) {
  test(`${kind} is published with its user's absolute id`, () => {
    const event = published({
      inner: { case: kind, value: { source: { id: "ann" }, text: "hi" } },
    });
    assert.ok(event?.inner.case === kind);
    assert.equal(event.inner.value.source?.id, "irc://my%2Enet/ann");
    assert.equal(event.inner.value.rootBlock?.plain, "hi");
  });
}

test("a command is published without normalising, its tags but core's handed on", () => {
  const event = published({
    inner: { case: "command", value: { source: CHANNEL, command: "roll", arg: " 2d6 " } },
    tags: { "core/original-format": "text", own: "o" },
  });
  assert.ok(event?.inner.case === "command");
  const { command, arg, source } = event.inner.value;
  assert.deepEqual([command, arg, source?.channelId], ["roll", " 2d6 ", "irc://my%2Enet/%23c"]);
  assert.deepEqual(event.tags, { own: "o" });
});

test("only streams that may read private messages get private events", () => {
  const isPrivate = (init: ChatEventInit): boolean => {
    const t = new TestBroker();
    const backend = t.backend();
    const stream = t.stream([], { caller: { mayPrivate: false } });
    backend.say(init);
    return eventsIn(stream).length === 0;
  };
  // An id keeps the event from being transcoded, which `transcode-event.test.ts` compares with this.
  const id = "7";
  assert.ok(isPrivate({ inner: { case: "privateMessage", value: {} }, id }));
  assert.ok(isPrivate({ inner: { case: "privateAction", value: {} }, id }));
  assert.ok(!isPrivate({ inner: { case: "message", value: {} }, id }));
  assert.ok(!isPrivate({ inner: { case: "mention", value: {} }, id }));
  assert.ok(!isPrivate({ inner: { case: "action", value: {} }, id }));
  assert.ok(!isPrivate({ inner: { case: "command", value: {} }, id }));
});

test("a missing source or user stays missing", () => {
  const none = published({ inner: { case: "message", value: { text: "hi" } } });
  assert.ok(none?.inner.case === "message" && none.inner.value.source === undefined);
  const value = { source: { channelId: "" }, command: "x" };
  const some = published({ inner: { case: "command", value } });
  assert.ok(some?.inner.case === "command");
  assert.equal(some.inner.value.source?.channelId, "irc://my%2Enet/");
  assert.equal(some.inner.value.source?.user, undefined);
});

test("a given block makes the text, and is tagged so", () => {
  const link = {
    case: "link" as const,
    value: {
      url: "https://x.y",
      inner: { inner: { case: "text" as const, value: { text: "example" } } },
    },
  };
  const event = published({
    inner: { case: "message", value: { text: "ignored", rootBlock: { plain: "x", inner: link } } },
  });
  assert.ok(event?.inner.case === "message");
  assert.equal(event.inner.value.text, "example (https://x.y)");
  assert.equal(event.tags["core/original-format"], "blocks");
});

test("joining, changing and leaving keep the list of channels, and are no events", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  const listed = (): string[] => {
    const request = create(ListChannelsRequestSchema, { backendId: "irc://net" });
    const { channels } = t.broker.listChannels(request, t.call());
    return channels.map(({ id, displayName, topic }) => `${id} ${displayName} ${topic}`);
  };
  const join = { channelId: "#c", displayName: "C", topic: "t" };
  backend.say({ inner: { case: "joinChannel", value: join } });
  assert.deepEqual(listed(), ["irc://net/%23c C t"]);
  backend.say({ inner: { case: "changeChannel", value: { channelId: "#c" } } });
  assert.deepEqual(listed(), ["irc://net/%23c  "]);
  backend.say({ inner: { case: "changeChannel", value: { channelId: "#unknown", topic: "x" } } });
  assert.equal(listed().length, 1);
  backend.say({ inner: { case: "leaveChannel", value: { channelId: "#c" } } });
  assert.deepEqual(listed(), []);
  assert.deepEqual(eventsIn(stream), []);
  assert.equal(t.broker.status().backends[0]?.eventsDropped, 0);
});
