/** What a handler does with messages: replies, reactions, deletions, typing, members, `fail`. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  fail,
  type LogLevel,
  type Plugin,
  plugin,
  type SentMessage,
  startPlugin,
} from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { type Functions, startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const ANN = { id: "ann", displayName: "Ann" };

/** Notes in one line what it was asked. */
function noting(asked: string[]): Functions {
  let sent = 0;
  return {
    send: (to, { kind, text, replyTo, startThread, persona, referrer }) => {
      const options = [
        ...(replyTo ? [`to ${replyTo.messageId} "${replyTo.text}"`] : []),
        ...(replyTo?.conversation ? [`in ${replyTo.conversation.id}`] : []),
        ...(startThread ? ["thread"] : []),
        ...(persona ? [`as ${persona.displayName}`] : []),
        ...(referrer ? [`referrer ${referrer}`] : []),
      ];
      asked.push([`${kind} ${to.id} ${text}`, ...options].join(", "));
      sent += 1;
      return text.startsWith("lost") ? undefined : { ids: [`s${sent}`] };
    },
    edit: (to, ids, { text }) => {
      asked.push(`edit ${to.id} ${ids.join("+")} ${text}`);
      if (text.startsWith("refused")) throw new Error("too late");
    },
    delete: (to, ids, { reason }) => void asked.push(`delete ${to.id} ${ids.join("+")} ${reason}`),
    react: (to, id, { emoji }) => void asked.push(`react ${to.id} ${id} ${emoji?.text}`),
    setTyping: (to, isActive) => void asked.push(`typing ${to.id} ${isActive}`),
    members: () => ({ members: ["ann", "bob"], isComplete: true }),
  };
}

async function start(made: Plugin, functions: (asked: string[]) => Functions, t: TestContext) {
  const core = await startCore({}, t);
  const asked: string[] = [];
  const logged: string[] = [];
  const backend = await startTestBackend(
    {
      ...{ url: core.url, token: await core.token() },
      capabilities: { reply: "full", thread: "full", persona: "full" },
    },
    functions(asked),
  );
  t.after(() => backend.close());
  backend.channels.joined({ id: "#a" });
  await backend.ready();
  const note = (level: LogLevel) => (entry: unknown, more?: unknown) => {
    const message = typeof entry === "string" ? entry : more;
    if (level === "warn" || level === "error") logged.push(`${level}: ${String(message)}`);
  };
  const running = startPlugin(made, {
    url: core.url,
    token: await core.token(["plugin", "persona"], "bot"),
    log: {
      level: "debug" as LogLevel,
      ...{ debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") },
    } as never,
  });
  t.after(() => running.close());
  await running.ready();
  const say = (text: string, more: object = {}) =>
    void backend.emit.message({ channel: "#a", user: ANN, text, id: "x1", ...more });
  const untilAsked = (count: number) =>
    until("the backend's requests", () => asked.length >= count);
  return { backend, asked, logged, say, untilAsked, running };
}

test("answers refer to the message, and hand its referrer back", async (t) => {
  const made = plugin("replies");
  made.hears(/^all$/, async (ctx) => {
    await ctx.reply("plain");
    await ctx.reply("reply", { replyTo: true });
    await ctx.mentionReply("thread", { replyTo: true, startThread: true });
    await ctx.action("waves", { replyTo: { id: "x0", text: "older" } });
    await ctx.reply("mask", { persona: { displayName: "Zed" } });
    await ctx.replyPrivately("psst", { replyTo: true });
  });
  const { asked, say, untilAsked } = await start(made, noting, t);
  say("all", { referrer: "ref" });
  await untilAsked(6);
  assert.deepEqual(asked, [
    "message #a plain, referrer ref",
    'message #a reply, to x1 "all", referrer ref',
    'message #a Ann: thread, to x1 "all", thread, referrer ref',
    'action #a waves, to x0 "older", referrer ref',
    "message #a mask, as Zed, referrer ref",
    'message ann psst, to x1 "all", in #a',
  ]);
});

test("a message without an id is answered as usual, and cannot be referred to", async (t) => {
  const made = plugin("bare");
  made.hears(/^bare$/, async (ctx) => {
    await ctx.reply("reply", { replyTo: true, startThread: true });
    const reasons = [await ctx.react("👍").catch(String), await ctx.deleteMessage().catch(String)];
    await ctx.reply(reasons.join("; "));
  });
  const { asked, say, untilAsked } = await start(made, noting, t);
  say("bare", { id: undefined });
  await untilAsked(2);
  const noId = "SeabirdError: test://net gave this message no id, so it cannot be";
  assert.deepEqual(asked, ["message #a reply", `message #a ${noId} reacted to; ${noId} deleted`]);
});

test("the message of an event is reacted to and deleted", async (t) => {
  const made = plugin("subject");
  made.hears(/^bad$/, async (ctx) => {
    await ctx.react("👎");
    await ctx.deleteMessage("bad word");
  });
  made.on("reaction", async (ctx) => {
    if (ctx.emoji.text === "🗑️") await ctx.deleteMessage("asked for");
  });
  const { asked, backend, say, untilAsked } = await start(made, noting, t);
  say("bad");
  await untilAsked(2);
  const where = { kind: "channel", id: "#a" } as const;
  backend.emit.reaction({ conversation: where, messageId: "x7", user: ANN, emoji: "🗑️" } as never);
  await untilAsked(3);
  assert.deepEqual(asked, ["react #a x1 👎", "delete #a x1 bad word", "delete #a x7 asked for"]);
});

test("typing ends with the answer, with the handler, and where nobody can show it", async (t) => {
  const made = plugin("typist");
  made.hears(/^answer$/, async (ctx) => {
    await ctx.typing();
    await ctx.reply("done");
  });
  made.hears(/^end$/, (ctx) => ctx.typing());
  made.hears(/^throw$/, async (ctx) => {
    await ctx.typing();
    fail("no");
  });
  const { asked, say, untilAsked } = await start(made, noting, t);
  say("answer");
  await untilAsked(3);
  assert.deepEqual(asked.splice(0).sort(), [
    "message #a done",
    "typing #a false",
    "typing #a true",
  ]);
  say("end");
  await untilAsked(2);
  assert.deepEqual(asked.splice(0), ["typing #a true", "typing #a false"]);
  say("throw");
  await untilAsked(3);
  assert.deepEqual(asked.sort(), ["message #a Ann: no", "typing #a false", "typing #a true"]);
  const cannot = await start(
    plugin("silent").hears(/^answer$/, async (ctx) => {
      await ctx.typing();
      await ctx.reply(`done ${await ctx.can("typing")}`);
    }),
    (noted) => ({ send: (_to, { text }) => void noted.push(text) }),
    t,
  );
  cannot.say("answer");
  await cannot.untilAsked(1);
  assert.deepEqual(cannot.asked, ["done false"]);
});

test("typing ends where an error is handled, and does not begin behind the handler's end", async (t) => {
  const ended = Promise.withResolvers<void>();
  const made = plugin("late");
  made.hears(/^throw$/, () => Promise.reject(new Error("no")));
  made.catch((_error, ctx) => "typing" in ctx && ctx.typing());
  made.hears(/^late$/, (ctx) => {
    const later = async () => {
      await ended.promise;
      await ctx.typing();
      await ctx.reply("late");
    };
    later().catch(t.assert.fail);
  });
  const { asked, say, untilAsked } = await start(made, noting, t);
  say("throw");
  await untilAsked(2);
  assert.deepEqual(asked.splice(0), ["typing #a true", "typing #a false"]);
  say("late");
  say("throw");
  await untilAsked(2);
  asked.length = 0;
  ended.resolve();
  await untilAsked(1);
  assert.deepEqual(asked, ["message #a late"]);
});

test("members and capabilities of the conversation", async (t) => {
  const made = plugin("crowd");
  made.command("crowd", "counts", async (ctx) => {
    const { members, isComplete } = await ctx.members();
    const names = members.map(({ id }) => id).join(" ");
    await ctx.reply(`${names} ${isComplete} ${await ctx.can("edit")} ${await ctx.can("emoji")}`);
  });
  const { asked, backend, say, untilAsked } = await start(made, noting, t);
  say("!crowd");
  await untilAsked(1);
  assert.deepEqual(asked.splice(0), ["message #a test://net/ann test://net/bob true true false"]);
  backend.emit.privateMessage({ user: ANN, text: "crowd" });
  await untilAsked(1);
  assert.match(asked[0] ?? "", /^message ann a private conversation has no list of members$/);
});

test("fail answers the person, and is no error", async (t) => {
  const made = plugin("failing");
  const caught: unknown[] = [];
  made.catch((error) => void caught.push(error));
  made.use(async (ctx, next) => {
    if (ctx.kind === "action") fail("no actions");
    await next();
  });
  made.command("grab", "keeps what was said", async (ctx) => {
    const said = (ctx.kind === "command" && ctx.message.replyTo) || fail("answer with !grab");
    await ctx.reply(said.text);
  });
  made.on("action", () => {});
  const { asked, logged, backend, say, untilAsked } = await start(made, noting, t);
  say("!grab");
  await untilAsked(1);
  say("!grab", { replyTo: { messageId: "x0", text: "wise words" } });
  await untilAsked(2);
  backend.emit.action({ channel: "#a", user: ANN, text: "waves" });
  await untilAsked(3);
  backend.emit.privateMessage({ user: ANN, text: "grab" });
  await untilAsked(4);
  assert.deepEqual(asked, [
    "message #a Ann: answer with !grab",
    "message #a wise words",
    "message #a Ann: no actions",
    "message ann answer with !grab",
  ]);
  assert.deepEqual([caught, logged], [[], []]);
});

test("a handle outlives its handler; what nobody awaits is logged", async (t) => {
  const made = plugin("poll");
  let poll: SentMessage | undefined;
  made.hears(/^poll$/, async (ctx) => {
    poll = await ctx.reply("votes: 0");
    void poll.edit("refused 1");
  });
  made.on("reaction", async () => {
    void poll?.edit("refused 2");
    await poll?.edit("votes: 1");
  });
  made.hears(/^lost$/, async (ctx) => {
    const sent = await ctx.reply("lost");
    await ctx.reply(`${sent.canEdit} ${await sent.edit("x").catch(String)}`);
  });
  const { asked, logged, backend, say, untilAsked } = await start(made, noting, t);
  say("poll");
  await untilAsked(2);
  await until("the first warning", () => logged.length === 1);
  const where = { kind: "channel", id: "#a" } as const;
  backend.emit.reaction({ conversation: where, messageId: "s1", user: ANN, emoji: "👍" } as never);
  await untilAsked(4);
  await until("the second warning", () => logged.length === 2);
  say("lost");
  await untilAsked(6);
  assert.deepEqual(asked, [
    "message #a votes: 0",
    "edit #a s1 refused 1",
    "edit #a s1 refused 2",
    "edit #a s1 votes: 1",
    "message #a lost",
    "message #a false SeabirdError: test://net gave this message no id, so it cannot be edited",
  ]);
  assert.deepEqual(logged, ["warn: an answer was not sent", "warn: an answer was not sent"]);
});
