/** A bot with flags, arguments and a question, and what people's keyboards type to it. */
import { arg, flag, plugin } from "@seabird-chat/sdk";

export const painter = plugin("painter");
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

/** Each answer is the beginning of a line; `NAME` is who typed. */
export const TYPED_LINES: readonly (readonly [typed: string, answer: string])[] = [
  ["!Ping", "pong ()"],
  ["!PING.", "pong ()"],
  ["!ping! x", "pong (x)"],
  ["！ｐｉｎｇ", "pong ()"],
  ["\u200B!pi\u200Bng\uFE0F x", "pong (x)"],
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

/** Answers to `sure?`, the question of `!sure`. */
export const TYPED_ANSWERS: readonly (readonly [typed: string, answer: string])[] = [
  ...["Yes!", "yep", "yes please", "👍🏽", "“yes”", "ok :)", "ＹＥＳ"].map(
    (typed) => [typed, "it is yes"] as const,
  ),
  ...["nope", "no thanks", "👎", "hm", "yes, but later"].map(
    (typed) => [typed, "it is no"] as const,
  ),
];
