/** What happens at the limits: core's rate, the backend's limit, and a plugin that is too slow. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connectActions, plugin, SeabirdError, silentLog, startPlugin } from "@seabird-chat/sdk";
import { startCore, type TestCoreOptions } from "../support/core.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const ROOM = "irc://seabird/%23c";

const isCode = (code: string) => (reason: unknown) =>
  reason instanceof SeabirdError && reason.code === code;

type BrokerOptions = NonNullable<TestCoreOptions["brokerOptions"]>;

async function world(t: TestContext, brokerOptions: BrokerOptions) {
  const core = await startCore({ brokerOptions }, t);
  const backend = await RawBackend.connect(core.url, await core.token());
  t.after(() => backend.close());
  backend.join("#c");
  const actions = connectActions({ url: core.url, token: await core.token(["plugin"]) });
  t.after(() => actions.close());
  await until("the channel", async () => {
    const channels = await actions.listChannels("irc://seabird").catch(() => []);
    return channels.length === 1;
  });
  return { core, backend, actions };
}

const texts = ({ requests }: RawBackend) =>
  requests.map(({ inner }) => (inner.case === "sendMessage" ? inner.value.text : inner.case));

test("what core refuses by rate is said a little later, once", async (t) => {
  const { backend, actions } = await world(t, {
    maxActionsPerSecondPerToken: 10,
    maxActionBurstPerToken: 1,
  });
  for (const text of ["one", "two", "three"]) await actions.sendMessage(ROOM, text);
  assert.deepEqual(texts(backend), ["one", "two", "three"]);
});

test("what would come after the call's time is refused at once, with core's words", async (t) => {
  const { backend, actions } = await world(t, {
    maxActionsPerSecondPerToken: 0.01,
    maxActionBurstPerToken: 1,
  });
  await actions.sendMessage(ROOM, "one");
  await assert.rejects(actions.sendMessage(ROOM, "two"), (reason) => {
    assert.ok(reason instanceof SeabirdError);
    assert.match(reason.message, /rate limit exceeded/);
    assert.ok((reason.retryAfterMs ?? 0) > 30_000);
    return isCode("resource_exhausted")(reason);
  });
  assert.deepEqual(texts(backend), ["one"]);
});

test("a backend with too many requests is asked four times, then its caller is told", async (t) => {
  const { core, backend, actions } = await world(t, {
    maxRequestsInFlightPerBackend: 1,
    inFlightRetryAfterMs: 20,
    actionTimeoutMs: 60_000,
  });
  let refusals = 0;
  backend.respond = () => undefined;
  const stuck = actions.sendMessage(ROOM, "stuck");
  await until("the request", () => backend.requests.length === 1);
  const watcher = startPlugin(
    plugin("watcher").on("sendMessage", () => (refusals += 1)),
    {
      url: core.url,
      token: await core.token(["plugin"], "watcher"),
      log: silentLog,
    },
  );
  t.after(() => watcher.close());
  await watcher.ready();
  await assert.rejects(actions.sendMessage(ROOM, "too many"), isCode("resource_exhausted"));
  assert.equal(refusals, 0, "nothing was announced");
  backend.respond = () => ({ case: "success", value: {} });
  backend.send({ id: backend.requests[0]?.id ?? "", inner: { case: "success", value: {} } });
  assert.deepEqual((await stuck).ids, []);
  await actions.sendMessage(ROOM, "now");
  assert.deepEqual(texts(backend), ["stuck", "now"]);
});

test("what may have been said is never said again", async (t) => {
  const { backend, actions } = await world(t, { actionTimeoutMs: 200 });
  backend.respond = () => undefined;
  await assert.rejects(actions.sendMessage(ROOM, "silence"), isCode("deadline_exceeded"));
  backend.respond = () => ({ case: "failed", value: { reason: "muted" } });
  await assert.rejects(actions.sendMessage(ROOM, "muted"), isCode("unknown"));
  backend.respond = () => {
    void backend.close();
    return undefined;
  };
  // Repeated with its key, which core remembers: the backend is not asked again.
  await assert.rejects(actions.sendMessage(ROOM, "lost"), isCode("aborted"));
  assert.deepEqual(texts(backend), ["silence", "muted", "lost"]);
});

test("a plugin that is too slow misses events, and learns of the gap", async (t) => {
  const { core, backend } = await world(t, { maxQueuedEventsPerStream: 2_000 });
  const slow = plugin("slow");
  const open = Promise.withResolvers<void>();
  let gaps = 0;
  let heard = 0;
  let last = "";
  slow.hears(/./, async (ctx) => {
    await open.promise;
    heard += 1;
    last = ctx.text;
  });
  slow.onGap(() => (gaps += 1));
  const running = startPlugin(slow, {
    url: core.url,
    token: await core.token(["plugin"], "slow"),
    log: silentLog,
    constants: { maxQueuedEvents: 10, maxQueuedInChannels: 10 },
    handlerTimeoutMs: 600_000,
  });
  t.after(() => running.close());
  await running.ready();
  const total = 5_000;
  for (let i = 0; i < total; i += 1) {
    backend.say("#c", "x".repeat(1_000));
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until("all events", () => core.core.broker.stats().lastSequence >= total, 60_000);
  open.resolve();
  await until("the gap to be told", () => gaps > 0, 60_000);
  backend.say("#c", "fresh");
  await until("what came after it", () => last === "fresh", 60_000);
  assert.ok(heard > 0 && heard < total, String(heard));
});

test("handlers that sleep are bounded", async (t) => {
  const { core, backend } = await world(t, {});
  const sleepy = plugin("sleepy");
  const ends: string[] = [];
  sleepy.hears(/./, async (ctx) => {
    await ctx.sleep(600_000).catch((reason: unknown) => ends.push(String(reason)));
  });
  const running = startPlugin(sleepy, {
    url: core.url,
    token: await core.token(["plugin"], "sleepy"),
    log: silentLog,
    constants: { maxWaitingHandlers: 2 },
  });
  t.after(() => running.close());
  await running.ready();
  backend.say("#c", "1").say("#c", "2").say("#c", "3");
  await until("the third to be refused", () => ends.length === 1);
  assert.deepEqual(ends, ["SeabirdError: too many handlers wait already"]);
  assert.equal(running.activity().waiting, 2);
  await running.close();
  assert.deepEqual(ends.slice(1), Array(2).fill("SeabirdError: the plugin closes"));
});

test("a full channel drops what is new, says so once, and leaves the others alone", async (t) => {
  const { core, backend } = await world(t, {});
  const slow = plugin("slow");
  const open = Promise.withResolvers<void>();
  const heard: string[] = [];
  slow.on("message", async (ctx) => {
    if (ctx.channel.name === "#c") await open.promise;
    heard.push(ctx.text);
  });
  const warnings: unknown[] = [];
  const running = startPlugin(slow, {
    url: core.url,
    token: await core.token(["plugin"], "slow"),
    log: { ...silentLog, warn: (entry: unknown) => warnings.push(entry) },
    constants: { maxQueuedPerChannel: 3 },
  });
  t.after(() => running.close());
  await running.ready();
  for (let i = 0; i < 10; i += 1) backend.say("#c", String(i));
  backend.say("#d", "elsewhere");
  await until("the other channel", () => heard.length === 1);
  assert.deepEqual(heard, ["elsewhere"]);
  open.resolve();
  await until("what waited", () => heard.length === 5);
  assert.deepEqual(heard, ["elsewhere", "0", "1", "2", "3"]);
  assert.deepEqual(warnings, [{ channel: ROOM, dropped: 1 }]);
});
