/** Where a plugin's failure is told: in the conversation of the person who set it off, or nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Plugin, plugin, SeabirdError } from "@seabird-chat/sdk";
import { schedule } from "@seabird-chat/sdk/schedule";
import { storage } from "@seabird-chat/sdk/storage";
import { type Testbed, testbed } from "@seabird-chat/testkit";

const OTHER = "irc://libera/%23other";
const BOB = "irc://libera/bob";

const fail = () => {
  throw new Error("no");
};

interface Row {
  readonly what: string;
  readonly declare: (made: Plugin) => unknown;
  readonly go: (bed: Testbed) => Promise<unknown>;
  /** Messages in order, with ids of failures left out. */
  readonly said: readonly string[];
  /** Failures in the log. */
  readonly logged: number;
}

const HERE = "#here: ann: something went wrong (…)";
const PRIVATE = "private ann: something went wrong (…)";
const say = (text: string) => (bed: Testbed) => bed.channel("#here").say("ann", text);
const whisper = (text: string) => (bed: Testbed) => bed.private("ann").say(text);
const command = (handler: Parameters<typeof declareGo>[1]) => (made: Plugin) =>
  declareGo(made, handler);

function declareGo(made: Plugin, handler: Parameters<typeof made.command<never>>[2]) {
  return made.command("go", "goes", handler as never);
}

const ROWS: readonly Row[] = [
  {
    what: "a command in a channel",
    declare: command(fail),
    go: say("!go"),
    said: [HERE],
    logged: 1,
  },
  {
    what: "a command in private",
    declare: command(fail),
    go: whisper("!go"),
    said: [PRIVATE],
    logged: 1,
  },
  {
    what: "a send to another channel, which is refused",
    declare: command((ctx) => ctx.core.sendMessage(OTHER, "hi")),
    go: async (bed) => {
      bed.channel("#other").failNext("send", "banned");
      await say("!go")(bed);
    },
    said: [HERE],
    logged: 1,
  },
  {
    what: "a private message to another user, which is refused",
    declare: command((ctx) => ctx.core.sendPrivateMessage(BOB, "hi")),
    go: async (bed) => {
      bed.private("bob").failNext("send", "away");
      await say("!go")(bed);
    },
    said: [HERE],
    logged: 1,
  },
  {
    what: "a private answer to a command in a channel, which is refused",
    declare: command((ctx) => ctx.replyPrivately("hi")),
    go: async (bed) => {
      bed.private("ann").failNext("send", "away");
      await say("!go")(bed);
    },
    said: [HERE],
    logged: 1,
  },
  {
    what: "an answer where the bot may not speak: nowhere else",
    declare: command((ctx) => ctx.reply("hi")),
    go: async (bed) => {
      bed.channel("#here").failNext("send", "moderated");
      bed.channel("#here").failNext("send", "moderated");
      await say("!go")(bed);
    },
    said: [],
    logged: 1,
  },
  {
    what: "after an answer to a question",
    declare: command(async (ctx) => {
      await ctx.ask("sure?");
      fail();
    }),
    go: async (bed) => {
      await say("!go")(bed);
      await say("yes")(bed);
    },
    said: ["#here: ann: sure?", HERE],
    logged: 1,
  },
  {
    what: "an answer in another conversation is none, and a question without one is no failure",
    declare: command(async (ctx) => {
      await ctx.ask("sure?");
      fail();
    }),
    go: async (bed) => {
      await say("!go")(bed);
      await whisper("yes")(bed);
      await bed.channel("#other").say("ann", "yes");
      await bed.clock.advance("2m");
    },
    said: ["#here: ann: sure?"],
    logged: 0,
  },
  {
    what: "a question that cannot be asked",
    declare: command((ctx) => ctx.ask("sure?")),
    go: async (bed) => {
      bed.channel("#here").failNext("send", "too fast");
      await say("!go")(bed);
    },
    said: [HERE],
    logged: 1,
  },
  {
    what: "a mention",
    declare: (made) => made.hears(/help/, fail),
    go: (bed) => bed.channel("#here").mention("ann", "help"),
    said: [HERE],
    logged: 1,
  },
  {
    what: "a message, twice within ten seconds",
    declare: (made) => made.on("message", fail),
    go: async (bed) => {
      await say("hi")(bed);
      await say("hi")(bed);
    },
    said: [HERE],
    logged: 2,
  },
  {
    what: "messages of two channels: each in its own",
    declare: (made) => made.on("message", fail),
    go: async (bed) => {
      await say("hi")(bed);
      await bed.channel("#other").say("bob", "hi");
    },
    said: [HERE, "#other: bob: something went wrong (…)"],
    logged: 2,
  },
  {
    what: "middleware",
    declare: (made) => {
      made.use(fail);
      made.command("go", "goes", (ctx) => ctx.reply("gone"));
    },
    go: whisper("!go"),
    said: [PRIVATE],
    logged: 1,
  },
  {
    what: "a catch that throws the error again",
    declare: (made) => {
      made.catch(async (error) => {
        throw error;
      });
      made.command("go", "goes", fail);
    },
    go: say("!go"),
    said: [HERE],
    logged: 1,
  },
  {
    what: "what a plugin sends, which nobody said: the log only",
    declare: (made) => {
      made.on("sendMessage", fail);
      made.command("go", "goes", (ctx) => ctx.reply("gone"));
    },
    go: say("!go"),
    said: ["#here: gone"],
    logged: 1,
  },
  {
    what: "a job, which nobody waits for: the log only",
    declare: (made) => {
      const jobs = schedule(made, storage(made, { url: ":memory:" }));
      const job = jobs.job<string>("job", fail, { attempts: 1 });
      made.command("go", "goes", async (ctx) => {
        await job.once({ in: "10s" }, ctx.user.id);
      });
    },
    go: async (bed) => {
      await say("!go")(bed);
      await bed.clock.advance("1m");
    },
    said: [],
    logged: 1,
  },
  {
    what: "an answer in private, sent by itself after a sleep",
    declare: command(async (ctx) => {
      await ctx.sleep(60_000);
      fail();
    }),
    go: async (bed) => {
      await whisper("!go")(bed);
      await bed.channel("#here").say("ann", "hello");
      await bed.clock.advance("1m");
    },
    said: [PRIVATE],
    logged: 1,
  },
  {
    what: "a reaction that the network does not have, in words",
    declare: command((ctx) => ctx.react("👍")),
    go: async (bed) => {
      bed.backend().without("react");
      await say("!go")(bed);
    },
    said: ["#here: ann: irc://libera cannot react to messages"],
    logged: 0,
  },
  {
    what: "another error of the same code, whose words are for the log only",
    declare: command(() => {
      throw new SeabirdError("failed_precondition", "cannot load /srv/bot/secret.ts");
    }),
    go: say("!go"),
    said: [HERE],
    logged: 1,
  },
  {
    what: "an edit of a message without an id, in words",
    declare: command(async (ctx) => {
      const sent = await ctx.reply("kept");
      await sent.edit("kept: 1");
    }),
    go: async (bed) => {
      bed.backend().without("message_ids");
      await whisper("!go")(bed);
    },
    said: [
      "private ann: kept",
      "private ann: irc://libera gave this message no id, so it cannot be edited",
    ],
    logged: 0,
  },
];

for (const { what, declare, go, said, logged } of ROWS) {
  test(`a failure is told where the person is: ${what}`, async () => {
    const made = plugin("bot");
    declare(made);
    await using bed = await testbed({ plugins: [made] });
    await go(bed);
    await bed.idle();
    const lines = bed.sent.map(({ to, text }) => `${to}: ${text.replace(/\(\w{4}\)/, "(…)")}`);
    assert.deepEqual(lines, said);
    for (const { to } of bed.sent) await conversation(bed, to).expect(/./s);
    const errors = bed.log.lines.filter(({ level }) => level === "error");
    assert.equal(errors.length, logged, JSON.stringify(errors));
  });
}

function conversation(bed: Testbed, to: string) {
  const [, who] = /^private (.*)$/.exec(to) ?? [];
  return who === undefined ? bed.channel(to) : bed.private(who);
}

test("what core or the network refuses shows the line of the call", async () => {
  const stacks: string[] = [];
  const stack = (reason: unknown) =>
    void stacks.push(reason instanceof Error ? `${reason.stack}` : "");
  const made = plugin("tries");
  made.command("try", "tries what cannot be done", async (ctx) => {
    const sent = await ctx.reply("hi");
    await ctx.react("👍").catch(stack);
    await sent.edit("ho").catch(stack);
    await ctx.replyPrivately("hi").catch(stack);
  });
  await using bed = await testbed({ plugins: [made], without: ["react", "edit"] });
  bed.private("ann").failNext("send", "not now");
  const room = bed.channel("#a");
  await room.say("ann", "!try");
  await room.expect("hi");
  const [react = "", edit = "", send = ""] = stacks;
  for (const each of stacks) assert.match(each.split("\n")[1] ?? "", /failures\.test\.ts/);
  assert.match(react, /^SeabirdError: irc:\/\/libera cannot react to messages\n/);
  assert.match(edit, /^SeabirdError: irc:\/\/libera cannot edit messages\n/);
  assert.match(send, /^SeabirdError: not now\n/);
});
