/** What handlers are called with, and which events reach them when many come at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { bold, connectPlugin, plugin, silentLog, startPlugin, text } from "@seabird-chat/sdk";
import { testbed } from "@seabird-chat/testkit";
import { startCore } from "../support/core.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const OWN = ["name", "config", "log", "core", "signal", "clock", "random", "sleep"];
const EVENT = ["kind", "user", "text", "rootBlock", "message", "conversation", "tags", "raw"];
const ANSWERS = [
  "can",
  "deleteMessage",
  "members",
  "channelInfo",
  "react",
  "typing",
  "upload",
  "attachmentUrl",
  "backend",
  "reply",
  "mentionReply",
  "action",
  "replyPrivately",
  "ask",
  "confirm",
];

test("a context is spread, destructured, changed and looked into as a plain object is", async () => {
  const mirror = plugin("mirror");
  const names: Record<string, readonly string[]> = {};
  mirror.use((ctx, next) => {
    Object.assign(ctx, { tags: { "set/by": "middleware" }, added: 1 });
    return next();
  });
  mirror.hears(/hello/, async (ctx) => {
    names["hears"] = Object.keys(ctx);
    const { reply, mentionReply, signal, ...rest } = ctx;
    assert.equal(signal, ctx.signal);
    assert.ok(signal instanceof AbortSignal && !signal.aborted);
    assert.deepEqual(rest.tags, { "set/by": "middleware" });
    assert.equal(rest.rootBlock?.plain, "hello");
    assert.equal(rest.raw, ctx.raw);
    for (const other of [new Proxy(ctx, {}), Object.create(ctx) as typeof ctx]) {
      assert.deepEqual([other.signal, other.raw], [signal, ctx.raw]);
      assert.equal(other.rootBlock?.plain, "hello");
    }
    assert.match(inspect(ctx), /rootBlock: \{\n.*plain: 'hello'/s);
    assert.doesNotMatch(inspect(ctx), /(rootBlock|tags|raw|signal): \[Getter|Symbol\(/);
    await mentionReply("mention");
    await { ...ctx }.action("acts");
    return reply(rest.text);
  });
  mirror.on("sendMessage", (ctx) => {
    names["sendMessage"] = Object.keys(ctx);
    assert.ok(!("reply" in ctx) && !("backend" in ctx));
  });
  mirror.command("twice", "says it twice", async ({ arg, command, reply }) => {
    await reply(`${command} ${arg}`);
  });
  await using bed = await testbed({ plugins: [mirror] });
  const channel = bed.channel("#c");
  await channel.say("ann", text`${bold("hello")}`);
  await channel.expect("ann: mention");
  await channel.expectAction("acts");
  await channel.expect("hello");
  await channel.say("ann", "!twice a");
  await channel.expect("twice a");
  const hears = [...OWN, ...EVENT, ...ANSWERS, "channelId", "channel", "match", "added"];
  assert.deepEqual(names["hears"]?.toSorted(), hears.sort());
  const own = ["kind", "sender", "channelId", "text", "rootBlock", "options", "sequence"];
  const sent = [...OWN, ...own, "tags", "raw", "added"];
  assert.deepEqual(names["sendMessage"]?.toSorted(), sent.sort());
});

test("a burst in one channel reaches quick handlers whole, and in order", async (t) => {
  const core = await startCore({}, t);
  const backend = await RawBackend.connect(core.url, await core.token());
  t.after(() => backend.close());
  const counted = plugin("counted");
  const heard: string[] = [];
  const [started, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  // Meanwhile the events are queued, so they come all at once afterwards.
  counted.onStart(() => {
    started.resolve();
    return open.promise;
  });
  counted.on("message", async (ctx) => {
    for (let i = 0; i < 20; i++) await undefined;
    heard.push(ctx.text);
  });
  const options = { url: core.url, token: await core.token(["plugin"]), log: silentLog };
  const running = startPlugin(counted, options);
  t.after(() => running.close());
  await started.promise;
  const watcher = connectPlugin(options);
  t.after(() => watcher.close());
  await watcher.ready();
  const lines = Array.from({ length: 1_000 }, (_, index) => String(index));
  for (const line of lines) backend.say("#c", line);
  for await (const event of watcher.events()) {
    if ("text" in event && event.text === lines.at(-1)) break;
  }
  open.resolve();
  await until("the last line", () => heard.at(-1) === lines.at(-1), 60_000);
  assert.deepEqual(heard, lines);
});

test("a question that a handler does not await is sent before the next handler of the channel", async (t) => {
  const core = await startCore({}, t);
  const backend = await RawBackend.connect(core.url, await core.token());
  t.after(() => backend.close());
  backend.respond = ({ inner }) =>
    inner.case === "metadata" ? { case: "metadata", value: { values: {} } } : undefined;
  const hasty = plugin("hasty");
  const heard: string[] = [];
  hasty.hears(/^ask$/, (ctx) => {
    ctx.ask("name?").catch(() => undefined);
  });
  hasty.on("message", (ctx) => {
    heard.push(ctx.text);
  });
  const options = { url: core.url, token: await core.token(["plugin"]), log: silentLog };
  const running = startPlugin(hasty, options);
  t.after(() => running.close());
  await running.ready();
  backend.say("#c", "ask");
  const question = () => backend.requests.find(({ inner }) => inner.case === "sendMessage");
  await until("the question", () => question() !== undefined);
  assert.deepEqual(running.activity(), { queued: 1, running: 1, waiting: 0 });
  const id = question()?.id ?? "";
  backend.send({ id, inner: { case: "success", value: {} } });
  await until("the next handler", () => heard.length === 1);
  assert.deepEqual(heard, ["ask"]);
});

test("a question that a handler does not await ends neither the handler nor the process", async () => {
  const careless = plugin("careless");
  careless.hears(/^ask$/, (ctx) => {
    void ctx.ask("name?");
  });
  careless.hears(/^confirm$/, (ctx) => {
    void ctx.confirm("sure?");
  });
  await using bed = await testbed({ plugins: [careless] });
  const channel = bed.channel("#c");
  await channel.say("ann", "ask");
  await channel.expect("ann: name?");
  await channel.say("ann", "cancel");
  for (const question of ["ask", "confirm"]) {
    channel.failNext("send", `no ${question}`);
    await channel.say("ann", question);
    assert.ok(bed.log.find(new RegExp(`a question was not asked.*no ${question}`, "s")));
  }
  await channel.expectNothing();
});
