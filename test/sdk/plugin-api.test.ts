/** Plugins as an author writes them, on the real core and a raw backend. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ChatRequest } from "@seabird-chat/protocol";
import {
  arg,
  connectPlugin,
  isPlugin,
  type Log,
  type Plugin,
  plugin,
  type RunningPlugin,
  SeabirdError,
  type StartOptions,
  startPlugin,
} from "@seabird-chat/sdk";
import { dice } from "../../examples/dice.ts";
import { hello } from "../../examples/hello.ts";
import { startCore, type TestCore } from "../support/core.ts";
import { RawBackend, type Responder } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const ann = { id: "ann", displayName: "ann" };

/** A room with one backend, whose people type what the test says. */
class Stage {
  readonly core: TestCore;
  readonly backend: RawBackend;
  readonly lines: string[] = [];

  constructor(core: TestCore, backend: RawBackend) {
    this.core = core;
    this.backend = backend;
  }

  /** What was said, in order: `#c message: text`. */
  get said(): readonly string[] {
    return this.backend.requests.map(told).filter((line) => line !== "");
  }

  say(text: string, channelId = "#c", user = ann): this {
    const source = { channelId, user };
    if (text.startsWith("!")) {
      const [command = "", ...words] = text.slice(1).split(" ");
      const value = { source, command, arg: words.join(" ") };
      this.backend.send({ inner: { case: "command", value } });
    } else {
      this.backend.send({ inner: { case: "message", value: { source, text } } });
    }
    return this;
  }

  whisper(text: string): this {
    this.backend.send({ inner: { case: "privateMessage", value: { source: ann, text } } });
    return this;
  }

  async expect(...lines: readonly string[]): Promise<void> {
    await until(lines.join(" | "), () => this.said.length >= lines.length).catch(() => undefined);
    assert.deepEqual(this.said, lines);
    this.backend.requests.length = 0;
  }
}

function told({ inner }: ChatRequest): string {
  switch (inner.case) {
    case "sendMessage":
      return `${inner.value.channelId}: ${inner.value.text}`;
    case "performAction":
      return `${inner.value.channelId}* ${inner.value.text}`;
    case "sendPrivateMessage":
      return `@${inner.value.userId}: ${inner.value.text}`;
    case "performPrivateAction":
      return `@${inner.value.userId}* ${inner.value.text}`;
    default:
      return "";
  }
}

async function startStage(t: TestContext, type = "terminal"): Promise<Stage> {
  const core = await startCore({}, t);
  const backend = await RawBackend.connect(core.url, await core.token(), type, "net");
  t.after(() => backend.close());
  const values = { command_prefix: "?" };
  backend.respond = ({ inner }): ReturnType<Responder> =>
    inner.case === "metadata"
      ? { case: "metadata", value: { values } }
      : { case: "success", value: {} };
  backend.join("#c").join("#d");
  return new Stage(core, backend);
}

async function start(
  t: TestContext,
  stage: Stage,
  what: Plugin,
  options: StartOptions = {},
): Promise<RunningPlugin> {
  const token = await stage.core.token(["plugin"], what.name);
  const log = options.log ?? capture(stage.lines);
  const running = startPlugin(what, { url: stage.core.url, token, ...options, log });
  t.after(() => running.close());
  await running.ready();
  return running;
}

function capture(lines: string[]): Log {
  const add = (name: string) => (entry: unknown, message?: string) => {
    const error = entry instanceof Error ? entry : (entry as { error?: unknown }).error;
    const cause = error instanceof Error && error.message !== message ? ` <- ${error.message}` : "";
    lines.push(`${name} ${message ?? (typeof entry === "string" ? entry : "")}${cause}`);
  };
  return {
    level: "info",
    debug() {},
    info: add("info"),
    warn: add("warn"),
    error: add("error"),
    child: () => capture(lines),
  };
}

test("the first bot answers, hears, and waves back", async (t) => {
  const stage = await startStage(t);
  await start(t, stage, hello);
  await stage.say("!hello").expect("#c: ann: hi!");
  await stage.say("Good Night all").expect("#c: good Night, ann");
  const value = { source: { channelId: "#c", user: ann }, text: "waves" };
  stage.backend.send({ inner: { case: "action", value } });
  await stage.expect("#c* waves back");
  await stage.whisper("?hello").expect("@ann: hi!");
  await stage.whisper("hello").expect("@ann: hi!");
  await stage.whisper("good morning").expect("@ann: good morning, ann");
});

test("dice: arguments, a default, a flag, a cooldown, a question, another's terms", async (t) => {
  const stage = await startStage(t);
  const random = () => 0;
  await start(t, stage, dice, { config: { maxDice: 10 }, random });
  await stage.say("!roll 2d6").expect("#c: ann: 2");
  await stage.say("!r 2d6").expect("#c: ann: wait 5 s");
  const bob = { id: "bob", displayName: "bob" };
  await stage.say("!roll 20d6 6 x y", "#c", bob).expect("#c: bob: 6 times, sure?");
  await stage.say("yes", "#c", bob).expect("#c: bob: x y: 10, 10, 10, 10, 10, 10");
  const eve = { id: "eve", displayName: "eve" };
  await stage.say("!roll 1d6 --secret", "#c", eve).expect("@eve: 1");
  const joe = { id: "joe", displayName: "joe" };
  stage.say("!roll 1d6 x", "#c", joe);
  await stage.expect(
    '#c: joe: times: "x" is not a whole number (1 to 10). ' +
      "Usage: ?roll DICE [TIMES] [LABEL…] [--secret]",
  );
});

test("settings that the schema refuses stop the plugin before it connects", async (t) => {
  const stage = await startStage(t);
  const refused = start(t, stage, dice, { config: { maxDice: "many" } });
  await assert.rejects(refused, (reason) => {
    assert.ok(reason instanceof SeabirdError);
    assert.equal(reason.code, "bad_option");
    assert.match(reason.message, /dice.*maxDice/);
    return true;
  });
  assert.equal(stage.core.core.broker.stats().commands, 0);
});

test("one place for errors: a polite line with an id, the cause in the log", async (t) => {
  const stage = await startStage(t);
  const broken = plugin("broken");
  broken.command("boom", "fails", () => {
    throw new Error("the oven is cold");
  });
  broken.hears(/^hm/, (ctx) => ctx.reply("hm"));
  await start(t, stage, broken, { random: () => 0.4 });
  await stage.say("!boom").expect("#c: ann: something went wrong (eeee)");
  assert.ok(stage.lines.includes("error command boom failed (eeee) <- the oven is cold"));
  await stage.say("hm").expect("#c: hm");
});

test("catch takes all errors of handlers, and answers if it likes", async (t) => {
  const stage = await startStage(t);
  const careful = plugin("careful");
  careful.command("boom", "fails", () => Promise.reject(new Error("no")));
  careful.catch(async (error, ctx) => {
    if (ctx.kind === "command") await ctx.reply(`oh: ${(error as Error).message}`);
  });
  await start(t, stage, careful);
  await stage.say("!boom").expect("#c: oh: no");
});

test("ask: the answer goes to the question, and others of the channel are not kept waiting", async (t) => {
  const stage = await startStage(t);
  const quiz = plugin("quiz");
  quiz.command("ask", "asks", async (ctx) => {
    const answer = await ctx.ask("which one?");
    await ctx.reply(`you said ${answer}`);
  });
  quiz.command("now", "answers", (ctx) => ctx.reply("now"));
  quiz.hears(/that/, (ctx) => ctx.reply("heard that"));
  const running = await start(t, stage, quiz);
  await stage.say("!ask").expect("#c: ann: which one?");
  const bob = { id: "bob", displayName: "bob" };
  await stage.say("not that", "#c", bob).expect("#c: heard that");
  await until("the rest to end", () => running.activity().running === 0);
  assert.deepEqual(running.activity(), { queued: 0, running: 0, waiting: 1 });
  await stage.say("that one").expect("#c: you said that one");
  await stage.say("!ask").expect("#c: ann: which one?");
  await stage.say("!now").expect("#c: now");
  await stage.say("that").expect("#c: heard that");
  await stage.whisper("ask").expect("@ann: which one?");
  await stage.whisper("now").expect("@ann: you said now");
});

test("another plugin's command ends a question, a name that nobody registered does not", async (t) => {
  const stage = await startStage(t);
  const other = connectPlugin({
    url: stage.core.url,
    token: await stage.core.token(["plugin"], "other"),
    commands: { theirs: { shortHelp: "another plugin's" } },
  });
  t.after(() => other.close());
  await other.ready();
  const quiz = plugin("quiz");
  quiz.command("ask", "asks", async (ctx) => {
    await ctx.reply((await ctx.confirm("sure?")) ? "good" : "then not");
  });
  await start(t, stage, quiz);
  await stage.say("!ask").expect("#c: ann: sure?");
  await stage.say("!nobodys thing").say("yes").expect("#c: good");
  await stage.say("!ask").expect("#c: ann: sure?");
  await stage.say("!theirs").expect("#c: then not");
});

test("what plugins say reaches on(sendMessage) alone, never hears", async (t) => {
  const stage = await startStage(t);
  const echo = plugin("echo");
  const seen: string[] = [];
  echo.command("say", "says", (ctx) => ctx.reply("loud"));
  echo.hears(/loud/, (ctx) => ctx.reply("never"));
  echo.on(["sendMessage", "performAction"], (ctx) => {
    seen.push(`${ctx.sender} ${ctx.kind} ${ctx.text}`);
  });
  await start(t, stage, echo);
  await stage.say("!say").expect("#c: loud");
  await until("the send event", () => seen.length > 0);
  assert.deepEqual(seen, ["echo sendMessage loud"]);
  await stage.say("!say").expect("#c: loud");
});

test("a channel's order is kept, and another channel does not wait for it", async (t) => {
  const stage = await startStage(t);
  const slow = plugin("slow");
  const open = Promise.withResolvers<void>();
  slow.hears(/(.*)/, async (ctx) => {
    if (ctx.match[1] === "first") await open.promise;
    await ctx.reply(ctx.match[1]);
  });
  await start(t, stage, slow);
  stage.say("first").say("second");
  await stage.say("elsewhere", "#d").expect("#d: elsewhere");
  open.resolve();
  await stage.expect("#c: first", "#c: second");
});

test("a handler that takes too long is ended, and its channel goes on", async (t) => {
  const stage = await startStage(t);
  const stuck = plugin("stuck");
  let aborted = "";
  stuck.command("stick", "never ends", (ctx) => {
    ctx.signal.addEventListener("abort", () => (aborted = String(ctx.signal.reason)));
    return new Promise(() => undefined);
  });
  stuck.command("go", "answers", (ctx) => ctx.reply("gone"));
  await start(t, stage, stuck, { handlerTimeoutMs: 100, random: () => 0 });
  stage.say("!stick").say("!go");
  await stage.expect("#c: ann: something went wrong (0000)", "#c: gone");
  assert.match(aborted, /longer than 100 ms/);
});

test("a taken alias is dropped with a warning, a taken name stops the plugin", async (t) => {
  const stage = await startStage(t);
  const holder = connectPlugin({
    url: stage.core.url,
    token: await stage.core.token(["plugin"], "holder"),
    commands: { r: { shortHelp: "" }, x: { shortHelp: "" }, taken: { shortHelp: "" } },
  });
  t.after(() => holder.close());
  await holder.ready();
  const late = plugin("late");
  late.command("roll", { help: "rolls", aliases: ["r", "rr", "x"] }, (ctx) => ctx.reply("rolled"));
  await start(t, stage, late, { constants: { takenWindowMs: 300 }, retryMinMs: 20 });
  assert.deepEqual(
    stage.lines.filter((line) => line.includes("alias")),
    [
      'warn another plugin has registered "r"; "roll" runs without this alias',
      'warn another plugin has registered "x"; "roll" runs without this alias',
    ],
  );
  await stage.say("!r").say("!rr").expect("#c: rolled");
  const { roll } = await holder.registeredCommands();
  assert.match(roll?.fullHelp ?? "", /^Also: rr$/m);
  const unlucky = plugin("unlucky");
  unlucky.command("taken", "is taken", () => {});
  const refused = start(t, stage, unlucky, { constants: { takenWindowMs: 300 }, retryMinMs: 20 });
  await assert.rejects(refused, /command "taken" already registered by another plugin/);
});

test("onStart runs before the first event, and what it returned when the plugin closes", async (t) => {
  const stage = await startStage(t);
  const staged = plugin("staged");
  const steps: string[] = [];
  const open = Promise.withResolvers<void>();
  staged.onStart(async (host) => {
    assert.equal((await host.core.listBackends()).length, 1);
    await open.promise;
    steps.push("start");
    return () => steps.push("cleanup");
  });
  staged.hears(/./, () => {
    steps.push("heard");
  });
  const token = await stage.core.token(["plugin"], "staged");
  const running = startPlugin(staged, { url: stage.core.url, token, log: capture([]) });
  await until("the stream", () => stage.core.core.broker.stats().eventStreams === 1);
  stage.say("early");
  open.resolve();
  await running.ready();
  await until("the event", () => steps.includes("heard"));
  await running.close();
  await running.close();
  await running.ended();
  assert.deepEqual(steps, ["start", "heard", "cleanup"]);
});

test("an onStart that throws fails the plugin, and its error is in the log", async (t) => {
  const stage = await startStage(t);
  const broken = plugin("broken");
  broken.onStart(() => {
    throw new Error("no such table");
  });
  await assert.rejects(start(t, stage, broken), /no such table/);
  assert.ok(stage.lines.includes("error onStart failed <- no such table"));
});

test("closing lets a handler end what it began, and cancels questions", async (t) => {
  const stage = await startStage(t);
  const last = plugin("last");
  const open = Promise.withResolvers<void>();
  const ends: string[] = [];
  last.command("work", "works", async (ctx) => {
    await open.promise;
    await ctx.reply("done");
    ends.push("done");
  });
  last.command("ask", "asks", (ctx) =>
    ctx.ask("well?").catch((reason: unknown) => {
      ends.push(String(reason));
      throw reason;
    }),
  );
  const running = await start(t, stage, last);
  await stage.say("!ask", "#d").expect("#d: ann: well?");
  stage.say("!work");
  await until("both", () => running.activity().running + running.activity().waiting === 2);
  const closed = running.close();
  await until("the commands' end", () => stage.core.core.broker.stats().commands === 0);
  open.resolve();
  await closed;
  await running.ended();
  await stage.expect("#c: done");
  assert.deepEqual(ends.sort(), ["AskCancelled: the plugin closes", "done"]);
  assert.ok(!stage.lines.some((line) => line.startsWith("error")));
});

test("what a handler forgot to wait for is said before the next one begins", async (t) => {
  const stage = await startStage(t);
  const hasty = plugin("hasty");
  hasty.hears(/(.*)/, (ctx) => {
    void ctx.reply(ctx.match[1]);
  });
  hasty.command("lost", "cannot be said", ({ replyPrivately }) => {
    void replyPrivately("hm");
  });
  await start(t, stage, hasty);
  const values = ["1", "2", "3", "4", "5"];
  for (const value of values) stage.say(value);
  await stage.expect(...values.map((value) => `#c: ${value}`));
  stage.backend.respond = () => ({ case: "failed", value: { reason: "no such nick" } });
  stage.say("!lost");
  const line = "warn an answer was not sent <- no such nick";
  await until("the warning", () => stage.lines.includes(line));
});

test("a broken handler of every message does not fill the channel", async (t) => {
  const stage = await startStage(t);
  const broken = plugin("broken");
  broken.on("message", () => {
    throw new Error("always");
  });
  broken.hears(/end/, (ctx) => ctx.reply("end"));
  await start(t, stage, broken, { random: () => 0 });
  stage.say("one").say("two").say("end");
  await stage.expect("#c: ann: something went wrong (0000)", "#c: end");
  assert.equal(stage.lines.filter((line) => line.startsWith("error on message")).length, 3);
});

test("middleware stands before commands and hears alike, and may keep them away", async (t) => {
  const stage = await startStage(t);
  const gated = plugin("gated");
  gated.use(async (ctx, next) => {
    if ("user" in ctx && ctx.user.displayName === "eve") return;
    await next();
  });
  gated.command("hi", "greets", (ctx) => ctx.reply("hi"));
  gated.hears(/hello/, (ctx) => ctx.reply("hello"));
  await start(t, stage, gated);
  const eve = { id: "eve", displayName: "eve" };
  stage.say("!hi", "#c", eve).say("hello", "#c", eve);
  await stage.say("!hi").expect("#c: hi");
});

test("in private nobody is named, whatever was done", async (t) => {
  const stage = await startStage(t);
  const kind = plugin("kind");
  kind.on("privateAction", async (ctx) => {
    await ctx.mentionReply("hello");
    await ctx.action("waves");
  });
  await start(t, stage, kind);
  const value = { source: ann, text: "waves" };
  stage.backend.send({ inner: { case: "privateAction", value } });
  await stage.expect("@ann: hello", "@ann* waves");
});

test("tags travel with an answer", async (t) => {
  const stage = await startStage(t);
  const tagged = plugin("tagged");
  tagged.command("quietly", "says it quietly", async (ctx) => {
    await ctx.reply("psst", { tags: { "proxy/skip": "1" } });
  });
  await start(t, stage, tagged);
  stage.say("!quietly");
  await until("the answer", () => stage.said.length > 0);
  const sent = stage.backend.requests.find(({ inner }) => inner.case === "sendMessage");
  assert.equal(sent?.inner.case === "sendMessage" && sent.inner.value.tags["proxy/skip"], "1");
});

test("a handler that sleeps lets its channel go on", async (t) => {
  const stage = await startStage(t);
  const sleepy = plugin("sleepy");
  sleepy.command("later", "says it later", async (ctx) => {
    await ctx.sleep(300);
    await ctx.reply("later");
  });
  sleepy.command("now", "says it now", (ctx) => ctx.reply("now"));
  await start(t, stage, sleepy, { handlerTimeoutMs: 200 });
  stage.say("!later").say("!now");
  await stage.expect("#c: now", "#c: later");
});

test("a rule by user id is warned of where ids are not verified", async (t) => {
  const stage = await startStage(t);
  const values = { user_ids: "unverified" };
  stage.backend.respond = () => ({ case: "metadata", value: { values } });
  const strict = plugin("strict");
  const allow = [{ user: "terminal://net/ann" }];
  strict.command("stop", { help: "stops it all", allow }, () => undefined);
  await start(t, stage, strict);
  const isWarning = (line: string) => line.startsWith('warn command "stop" allows by user id');
  await until("the warning", () => stage.lines.some(isWarning));
});

test("an argument that names a person is somebody who was seen", async (t) => {
  const stage = await startStage(t);
  const karma = plugin("karma");
  karma.command("who", { help: "tells an id", args: { whom: arg.user() } }, (ctx, { whom }) =>
    ctx.reply(`${whom.id}`),
  );
  await start(t, stage, karma);
  stage.say("hi", "#c", { id: "bob", displayName: "Bob" });
  await stage.say("!who bob").expect("#c: terminal://net/bob");
  await stage.say("!who nobody").expect("#c: undefined");
});

test("a plugin is known by its brand", () => {
  assert.ok(isPlugin(hello));
  for (const other of [{}, null, "hello", { name: "hello" }]) assert.ok(!isPlugin(other));
});
