/** The SDK's two clients on the real core: events, actions, answers, and their ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bold, container, plainText } from "@seabird-chat/protocol";
import { connectActions, connectPlugin, type PluginEvent, SeabirdError } from "@seabird-chat/sdk";
import { Refused } from "@seabird-chat/sdk/backend";
import { startCore, type TestCore } from "../support/core.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type Functions, startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const CHANNEL = "test://net/%23a";
const ann = { id: "ann", displayName: "Ann" };

const isCode = (code: string) => (reason: unknown) =>
  reason instanceof SeabirdError && reason.code === code;

interface Seen {
  readonly kind: string;
  readonly text: string;
}

/** A backend that does everything it is asked, and remembers it. */
function obliging(seen: Seen[]): Functions {
  return {
    send: (to, { kind, text }) => void seen.push({ kind: `${kind} to ${to.kind}`, text }),
    join: (id) => ({ id, topic: "new" }),
    leave: (_id, text) => void seen.push({ kind: "leave", text }),
    setTopic: () => undefined,
    metadata: () => ({ nick: "ember" }),
  };
}

async function startPair(core: TestCore, functions: Functions, closeTimeoutMs = 5_000) {
  const token = await core.token();
  const plugin = connectPlugin({
    url: core.url,
    token,
    commands: { ping: { shortHelp: "answers pong", fullHelp: "ping" } },
  });
  await plugin.ready();
  const options = { url: core.url, token, constants: { closeTimeoutMs } };
  const backend = await startTestBackend(options, functions);
  backend.channels.joined({ id: "#a", topic: "t" });
  await backend.ready();
  await until("the backend's channel", async () => {
    const channels = await plugin.listChannels("test://net").catch(() => []);
    return channels.length === 1;
  });
  return { plugin, backend, token };
}

async function take(events: AsyncIterator<PluginEvent>): Promise<PluginEvent> {
  const next = await events.next();
  assert.ok(next.done !== true, "the events ended");
  return next.value;
}

test("a plugin hears every kind of event and answers where it came from", async (t) => {
  const core = await startCore({}, t);
  const seen: Seen[] = [];
  const { plugin, backend } = await startPair(core, obliging(seen));
  const events = plugin.events();
  const said = { channel: "#a", user: ann, text: "hi", tags: { "x/y": "1" } };
  backend.emit.plainMessage(said);
  backend.emit.mention(said);
  backend.emit.action({ ...said, block: container(["so ", bold("much")]) });
  backend.emit.command({ channel: "#a", user: ann, command: "ping", arg: " x " });
  backend.emit.privateMessage({ user: ann, text: "psst" });
  backend.emit.privateAction({ user: ann, text: "winks" });
  const heard: PluginEvent[] = [];
  for (let i = 0; i < 6; i++) heard.push(await take(events));
  const kinds = ["message", "mention", "action", "command", "privateMessage", "privateAction"];
  assert.deepEqual(
    heard.map((event) => event.kind),
    kinds,
  );
  const [message, , action, command, privately, wink] = heard;
  assert.ok(message?.kind === "message" && command?.kind === "command");
  assert.equal(message.channelId, CHANNEL);
  const details = { avatarUrl: "", isBot: false, account: "" };
  assert.deepEqual({ ...message.user }, { id: "test://net/ann", displayName: "Ann", ...details });
  assert.equal(message.tags["x/y"], "1");
  assert.equal(message.tags["core/original-format"], "text");
  assert.ok(action?.kind === "action" && action.rootBlock !== undefined);
  assert.equal(plainText(action.rootBlock), "so much");
  assert.equal(command.arg, " x ");
  assert.ok(privately?.kind === "privateMessage" && wink?.kind === "privateAction");
  await plugin.mentionReply(command, ["it is ", bold("on")], { tags: { "url/skip": "1" } });
  await plugin.mentionReply(privately, "quiet");
  await plugin.mentionReply(wink, "too");
  await plugin.reply(message, "plain");
  const texts = seen.map(({ kind, text }) => [kind, text]);
  assert.deepEqual(texts, [
    ["message to channel", "Ann: it is on"],
    ["message to user", "quiet"],
    ["message to user", "too"],
    ["message to channel", "plain"],
  ]);
  const first = await take(events);
  assert.ok(first.kind === "sendMessage");
  assert.equal(first.sender, "tester");
  assert.equal(first.tags["url/skip"], "1");
  await Promise.all([plugin.close(), backend.close()]);
});

test("all calls reach the backend, and its answers come back", async (t) => {
  const core = await startCore({}, t);
  const seen: Seen[] = [];
  const { plugin, backend } = await startPair(core, obliging(seen));
  await plugin.performAction(CHANNEL, "waves");
  await plugin.performPrivateAction("test://net/ann", "waves");
  await plugin.joinChannel("test://net", "#b");
  assert.deepEqual(
    backend.channels.all().map(({ id }) => id),
    ["#a", "#b"],
  );
  await plugin.updateChannelInfo("test://net/%23b", { topic: "tea" });
  assert.equal((await plugin.channelInfo("test://net/%23b")).topic, "tea");
  await plugin.leaveChannel("test://net/%23b", { exitMessage: "bye" });
  assert.deepEqual(
    (await plugin.listChannels("test://net")).map(({ id }) => id),
    [CHANNEL],
  );
  assert.deepEqual(seen, [
    { kind: "action to channel", text: "waves" },
    { kind: "action to user", text: "waves" },
    { kind: "leave", text: "bye" },
  ]);
  assert.deepEqual(
    (await plugin.listBackends()).map(({ id }) => id),
    ["test://net"],
  );
  const info = await plugin.backendInfo("test://net");
  assert.equal(info.metadata["nick"], "ember");
  assert.equal(info.metadata["command_prefix"], "!");
  const { startedAt, now } = await plugin.coreInfo();
  assert.ok(startedAt <= now && now.getTime() - startedAt.getTime() < 600_000);
  const commands = await plugin.registeredCommands();
  assert.equal(commands["ping"]?.shortHelp, "answers pong");
  await Promise.all([plugin.close(), backend.close()]);
});

test("what core and backends refuse comes as a code and core's words", async (t) => {
  const core = await startCore({}, t);
  const { plugin, backend } = await startPair(core, {
    send: (_to, { text }) => {
      throw text === "boom" ? new Error("the wire is cut") : new Refused("nobody listens");
    },
  });
  const rejects = (call: Promise<unknown>, code: string, message: string) =>
    assert.rejects(call, (reason) => {
      assert.ok(reason instanceof SeabirdError);
      assert.deepEqual([reason.code, reason.message], [code, message]);
      return true;
    });
  await rejects(plugin.sendMessage("test://gone/x", "hi"), "not_found", "unknown backend");
  await rejects(
    plugin.sendMessage("no id", "hi"),
    "invalid_argument",
    "failed to parse channel_id",
  );
  await rejects(plugin.sendMessage(CHANNEL, "hi"), "unknown", "nobody listens");
  await rejects(plugin.sendMessage(CHANNEL, "boom"), "unknown", "the wire is cut");
  await rejects(plugin.leaveChannel(CHANNEL), "unknown", "test cannot leave channels");
  const reader = connectActions({ url: core.url, token: await core.token(["read"]) });
  assert.equal((await reader.listBackends()).length, 1);
  const lacks = 'token lacks the scope "plugin"';
  await rejects(reader.sendMessage(CHANNEL, "hi"), "permission_denied", lacks);
  await reader.close();
  await reader.close();
  await assert.rejects(reader.listBackends(), isCode("closed"));
  await Promise.all([plugin.close(), backend.close()]);
});

test("actions of one client arrive in the order in which they were made", async (t) => {
  const core = await startCore({}, t);
  const seen: Seen[] = [];
  const { plugin, backend } = await startPair(core, obliging(seen));
  const numbers = Array.from({ length: 300 }, (_, index) => String(index));
  await Promise.all(numbers.map((number) => plugin.sendMessage(CHANNEL, number)));
  assert.deepEqual(
    seen.map(({ text }) => text),
    numbers,
  );
  await Promise.all([plugin.close(), backend.close()]);
});

test("a call can be cancelled and has a time limit", async (t) => {
  const core = await startCore({}, t);
  const { plugin, backend } = await startPair(
    core,
    { send: () => new Promise(() => undefined) },
    50,
  );
  const stop = new AbortController();
  const cancelled = assert.rejects(
    plugin.sendMessage(CHANNEL, "hi", { signal: stop.signal }),
    isCode("cancelled"),
  );
  stop.abort();
  await cancelled;
  const late = plugin.sendMessage(CHANNEL, "hi", { timeoutMs: 50 });
  await assert.rejects(late, isCode("deadline_exceeded"));
  await Promise.all([plugin.close(), backend.close()]);
});

test("close ends everything in good order, as often as it is called", async (t) => {
  const core = await startCore({}, t);
  const answering = Promise.withResolvers<void>();
  const { plugin, backend, token } = await startPair(core, {
    send: () => answering.promise,
  });
  const events = plugin.events();
  const sent = plugin.sendMessage(CHANNEL, "last words");
  const closings = [plugin.close(), plugin.close()];
  answering.resolve();
  await sent;
  await Promise.all(closings);
  await plugin.close();
  for (let next = await events.next(); next.done !== true; next = await events.next());
  assert.equal(plugin.state.state, "closed");
  await assert.rejects(plugin.listBackends(), isCode("closed"));
  await assert.rejects(plugin.ready(), isCode("closed"));
  const listener = connectPlugin({ url: core.url, token });
  await listener.ready();
  for (let i = 0; i < 50; i++)
    backend.emit.plainMessage({ channel: "#a", user: ann, text: String(i) });
  await backend.close();
  await backend.close();
  const heard = listener.events();
  for (let i = 0; i < 50; i++) {
    const event = await take(heard);
    assert.ok(event.kind === "message" && event.text === String(i));
  }
  const line = core.lines.find(({ message }) => message === "backend disconnected");
  assert.ok(line !== undefined);
  assert.ok(!("reason" in line.fields), "an empty reason is logged");
  await listener.close();
});

test("a backend that leaves with much to send still answers what it has begun", async (t) => {
  const core = await startCore({}, t);
  const asked = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const { plugin, backend } = await startPair(core, {
    send: async () => {
      asked.resolve();
      await done.promise;
    },
    close: () => left.promise,
  });
  const sent = plugin.sendMessage(CHANNEL, "slow");
  await asked.promise;
  for (let i = 0; i < 20; i++) backend.emit.plainMessage({ channel: "#a", user: ann, text: "bye" });
  const closed = backend.close();
  // The send's own event is the first.
  await until("all that was said", () => core.core.broker.stats().lastSequence >= 21);
  done.resolve();
  await sent;
  left.resolve();
  await Promise.all([closed, plugin.close()]);
});

test("aborting the signal closes, also before the start and while events are read", async (t) => {
  const core = await startCore({}, t);
  const token = await core.token();
  const dead = connectPlugin({ url: core.url, token, signal: AbortSignal.abort() });
  await assert.rejects(dead.ready(), isCode("closed"));
  const stop = new AbortController();
  const plugin = connectPlugin({ url: core.url, token, signal: stop.signal });
  const backend = await startTestBackend({ url: core.url, token, signal: stop.signal });
  await Promise.all([plugin.ready(), backend.ready()]);
  const reading = (async () => {
    for await (const _event of plugin.events()) assert.fail("nothing was said");
  })();
  stop.abort();
  await reading;
  for await (const state of backend.states()) if (state.state === "closed") break;
  await until("an empty core", () => core.core.broker.stats().eventStreams === 0);
  await until("no backend", () => core.core.broker.stats().backends === 0);
  await Promise.all([dead.close(), plugin.close(), backend.close()]);
});

test("only one reader at a time; one that leaves can come back", async (t) => {
  const core = await startCore({}, t);
  const { plugin, backend } = await startPair(core, obliging([]));
  const say = (text: string) => backend.emit.plainMessage({ channel: "#a", user: ann, text });
  say("1");
  say("2");
  for await (const event of plugin.events()) {
    await assert.rejects(plugin.events().next(), isCode("failed_precondition"));
    assert.ok(event.kind === "message" && event.text === "1");
    break;
  }
  for await (const event of plugin.events()) {
    assert.ok(event.kind === "message" && event.text === "2");
    break;
  }
  await Promise.all([plugin.close(), backend.close()]);
});

test("an idle stream stays alive on pings, and a core gone silent is noticed", async (t) => {
  const core = await startCore({}, t);
  const proxy = await TcpProxy.start(core.port, t);
  const token = await core.token();
  const plugin = connectPlugin({
    url: proxy.url,
    token,
    pingIntervalMs: 30,
    constants: { pingTimeoutMs: 3_000, connectTimeoutMs: 2_000 },
    retryMinMs: 10,
  });
  t.after(() => plugin.close());
  await plugin.ready();
  const before = proxy.sent;
  await until("ten pings", () => proxy.sent >= before + 10);
  assert.equal(plugin.state.state, "connected");
  const sent = connectActions({ url: core.url, token });
  await assert.rejects(sent.sendMessage("test://net/x", "still there?"), isCode("not_found"));
  assert.equal((await take(plugin.events())).kind, "sendMessage");
  proxy.isSilent = true;
  await until("the silence to be noticed", () => plugin.state.state !== "connected", 30_000);
  proxy.isSilent = false;
  await plugin.ready();
  await Promise.all([sent.close(), plugin.close()]);
});

test("a plugin that does not read can act all the same, and comes back when it fell behind", async (t) => {
  const brokerOptions = { maxQueuedEventsPerStream: 2_000 };
  const core = await startCore({ brokerOptions }, t);
  const seen: Seen[] = [];
  const { plugin, backend } = await startPair(core, obliging(seen));
  const text = "x".repeat(1_000);
  const total = 5_000;
  for (let i = 0; i < total; i++) {
    backend.emit.plainMessage({ channel: "#a", user: ann, text });
    if (i % 500 === 0) await backend.emit.flushed();
  }
  await until("all events", () => core.core.broker.stats().lastSequence >= total, 30_000);
  await plugin.sendMessage(CHANNEL, "busy");
  assert.equal(seen.length, 1);
  const events = plugin.events();
  const states = plugin.states();
  let heard = 0;
  const back = (async () => {
    let wasAway = false;
    for await (const state of states) {
      if (state.state === "waiting") assert.equal(state.error.code, "resource_exhausted");
      wasAway ||= state.state === "waiting";
      if (wasAway && state.state === "connected") return;
    }
  })();
  const reading = (async () => {
    for await (const event of events) {
      heard++;
      if (event.kind === "message" && event.text === "fresh") return;
    }
  })();
  await back;
  backend.emit.plainMessage({ channel: "#a", user: ann, text: "fresh" });
  await reading;
  assert.ok(heard > 1_024 && heard < total, String(heard));
  await Promise.all([plugin.close(), backend.close()]);
});
