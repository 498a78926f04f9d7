import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  ChannelInfoRequestSchema,
  ListChannelsRequestSchema,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import type { Caller } from "./caller.ts";
import { act, assertRefused } from "./test/acting.ts";
import { eventsIn, line, refusal, TestBroker, textsIn } from "./test/fixtures.ts";

const channelInfo = (t: TestBroker, channelId: string, caller: Partial<Caller> = {}) =>
  t.broker.channelInfo(create(ChannelInfoRequestSchema, { channelId }), t.call({ caller }));
const listChannels = (t: TestBroker, backendId: string, caller: Partial<Caller> = {}) =>
  t.broker.listChannels(create(ListChannelsRequestSchema, { backendId }), t.call({ caller }));

test("a stream that wants a command of another gets none, and its names are free at its end", () => {
  const t = new TestBroker();
  const first = t.stream(["help", "ping"]);
  const taken = 'command "ping" already registered by another plugin';
  assert.throws(() => t.stream(["pong", "ping"]), refusal("command_taken", taken));
  assert.deepEqual(Object.keys(t.broker.registeredCommands().commands), ["help", "ping"]);
  first.close();
  t.stream(["pong", "ping"]);
});

test("a command's other name is logged, not refused", () => {
  const t = new TestBroker();
  const commands = { roll: { name: "dice", shortHelp: "rolls" } };
  t.broker.openEvents(create(StreamEventsRequestSchema, { commands }), t.call());
  assert.ok(t.seen.log.some((each) => each.includes('"command":"roll","name":"dice"')));
  assert.equal(t.broker.registeredCommands().commands["roll"]?.name, "dice");
});

test("backends are listed by id, sorted; a type is not escaped", () => {
  const t = new TestBroker();
  t.backend("x-chat", "b");
  t.backend("irc", "a.b");
  const backends = t.broker.listBackends().backends.map(({ id, type }) => [id, type]);
  assert.deepEqual(backends, [
    ["irc://a%2Eb", "irc"],
    ["x%2Dchat://b", "x-chat"],
  ]);
});

test("lists and channels are looked up by decoded parts of ids, and say what is missing", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const join = { channelId: "#c", displayName: "C", topic: "t" };
  backend.say({ inner: { case: "joinChannel", value: join } });
  for (const id of ["irc://net/%23c", "irc://net/#c", "%69rc://net/%23%63"]) {
    assert.equal(channelInfo(t, id).channel?.id, "irc://net/%23c");
  }
  assert.equal(listChannels(t, "irc://n%65t").channels.length, 1);
  assert.throws(() => channelInfo(t, "irc"), refusal("bad_id", "failed to parse channel_id"));
  assert.throws(() => channelInfo(t, "a://b/c"), refusal("unknown_backend", "backend not found"));
  assert.throws(
    () => channelInfo(t, "irc://net/x"),
    refusal("channel_not_found", "channel not found"),
  );
  assert.throws(() => listChannels(t, "irc"), refusal("bad_id", "failed to parse backend_id"));
  assert.throws(() => listChannels(t, "a://b"), refusal("unknown_backend", "backend not found"));
});

test("a backend that comes back begins with no channels", () => {
  const t = new TestBroker();
  const backend = t.backend();
  backend.say({ inner: { case: "joinChannel", value: { channelId: "#c" } } });
  backend.session.close();
  t.backend();
  assert.deepEqual(listChannels(t, "irc://net").channels, []);
});

test("private channels, and threads in them, are unknown to callers without the right", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const channels = [
    { channelId: "open" },
    { channelId: "group", isPrivate: true },
    { channelId: "thread", parentId: "group" },
  ];
  for (const value of channels) backend.say({ inner: { case: "joinChannel", value } });
  const idsFor = (caller: Partial<Caller>) =>
    listChannels(t, "irc://net", caller).channels.map(({ id }) => id);
  const [open, ...secret] = ["irc://net/open", "irc://net/group", "irc://net/thread"] as const;
  assert.deepEqual(idsFor({ mayPrivate: true }), [secret[0], open, secret[1]]);
  assert.deepEqual(idsFor({ mayPrivate: false }), [open]);
  assert.equal(channelInfo(t, open, { mayPrivate: false }).channel?.id, open);
  for (const id of secret) {
    assert.equal(channelInfo(t, id).channel?.id, id);
    const hidden = () => channelInfo(t, id, { mayPrivate: false });
    assert.throws(hidden, refusal("channel_not_found", "channel not found"));
  }
  const { parentId, isPrivate } = channelInfo(t, secret[1]).channel ?? {};
  assert.deepEqual([parentId, isPrivate], ["irc://net/group", false]);
});

test("core info has its times in whole Unix seconds, and core's extensions", () => {
  const t = new TestBroker();
  t.clock.advance(2_500);
  const { startupTimestamp, currentTimestamp, extensions } = t.broker.coreInfo();
  assert.deepEqual(extensions, ["messages", "media"]);
  assert.deepEqual([startupTimestamp, currentTimestamp], [1_700_000_001n, 1_700_000_003n]);
});

test("the status has what an operator needs of streams and backends", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream(["x"], { caller: { name: "plugin" } });
  backend.say(line("hi"));
  act(t, "joinChannel").catch(() => {});
  const { streams, backends } = t.broker.status();
  assert.deepEqual(
    streams.map(({ queuedBytes, ...rest }) => [rest, queuedBytes > 0]),
    [
      [
        {
          id: "s1",
          tokenName: "plugin",
          peer: "192.0.2.1:4000",
          commands: ["x"],
          kinds: [],
          connectedAtMs: t.clock.wallMs(),
          eventsSent: 0,
          queuedEvents: 1,
        },
        true,
      ],
    ],
  );
  assert.deepEqual(backends, [
    {
      id: "irc://net",
      connectionId: "b1",
      type: "irc",
      tokenName: "bot",
      peer: "192.0.2.1:4000",
      connectedAtMs: t.clock.wallMs(),
      channels: 0,
      requestsInFlight: 1,
      requestsQueued: 1,
      eventsReceived: 1,
      eventsDropped: 0,
      networkLostAtMs: undefined,
      networkReason: "",
    },
  ]);
  eventsIn(stream);
  assert.equal(t.broker.status().streams[0]?.eventsSent, 1);
});

test("an operator can end a stream or a backend, by any of its names, once", async () => {
  const t = new TestBroker();
  const stream = t.stream(["x"]);
  const [a, b] = [t.backend("irc", "a"), t.backend("irc", "b")];
  const waiting = act(t, "sendMessage", "irc://a/x");
  t.broker.disconnect("s1", "go away");
  t.broker.disconnect("irc://a", "");
  t.broker.disconnect("b2", "you too");
  refusal("disconnected", "go away")(stream.end?.error);
  refusal("disconnected", "disconnected by an administrator")(a.session.output.end?.error);
  refusal("disconnected", "you too")(b.session.output.end?.error);
  await assertRefused(waiting, "backend_gone");
  for (const id of ["s1", "irc://a", "b2", ""]) {
    assert.throws(() => t.broker.disconnect(id, ""), refusal("stream_not_found"));
  }
  assert.equal(t.broker.stats().commands, 0);
});

test("shutdown: nothing new, then requests, then streams, then backends", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const silent = t.broker.openIngest(t.call());
  const stream = t.stream(["x"]);
  const [answered, unanswered] = [act(t, "sendMessage"), act(t, "joinChannel")];
  const [first] = backend.requests();
  const goingDown = ["shutting_down", "core is shutting down"] as const;
  t.broker.refuseNew();
  await assertRefused(act(t, "sendMessage"), ...goingDown);
  assert.throws(() => t.stream(), refusal(...goingDown));
  assert.throws(() => t.broker.openIngest(t.call()), refusal(...goingDown));
  assert.equal(t.broker.listBackends().backends.length, 1, "lists are still answered");
  const settled = t.broker.settleRequests(5_000);
  backend.say(line("last words"));
  backend.succeed(first?.id ?? "");
  await answered;
  t.clock.advance(5_000);
  await assertRefused(unanswered, ...goingDown);
  await settled;
  t.broker.endEventStreams();
  refusal(...goingDown)(stream.end?.error);
  assert.deepEqual(textsIn(stream), ["hi", "last words"]);
  const backendEnd = () => backend.session.output.end;
  assert.equal(backendEnd(), undefined);
  t.broker.endIngestStreams();
  refusal(...goingDown)(backendEnd()?.error);
  refusal(...goingDown)(silent.output.end?.error);
  stream.close();
  const { eventStreams, backends, commands, requestsInFlight } = t.broker.stats();
  assert.deepEqual([eventStreams, backends, commands, requestsInFlight], [0, 0, 0, 0]);
  assert.equal(t.clock.armed, 0);
});

test("requests that are answered in time let the shutdown go on at once", async () => {
  const t = new TestBroker();
  await t.broker.settleRequests(5_000);
  const backend = t.backend();
  const action = act(t, "sendMessage");
  const settled = t.broker.settleRequests(5_000);
  backend.succeed(backend.request().id);
  await Promise.all([action, settled]);
  assert.equal(t.clock.armed, 0);
});

test("after everybody has gone nothing is left", async () => {
  const t = new TestBroker();
  const before = t.broker.stats();
  const backend = t.backend();
  const stream = t.stream(["x"]);
  backend.say({ inner: { case: "joinChannel", value: { channelId: "#c" } } });
  const action = act(t, "sendMessage");
  const watch = t.broker.watchStatus();
  backend.say(line("hi"));
  stream.close();
  backend.session.close();
  watch.close();
  await assertRefused(action, "backend_gone");
  const { lastSequence, ...after } = t.broker.stats();
  assert.deepEqual({ ...after, lastSequence: 0 }, before);
  assert.equal(lastSequence, 2);
  assert.equal(t.clock.armed, 0);
});
