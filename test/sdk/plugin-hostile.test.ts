/** Plugins under attack and under tired authors: nothing of it may stop, flood or silence a plugin. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { arg, plugin, silentLog, startPlugin } from "@seabird-chat/sdk";
import { testbed } from "@seabird-chat/testkit";
import { startCore } from "../support/core.ts";

const THEN = ["the", "n"].join("");
const SORRY = /something went wrong \([0-9a-z]{4}\)$/;

test("whatever a handler throws is told and logged, and the plugin goes on", async () => {
  const odd = plugin("odd");
  const evil = new Error("evil");
  Object.defineProperty(evil, "message", { value: { not: "a text" } });
  const trap = Object.defineProperty({}, "boom", {
    enumerable: true,
    get: () => {
      throw new Error("trap");
    },
  });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const thrown = [
    undefined,
    null,
    Symbol("s"),
    7,
    () => 1,
    Object.create(null),
    evil,
    trap,
    revoked.proxy,
  ];
  odd.command("throw", { help: "throws", args: { which: arg.integer() } }, (_ctx, { which }) => {
    throw thrown[which];
  });
  const thenable = Object.defineProperty({}, THEN, {
    get: () => {
      throw new Error("no then");
    },
  });
  odd.command("thenable", "is odd", () => thenable);
  odd.command("ok", "works", (ctx) => ctx.reply("ok"));
  await using bed = await testbed({ plugins: [odd] });
  const room = bed.channel("#c");
  for (const which of thrown.keys()) {
    await room.say("ann", `!throw ${which}`);
    await room.expect(SORRY);
  }
  await room.say("ann", "!thenable");
  await room.expect(SORRY);
  await room.say("ann", "!ok");
  await room.expect("ok");
});

test("a middleware that fails does not set its handler free of its time", async () => {
  const loose = plugin("loose");
  const seen: string[] = [];
  loose.use((_ctx, next) => {
    void next();
    throw new Error("too early");
  });
  loose.command("go", "works long", async (ctx) => {
    await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
    seen.push("ended");
  });
  await using bed = await testbed({ plugins: [loose] });
  const room = bed.channel("#c");
  await room.say("ann", "!go");
  await bed.clock.advance("31s");
  await room.expect(SORRY);
  assert.deepEqual(seen, ["ended"]);
});

test("an error that nobody looked at is heard of", async () => {
  const hasty = plugin("hasty");
  hasty.use(async (ctx, next) => {
    void next();
    await ctx.sleep(1_000);
  });
  hasty.command("fail", "fails", () => {
    throw new Error("lost words");
  });
  await using bed = await testbed({ plugins: [hasty] });
  const room = bed.channel("#c");
  await room.say("ann", "!fail");
  await bed.clock.advance("1s");
  await room.expect(SORRY);
});

test("an answer that nobody waited for and that failed early stands in the log", async () => {
  const hasty = plugin("hasty");
  hasty.command("say", "says", async (ctx) => {
    void ctx.reply("a");
    await ctx.sleep(1_000);
  });
  hasty.command("care", "says, and looks", async (ctx) => {
    await ctx.reply("a").catch(() => undefined);
    const late = ctx.reply("b");
    await ctx.sleep(1_000);
    await late.catch(() => undefined);
  });
  await using bed = await testbed({ plugins: [hasty] });
  const room = bed.channel("#c");
  for (const _ of [1, 2]) room.failNext("send", "404 Cannot send");
  await room.say("ann", "!care");
  await bed.clock.advance("1s");
  assert.equal(bed.log.find("an answer was not sent"), undefined);
  room.failNext("send", "404 Cannot send");
  await room.say("ann", "!say");
  await bed.clock.advance("1s");
  assert.ok(bed.log.find("an answer was not sent"));
});

test("a handler that asks for ever does not keep the plugin from closing", async () => {
  const stubborn = plugin("stubborn");
  const isGivenUpAtMs = performance.now() + 20_000;
  let isTold = false;
  const isLate = () => performance.now() > isGivenUpAtMs;
  stubborn.command("ask", "asks until it gets an answer", async (ctx) => {
    ctx.signal.addEventListener("abort", () => {
      isTold = true;
    });
    while (!isTold && !isLate()) {
      await ctx.ask("well?").catch(() => undefined);
    }
    while (isTold && !isLate() && bed.isOpen) {
      await Promise.any([ctx.ask("well?"), ctx.sleep(1), ctx.reply("well?")]).catch(
        () => undefined,
      );
    }
  });
  const bed = Object.assign(await testbed({ plugins: [stubborn] }), { isOpen: true });
  const room = bed.channel("#c");
  await room.say("ann", "!ask");
  await room.expect("ann: well?");
  await bed.close();
  bed.isOpen = false;
  assert.ok(isTold && !isLate(), "the rest of the process had its turn");
});

test("a handler that goes on for ever keeps no process from ending", async () => {
  const code = `
    import { plugin } from "@seabird-chat/sdk";
    import { testbed } from "@seabird-chat/testkit";
    const loop = plugin("loop");
    loop.command("go", "goes on", async (ctx) => {
      for (;;) await Promise.any([ctx.ask("well?"), ctx.sleep(1_000)]).catch(() => undefined);
    });
    const bed = await testbed({ plugins: [loop], timeoutMs: 1_000 });
    await bed.channel("#c").say("ann", "!go");
    await bed.channel("#c").expect("ann: well?");
    await bed.close();
    console.log("closed");`;
  const args = ["--input-type=module", "--eval", code];
  const ended = promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  assert.equal((await ended).stdout, "closed\n");
});

test("a command in private ends a question in any case that would run it", async () => {
  const shout = plugin("shout");
  shout.command("ask", "asks", async (ctx) => ctx.reply(`you said ${await ctx.ask("well?")}`));
  shout.command("stop", "stops", (ctx) => ctx.reply("stopped"));
  await using bed = await testbed({ plugins: [shout] });
  const ann = bed.private("ann");
  await ann.say("!ask");
  await ann.expect("well?");
  await ann.say("!STOP");
  await ann.expect("stopped");
});

test("names of prototypes are names like others", async () => {
  const proto = plugin("proto");
  for (const name of ["constructor", "toString", "__proto__"]) {
    proto.command(name, `is ${name}`, (ctx) => ctx.reply(`${name} ran`));
  }
  proto.command(
    "args",
    { help: "h", args: { constructor: arg.word(), toString: arg.word() } },
    (ctx, values) => ctx.reply(`${values.constructor} ${values.toString}`),
  );
  await using bed = await testbed({ plugins: [proto] });
  const room = bed.channel("#c");
  for (const name of ["constructor", "toString", "__proto__"]) {
    await room.say("ann", `!${name}`);
    await room.expect(`${name} ran`);
  }
  await room.say("ann", "!args a b");
  await room.expect("a b");
  await room.say("ann", "!hasOwnProperty");
  await room.expectNothing();
});

test("an onStart that never ends fails the plugin, and does not keep it from closing", async () => {
  const slow = plugin("slow");
  slow.onStart(() => new Promise(() => undefined));
  await assert.rejects(testbed({ plugins: [slow] }), /onStart took longer than 60000 ms/);
});

test("what onStart opens while the plugin closes is closed", async (t) => {
  const core = await startCore();
  t.after(() => core.close());
  const token = await core.token(["plugin"], "late");
  const late = plugin("late");
  const opening = Promise.withResolvers<() => void>();
  const begun = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  late.onStart(() => {
    begun.resolve();
    return opening.promise;
  });
  const running = startPlugin(late, { url: core.url, token, log: silentLog });
  await begun.promise;
  await running.close();
  await running.ended();
  await assert.rejects(running.ready(), { code: "closed" });
  opening.resolve(closed.resolve);
  await closed.promise;
});

test("settings that are never checked do not keep the plugin from closing", async () => {
  const validate = () => new Promise<never>(() => undefined);
  const config = { "~standard": { version: 1, vendor: "test", validate } } as const;
  const running = startPlugin(plugin("pending", { config }), { token: "x", log: silentLog });
  await running.close();
  await running.ended();
});

test("what is declared after the start is refused, not forgotten", async () => {
  const hasty = plugin("hasty");
  await using _bed = await testbed({ plugins: [hasty] });
  const late = /plugin "hasty" has been started; declare handlers before that/;
  assert.throws(() => hasty.hears(/x/, () => undefined), late);
  assert.throws(() => hasty.on("action", () => undefined), late);
  assert.throws(() => hasty.command("x", "y", () => undefined), late);
  assert.throws(() => hasty.use(() => undefined), late);
  assert.throws(() => hasty.catch(() => undefined), late);
  assert.throws(() => hasty.onStart(() => undefined), late);
  assert.throws(() => hasty.onGap(() => undefined), late);
});

test("catch may leave an error to the usual way, and what it forgot to wait for is said", async () => {
  const picky = plugin("picky");
  picky.command("fail", { help: "fails", args: { how: arg.word() } }, (_ctx, { how }) => {
    throw new Error(how);
  });
  picky.catch((error, ctx) => {
    if (String(error).includes("ours") && "reply" in ctx) void ctx.reply("our own words");
    else throw error;
  });
  await using bed = await testbed({ plugins: [picky] });
  const room = bed.channel("#c");
  await room.say("ann", "!fail ours");
  await room.expect("our own words");
  await room.say("ann", "!fail other");
  await room.expect(SORRY);
  assert.ok(bed.log.find(/command fail failed/));
});

test("one plugin in two beds at once keeps nothing of one for the other", async () => {
  const shared = plugin("shared");
  shared.command("once", { help: "once a minute", cooldown: { all: 60_000 } }, (ctx) =>
    ctx.reply("done"),
  );
  shared.hears(/o/gy, (ctx) => ctx.reply(`at ${ctx.match.index}`));
  const config = {};
  await using one = await testbed({ plugins: [shared], config });
  await using other = await testbed({ plugins: [shared], config });
  for (const bed of [one, other]) {
    const room = bed.channel("#c");
    await room.say("ann", "!once");
    await room.expect("done");
    for (const _ of [1, 2]) {
      await room.say("ann", "foo");
      await room.expect("at 1");
    }
  }
});

test("two plugins that ask the same person both hear the answer, also from a new core", async () => {
  const askers = ["a", "b"].map((name) => {
    const asker = plugin(name);
    asker.on("action", async (ctx) => {
      await ctx.reply(`${name} heard ${await ctx.ask("well?", { timeoutMs: 600_000 })}`);
    });
    return asker;
  });
  await using bed = await testbed({ plugins: askers });
  const room = bed.channel("#c");
  await room.act("ann", "waves");
  for (const _ of askers) await room.expect("ann: well?");
  await bed.restartCore();
  await room.say("ann", "me");
  for (const _ of askers) await room.expect(/^[ab] heard me$/);
});

test("core may go away under a handler, and a network refuse all that it says", async () => {
  const slow = plugin("slow");
  slow.command("slow", "is slow", async (ctx) => {
    await ctx.sleep(60_000);
    await ctx.reply("done");
  });
  await using bed = await testbed({ plugins: [slow] });
  const room = bed.channel("#c");
  await room.say("ann", "!slow");
  await bed.clock.advance("59s");
  await bed.disconnect("plugin");
  await bed.reconnected();
  await bed.clock.advance("1m");
  await room.expect("done");
  room.failNext("send", "404 Cannot send to channel");
  room.failNext("send", "404 Cannot send to channel");
  await room.say("ann", "!slow");
  await bed.clock.advance("1m");
  await room.expectNothing();
  assert.ok(bed.log.find(/command slow failed.*404 Cannot send/));
  assert.ok(bed.log.find("the user could not be informed"));
  await room.say("ann", "!slow");
  await bed.clock.advance("1m");
  await room.expect("done");
});

test("a catch that never ends holds its channel for a time only", async () => {
  const stuck = plugin("stuck");
  stuck.command("fail", "fails", () => {
    throw new Error("the cause");
  });
  stuck.catch(() => new Promise(() => undefined));
  stuck.hears(/^ping$/, (ctx) => ctx.reply("pong"));
  await using bed = await testbed({ plugins: [stuck] });
  const room = bed.channel("#c");
  await room.say("ann", "!fail");
  await room.say("bob", "ping");
  await room.expectNothing();
  await bed.clock.advance("30s");
  await room.expect("pong");
  assert.ok(bed.log.find("the cause"));
});
