/** `testbed()`: what a test can send, observe and expect. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { bold, duration, plugin, SeabirdError, text } from "@seabird-chat/sdk";
import { testbed } from "./testbed.ts";

/** Longer than the idle detector's grace: real milliseconds. */
const BEYOND_GRACE_MS = 60;

/** Uses files and real timers until then. */
async function readUntil(endMs: number): Promise<string> {
  const file = await readFile(new URL(import.meta.url), "utf8");
  if (performance.now() >= endMs) return file;
  await new Promise((resolve) => setTimeout(resolve, 1));
  return readUntil(endMs);
}

function hello() {
  const made = plugin("hello");
  made.command("hello", "greets you", (ctx) => ctx.mentionReply("hi!"));
  made.hears(/good (morning|night)/i, (ctx) =>
    ctx.reply(text`good ${ctx.match[1]}, ${bold(ctx.user.displayName)}`),
  );
  made.on("action", (ctx) => ctx.action("waves back"));
  return made;
}

test("a message reaches the plugin, and its answer the channel", async () => {
  await using bed = await testbed({ plugins: [hello()] });
  const room = bed.channel("#games");
  await room.say("ann", "!hello");
  await room.expect("ann: hi!");
  await room.say("ann", "Good night, all");
  const sent = await room.expect("good night, **ann**");
  assert.equal(sent.text, "good night, ann");
  await room.act("ann", "waves");
  await room.expectAction("waves back");
  await bed.private("bob").say("hello");
  await bed.private("bob").expect("hi!");
  await room.expectNothing();
});

test("a wrong expectation shows what was sent, where it differs, and what else was sent", async () => {
  const bed = await testbed({ plugins: [hello()] });
  const room = bed.channel("#games");
  await room.say("ann", "!hello");
  await bed.private("bob").say("hello");
  await assert.rejects(room.expect("ann: ho!"), {
    name: "AssertionError",
    message: [
      "#games: something else was sent",
      '  expected  "ann: ho!"',
      '  actual    "ann: hi!"',
      "                   ^",
      "also sent:",
      '  private bob: "hi!"',
    ].join("\n"),
  });
  // The test has failed already: closing reports nothing more.
  await bed.close();
});

test("expectNothing shows what was sent", async () => {
  const bed = await testbed({ plugins: [hello()] });
  const room = bed.channel("#games");
  await room.act("ann", "waves");
  await assert.rejects(room.expectNothing(), { message: /#games: does "waves back"/ });
  await bed.close();
});

test("closing fails for messages that were not expected", async () => {
  const bed = await testbed({ plugins: [hello()] });
  await bed.channel("#games").say("ann", "!hello");
  await assert.rejects(bed.close(), { message: 'sent, but not expected:\n  #games: "ann: hi!"' });
});

test("closing fails for timers that a plugin leaves behind", async () => {
  const leaky = plugin("leaky");
  leaky.onStart((host) => {
    host.clock.after(60_000, () => undefined);
  });
  const bed = await testbed({ plugins: [leaky] });
  await assert.rejects(
    bed.close(),
    /a timer was left behind, due in 60000 ms, set\n.*testbed\.test/,
  );
});

test("closing fails for timers of the machine that a plugin leaves behind", async () => {
  const leaks: readonly (readonly [name: string, set: () => void])[] = [
    ["setTimeout", () => void setTimeout(() => undefined, 60_000)],
    ["setInterval", () => void setInterval(() => undefined, 60_000)],
    ["timers/promises", () => void sleep(60_000)],
  ];
  for (const [name, set] of leaks) {
    for (const where of ["onStart", "command", "job of the fake clock"]) {
      const leaky = plugin("leaky");
      leaky.onStart(({ clock }) => {
        if (where === "onStart") set();
        if (where.startsWith("job")) clock.after(1_000, set);
      });
      leaky.command("leak", "leaves a timer behind", set);
      const bed = await testbed({ plugins: [leaky] });
      if (where === "command") await bed.channel("#games").say("ann", "!leak");
      await bed.clock.advance("1s");
      const left = /a timer of the machine was left behind .*, set\n[\s\S]*testbed\.test/;
      await assert.rejects(bed.close(), left, `${name} in ${where}`);
    }
  }
});

test("timers of the machine that ended, are cleared or keep nothing alive are no fault", async () => {
  const tidy = plugin("tidy");
  tidy.onStart(() => {
    const timer = setInterval(() => undefined, 60_000);
    return () => clearInterval(timer);
  });
  tidy.command("wait", "waits", async (ctx) => {
    setTimeout(() => undefined, 60_000).unref();
    clearTimeout(setTimeout(() => undefined, 60_000));
    await sleep(5);
    await ctx.reply("done");
  });
  // A timer of the test is its own business.
  const own = setTimeout(() => undefined, 60_000);
  {
    await using bed = await testbed({ plugins: [tidy] });
    await bed.channel("#games").say("ann", "!wait");
    await bed.channel("#games").expect("done");
  }
  clearTimeout(own);
});

test("a failed expectation shows the handler's error from the log", async () => {
  const broken = plugin("broken");
  broken.command("fail", "fails", () => {
    throw new TypeError("no such thing");
  });
  const bed = await testbed({ plugins: [broken] });
  const room = bed.channel("#games");
  await room.say("ann", "!fail");
  await assert.rejects(room.expect("done"), (error: Error) => {
    assert.match(error.message, /something went wrong/);
    assert.match(error.message, /in the log:\n {2}broken error/);
    return true;
  });
  assert.ok(bed.log.find("no such thing"));
  await bed.close();
});

test("a failure in the log has the whole name of its sub-command, and console.log shows the log", async () => {
  const broken = plugin("broken");
  broken.command("poll close", { help: "fails", aliases: ["pc"] }, () => {
    throw new TypeError("no such thing");
  });
  await using bed = await testbed({ plugins: [broken] });
  const room = bed.channel("#games");
  for (const line of ["!poll close", "!Poll CLOSE now", "!pc"]) {
    await room.say("ann", line);
    await room.expect(/something went wrong/);
  }
  const failed = bed.log.lines.filter(({ message }) => /^command poll close failed/.test(message));
  assert.equal(failed.length, 3);
  assert.match(inspect(bed.log, { depth: 4 }), /command poll close failed/);
});

test("time passes only by advance, and timers run in order", async () => {
  const sleepy = plugin("sleepy");
  sleepy.command("nap", "waits", async (ctx) => {
    await ctx.sleep(duration("1h"));
    await ctx.reply(new Date(ctx.clock.wallMs()).toISOString());
  });
  await using bed = await testbed({ plugins: [sleepy], startAt: "2026-03-01T08:00:00Z" });
  const room = bed.channel("#games");
  await room.say("ann", "!nap");
  await bed.clock.advance("59m");
  await room.expectNothing();
  await room.say("ann", "!nap");
  await bed.clock.advance("1h");
  await room.expect("2026-03-01T09:00:00.000Z");
  await room.expect("2026-03-01T09:59:00.000Z");
});

test("a question waits for its answer, and the clock may cancel it", async () => {
  const asking = plugin("asking");
  asking.command("drop", "drops it", async (ctx) => {
    const sure = await ctx.confirm("sure?", { timeoutMs: 30_000 });
    await ctx.reply(sure ? "dropped" : "kept");
  });
  await using bed = await testbed({ plugins: [asking] });
  const room = bed.channel("#games");
  await room.say("ann", "!drop");
  await room.expect("ann: sure?");
  await room.say("bob", "yes");
  await room.expectNothing();
  await room.say("ann", "yes");
  await room.expect("dropped");
  await room.say("ann", "!drop");
  await room.expect("ann: sure?");
  await bed.clock.advance("30s");
  await room.expect("kept");
});

test("the same seed gives the same random numbers, another seed others", async () => {
  const rolls = async (seed: number) => {
    const dice = plugin("dice");
    dice.command("roll", "rolls", (ctx) => ctx.reply(String(ctx.random())));
    await using bed = await testbed({ plugins: [dice], seed });
    const room = bed.channel("#games");
    await room.say("ann", "!roll");
    return (await room.expect(/0\.\d+/)).text;
  };
  assert.equal(await rolls(7), await rolls(7));
  assert.notEqual(await rolls(7), await rolls(8));
});

test("a network's refusal reaches the plugin with the network's text", async () => {
  const careful = plugin("careful");
  careful.command("try", "tries", async (ctx) => {
    try {
      await ctx.reply("first");
    } catch (reason) {
      await ctx.replyPrivately(SeabirdError.from(reason).message);
    }
  });
  await using bed = await testbed({ plugins: [careful] });
  const room = bed.channel("#games");
  room.failNext("send", "404 Cannot send to channel");
  await room.say("ann", "!try");
  await bed.private("ann").expect("404 Cannot send to channel");
  await room.expectNothing();
});

test("joins, leaves and topics are seen, and may be refused", async () => {
  const keeper = plugin("keeper");
  keeper.command("go", "joins", async (ctx) => {
    await ctx.core.joinChannel(ctx.backend.id, "#new");
    const channels = await ctx.core.listChannels(ctx.backend.id);
    await ctx.reply(channels.map(({ displayName }) => displayName).join(" "));
    const failed = await ctx.core.joinChannel(ctx.backend.id, "#full").catch((error) => error);
    await ctx.reply(failed.message);
  });
  await using bed = await testbed({ plugins: [keeper] });
  const room = bed.channel("#games");
  bed.backend().failNext("join", "#full", "471 Channel is full");
  await room.say("ann", "!go");
  await room.expect("#games #new");
  await room.expect("471 Channel is full");
  assert.deepEqual(
    bed.requests.map(({ kind, channel }) => `${kind} ${channel}`),
    ["join #new", "join #full"],
  );
});

test("several networks, and users with accounts", async () => {
  const secret = plugin("secret");
  secret.command(
    "open",
    { help: "opens", allow: [{ account: "alice" }, { backendType: "discord" }] },
    (ctx) => ctx.reply(`open on ${ctx.backend.id}`),
  );
  await using bed = await testbed({
    plugins: [secret],
    backends: ["irc/libera", { name: "discord/guild", commandPrefix: "/" }],
  });
  bed.user("ann", { account: "alice" });
  const irc = bed.channel("#games");
  await irc.say("ann", "!open");
  await irc.expect("open on irc://libera");
  await irc.say("bob", "!open");
  await irc.expect(/may not|not allowed/);
  const discord = bed.channel("games", "discord/guild");
  await discord.say("bob", "/open");
  await discord.expect("open on discord://guild");
});

test("after core restarts, everything is connected again", async () => {
  await using bed = await testbed({ plugins: [hello()] });
  const room = bed.channel("#games");
  await bed.restartCore();
  await room.say("ann", "!hello");
  await room.expect("ann: hi!");
});

test("a restart of a plugin drops its questions", async () => {
  const asking = plugin("asking");
  asking.command("ask", "asks", async (ctx) => ctx.reply(await ctx.ask("which?")));
  await using bed = await testbed({ plugins: [asking] });
  const room = bed.channel("#games");
  await room.say("ann", "!ask");
  await room.expect("ann: which?");
  await bed.restartPlugin();
  await room.say("ann", "this one");
  await room.expectNothing();
});

test("a disconnected backend reconnects by itself", async () => {
  const far = plugin("far");
  far.on("privateMessage", async (ctx) => {
    const backends = await ctx.core.listBackends();
    await ctx.reply(backends.map(({ id }) => id).join(" "));
  });
  await using bed = await testbed({ plugins: [far], backends: ["irc/a", "irc/b"] });
  await bed.disconnect("irc/b");
  const ann = bed.private("ann");
  await ann.say("who?");
  await ann.expect("irc://a");
  await bed.reconnected();
  await ann.say("who?");
  await ann.expect("irc://a irc://b");
});

test("a handler's files and real timers are waited for", async () => {
  const reader = plugin("reader");
  reader.command("read", "reads", async (ctx) => {
    const file = await readUntil(performance.now() + BEYOND_GRACE_MS);
    await ctx.reply(file.split("\n")[0] ?? "");
  });
  await using bed = await testbed({ plugins: [reader] });
  const room = bed.channel("#games");
  await room.say("ann", "!read");
  await room.expect(/what a test can send/);
});

test("a handler that waits for the fake clock counts as idle", async () => {
  const timer = plugin("timer");
  timer.command("later", "says it later", async (ctx) => {
    await new Promise<void>((resolve) => ctx.clock.after(5_000, resolve));
    await ctx.reply("now");
  });
  await using bed = await testbed({ plugins: [timer] });
  const room = bed.channel("#games");
  await room.say("ann", "!later");
  await room.expectNothing();
  await bed.clock.advance("5s");
  await room.expect("now");
});

test("core's limits apply, and the SDK retries when core asks for it", async () => {
  const eager = plugin("eager");
  const numbers = ["one", "two", "three", "four"];
  eager.command("count", "counts", async (ctx) => {
    for (const number of numbers) await ctx.reply(number);
  });
  const core = { maxActionsPerSecondPerToken: 0.5, maxActionBurstPerToken: 2 };
  await using bed = await testbed({ plugins: [eager], core });
  const room = bed.channel("#games");
  await room.say("ann", "!count");
  assert.ok(bed.sent.length < numbers.length);
  await bed.clock.advance("10s");
  for (const number of numbers) await room.expect(number);
});

test("a handler that never ends is named", async () => {
  const stuck = plugin("stuck");
  stuck.command("hang", "hangs", (ctx) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = setInterval(() => undefined, 10);
    ctx.signal.addEventListener("abort", () => {
      clearInterval(held);
      resolve();
    });
    return promise;
  });
  const bed = await testbed({ plugins: [stuck], timeoutMs: 200 });
  const room = bed.channel("#games");
  await assert.rejects(
    room.say("ann", "!hang"),
    /still busy after 200 ms:\n {2}1 handlers of plugin stuck/,
  );
  await bed.close();
});

test("bots that answer each other for ever are detected", async () => {
  const parrot = plugin("parrot");
  parrot.on("sendMessage", (ctx) => ctx.core.sendMessage(ctx.channelId, "again"));
  parrot.command("start", "starts", (ctx) => ctx.reply("once"));
  const bed = await testbed({ plugins: [parrot], timeoutMs: 200 });
  await assert.rejects(bed.channel("#games").say("ann", "!start"), /still busy after 200 ms/);
  await bed.close();
});

test("a testbed that cannot start rejects with the reason and leaves nothing behind", async () => {
  const first = plugin("first");
  const second = plugin("second");
  for (const each of [first, second]) each.command("same", "is taken", () => undefined);
  await assert.rejects(testbed({ plugins: [first, second] }), /same/);
});

test("names of unknown plugins are refused", async () => {
  const config = { helo: { greeting: "hi" } };
  await assert.rejects(testbed({ plugins: [hello()], config }), {
    message: 'config has "helo", but the plugins are hello',
  });
  const odd = plugin("constructor");
  odd.onStart((host) => assert.deepEqual(host.config, {}));
  await using bed = await testbed({ plugins: [odd], config: {} });
  await assert.rejects(bed.restartPlugin("irc/libera"), /"irc\/libera" is not a plugin/);
  await assert.rejects(bed.restartPlugin("helo"), /no component "helo"/);
});
