/** What people's keyboards type reaches a plugin's command through real IRC servers as they meant it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { arg, flag, plugin, type RunningPlugin, startPlugin } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { startBot } from "../support/irc-bot.ts";
import { startInspircd, startNgircd } from "../support/irc-servers.ts";
import { IRC_SERVER_KINDS, type IrcServerKind } from "../support/irc-stage.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

const painter = plugin("painter");
painter.command(
  "paint",
  {
    help: "paints",
    aliases: ["früh"],
    args: { wall: arg.word(), time: arg.duration().optional(), note: arg.rest().optional() },
    flags: { coats: flag.integer({ short: "c" }).default(1), dry: flag.boolean() },
  },
  (ctx, { wall, time, note, coats, dry }) =>
    ctx.reply(JSON.stringify([wall, time ?? null, note ?? null, coats, dry])),
);
painter.command("ping", "answers", (ctx) => ctx.reply(`pong (${ctx.arg})`));
painter.command("sure", "asks", async (ctx) => {
  await ctx.reply((await ctx.confirm("sure?")) ? "it is yes" : "it is no");
});
painter.hears(/^hello$/i, (ctx) => ctx.reply("hello yourself"));
painter.on("mention", (ctx) => ctx.reply(`mentioned: ${ctx.text}`));

const ROWS: readonly (readonly [typed: string, answer: string])[] = [
  ["!Ping", "pong ()"],
  ["!PING.", "pong ()"],
  ["!ping! x", "pong (x)"],
  ["！ｐｉｎｇ", "pong ()"],
  ["\u200B!pi\u200Bng\uFE0F \u200Ex", "pong (\u200Ex)"],
  ["\uFEFF!ping", "pong ()"],
  ['!paint “the north" —coats=2', '["the north",null,null,2,false]'],
  ["!paint „the north“ –c ３", '["the north",null,null,3,false]'],
  ["!paint »x« 1 hour and 5 minutes then tea —dry", '["x",3900000,"then tea",1,true]'],
  ["!paint x 1,5h so —she said", '["x",5400000,"so —she said",1,false]'],
  [
    "!fru\u0308h می\u200Cخواهم ٥\u00A0min 👨\u200D👩\u200D👧",
    '["می\u200Cخواهم",300000,"👨\u200D👩\u200D👧",1,false]',
  ],
  [
    "!paint x half an hour",
    'NAME: time: "half an hour" is not a length of time; did you mean 30 min?',
  ],
  ["!paint x —coat=2", 'NAME: there is no flag "--coat"; did you mean --coats?'],
  ["hello ", "hello yourself"],
  ["seabird : hi", "mentioned: hi"],
  ["Seabird，hi", "mentioned: hi"],
];

/** Typed one after the other; the first is the question's command. */
const ANSWERS: readonly (readonly [typed: string, answer: string])[] = [
  ...["Yes!", "yep", "yes please", "👍🏽", "“yes”", "ok :)", "ＹＥＳ"].map(
    (typed) => [typed, "it is yes"] as const,
  ),
  ...["nope", "no thanks", "👎", "hm", "yes, but later"].map(
    (typed) => [typed, "it is no"] as const,
  ),
];

async function start(t: TestContext, kind: IrcServerKind) {
  const programs = needPrograms(t, kind);
  if (programs === undefined) return undefined;
  const server = await (kind === "inspircd" ? startInspircd : startNgircd)(programs[kind]);
  t.after(() => server.close());
  const core = await startCore({}, t);
  await startBot(t, core, server, { config: { line_interval_ms: 50 } });
  const token = await core.token(["plugin"], "painter");
  const running: RunningPlugin = startPlugin(painter, { url: core.url, token });
  t.after(() => running.close());
  await running.ready();
  const join = async (nick: string) => {
    const person = await RawIrcClient.connect(server.port, nick);
    t.after(() => person.close());
    person.say("JOIN #test");
    await person.hears(/ 366 /);
    return person;
  };
  return { ann: await join("ann"), bob: await join("bob"), running };
}

for (const kind of IRC_SERVER_KINDS) {
  test(`${kind}: commands, flags, lengths of time and answers as keyboards type them`, async (t) => {
    const stage = await start(t, kind);
    if (stage === undefined) return;
    const { ann, bob } = stage;
    const answers = new Map<string, number>();
    const expect = async (answer: string) => {
      const count = (answers.get(answer) ?? 0) + 1;
      answers.set(answer, count);
      await ann.hears(
        new RegExp(`^:seabird!.* PRIVMSG #test :${RegExp.escape(answer)}`, "u"),
        count,
      );
    };
    // In turn, since one who always answers at once is taken for a bot.
    for (const [index, [typed, answer]] of ROWS.entries()) {
      (index % 2 === 0 ? ann : bob).say(`PRIVMSG #test :${typed}`);
      await expect(answer.replace("NAME", index % 2 === 0 ? "ann" : "bob"));
    }
    for (const [index, [typed, answer]] of ANSWERS.entries()) {
      const person = index % 2 === 0 ? ann : bob;
      person.say("PRIVMSG #test :!sure?");
      await expect(index % 2 === 0 ? "ann: sure?" : "bob: sure?");
      person.say(`PRIVMSG #test :${typed}`);
      await expect(answer);
    }
  });

  test(`${kind}: a person who pastes twelve commands at once is answered twelve times`, async (t) => {
    const stage = await start(t, kind);
    if (stage === undefined) return;
    const { ann, running } = stage;
    ann.say(...Array.from({ length: 12 }, (_, at) => `PRIVMSG #test :!ping ${at}`));
    await ann.hears(/^:seabird!.* PRIVMSG #test :pong \(11\)$/);
    ann.say("PRIVMSG #test :!ping after");
    await ann.hears(/^:seabird!.* PRIVMSG #test :pong \(after\)$/);
    assert.deepEqual([running.ignored.loops, running.ignored.list()], [0, []]);
  });
}
