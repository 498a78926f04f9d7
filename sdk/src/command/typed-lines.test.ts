/** Commands as people's keyboards type them: what each line leads to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arg } from "./arg.ts";
import { CommandSet } from "./command-set.ts";
import { flag } from "./flag.ts";

const set = new CommandSet<string>();
set.add(
  "paint",
  {
    help: "paints",
    aliases: ["früh"],
    args: {
      wall: arg.word(),
      colour: arg.choice(["red", "grün", "straße"]).default("red"),
      note: arg.rest().optional(),
    },
    flags: {
      coats: flag.integer({ short: "c", min: -9, max: 9 }).default(1),
      dryRun: flag.boolean(),
      by: flag.text(),
    },
  },
  "paint",
);
set.add("wait", { help: "x", args: { time: arg.duration(), text: arg.rest().optional() } }, "wait");
set.add(
  "alarm",
  { help: "x", args: { at: arg.duration(), again: arg.duration().optional() } },
  "a",
);
set.add("laps", { help: "x", args: { times: arg.duration().repeated() } }, "laps");
set.add("times", { help: "x", args: { time: arg.duration({ max: "2h" }), n: arg.integer() } }, "t");
set.add(
  "say",
  {
    help: "x",
    args: { text: arg.rest().optional() },
    flags: { in: flag.duration(), n: flag.number() },
  },
  "say",
);
set.add("add", { help: "x", args: { n: arg.integer(), m: arg.number().optional() } }, "add");
set.add(
  "list",
  { help: "x", args: { words: arg.word().repeated() }, flags: { all: flag.boolean() } },
  "list",
);
set.add("go to", { help: "x", args: { where: arg.channel() } }, "go to");
set.add("plain", "takes any text", "plain");

const user = { id: "irc://libera/ann", displayName: "ann" };
const clock = { now: () => 0, wallMs: () => 0, after: () => () => undefined };

/** The values that the handler gets, those by default left out, or the answer. */
async function outcome(line: string): Promise<unknown> {
  const [name = "", ...rest] = line.split(" ");
  const from = { user, channelId: "irc://libera/%23c", backendType: "irc", tags: {}, prefix: "!" };
  const prepared = await set.prepare({ name, arg: rest.join(" "), ...from }, { clock });
  if (prepared.do === "reply") return prepared.line;
  if (prepared.do === "nothing") return undefined;
  const absent: Record<string, unknown> = { colour: "red", coats: 1, dryRun: false, all: false };
  return Object.fromEntries(
    Object.entries(prepared.values).filter(
      ([key, value]) => value !== undefined && value !== absent[key],
    ),
  );
}

const ROWS: readonly (readonly [string, unknown])[] = [
  // Names.
  ["PAINT a", { wall: "a" }],
  ["Pa\u200Bint\uFE0F a", { wall: "a" }],
  ["ｐａｉｎｔ a", { wall: "a" }],
  ["PAİNT a", { wall: "a" }],
  ["fru\u0308h a", { wall: "a" }],
  ["FRÜH a", { wall: "a" }],
  ["GO TO #x", { where: "irc://libera/%23x" }],
  ["go \u200BTo ＃x", { where: "irc://libera/%23x" }],
  ["pain a", undefined],
  ["PAINT! a", { wall: "a" }],
  ["paint?! a", { wall: "a" }],
  ["paint: a", { wall: "a" }],
  ["paint… a", { wall: "a" }],
  ["paint！\u200B a", { wall: "a" }],
  ["go to. #x", { where: "irc://libera/%23x" }],
  ["paint- a", undefined],
  ["! a", undefined],
  // Flags behind any dash.
  ["paint a red —coats=2", { wall: "a", coats: 2 }],
  ["paint a –coats 2", { wall: "a", coats: 2 }],
  ["paint a ——COATS=２", { wall: "a", coats: 2 }],
  ["paint a –-coats=2", { wall: "a", coats: 2 }],
  ["paint a -coats=2", { wall: "a", coats: 2 }],
  ["paint a ---coats=2", { wall: "a", coats: 2 }],
  ["paint a －－coats＝2", { wall: "a", coats: 2 }],
  ["paint a –c 2", { wall: "a", coats: 2 }],
  ["paint a −c=−2", { wall: "a", coats: -2 }],
  ...[..."‐‑‒–—―−⸺⸻﹘﹣－"].map(
    (dash) => [`paint a ${dash}coats=2`, { wall: "a", coats: 2 }] as const,
  ),
  ["paint a —dry-run", { wall: "a", dryRun: true }],
  ["paint a —dry_run", { wall: "a", dryRun: true }],
  ["paint a —no-dry-run", { wall: "a" }],
  ["paint a —dry-run=“yes”", { wall: "a", dryRun: true }],
  ["paint a \u200E--coats=2", { wall: "a", coats: 2 }],
  ["paint a --co\u00ADats=2", { wall: "a", coats: 2 }],
  ["paint a —by=„the team“", { wall: "a", by: "the team" }],
  ["paint a red and the door —coats=2", { wall: "a", note: "and the door", coats: 2 }],
  // What is no flag stays text, as typed.
  ["paint a red —she said", { wall: "a", note: "—she said" }],
  ["paint a red so—coats=2", { wall: "a", note: "so—coats=2" }],
  ["paint a red “—coats=2”", { wall: "a", note: "“—coats=2”" }],
  ["paint a red -- —coats=2", { wall: "a", note: "—coats=2" }],
  ["paint a red \u200Bhel\u200Blo  “x” ３", { wall: "a", note: "\u200Bhel\u200Blo  “x” ３" }],
  ["list —she said", { words: ["—she", "said"] }],
  ["list — all", { words: ["—", "all"] }],
  ["list \u200B x", { words: ["x"] }],
  // Words and quotes.
  ["paint „the north“", { wall: "the north" }],
  ["paint ”x”", { wall: "x" }],
  ["paint «x»", { wall: "x" }],
  ['paint “the north" GRÜN', { wall: "the north", colour: "grün" }],
  ...["‚the north‘", "‘the north’", "‛the north’", "‹the north›", "›the north‹"].map(
    (quoted) => [`paint ${quoted} GRÜN`, { wall: "the north", colour: "grün" }] as const,
  ),
  ...["「the north」", "『the north』", "« the north »", "»the north«", '„the north"'].map(
    (quoted) => [`paint ${quoted} GRÜN`, { wall: "the north", colour: "grün" }] as const,
  ),
  ["paint dogs’ red", { wall: "dogs’" }],
  ["paint ’tis red", { wall: "’tis" }],
  [
    "paint می\u200Cخواهم red 👨\u200D👩\u200D👧",
    { wall: "می\u200Cخواهم", note: "👨\u200D👩\u200D👧" },
  ],
  ["paint no\u2060r\u00ADth", { wall: "north" }],
  ["paint no\u200Brth gru\u0308n", { wall: "north", colour: "grün" }],
  ['paint "no\u200Brth"', { wall: "no\u200Brth" }],
  ["paint fru\u0308h３", { wall: "fru\u0308h３" }],
  ["paint a STRASSE", { wall: "a", colour: "straße" }],
  ["paint a\r\n", { wall: "a" }],
  // Numbers and lengths of time.
  ["add ３ ２.５", { n: 3, m: 2.5 }],
  ["add −5 –1.5", { n: -5, m: -1.5 }],
  ["add ٣", { n: 3 }],
  ["add 1 2,5", { n: 1, m: 2.5 }],
  ["add ١ ٢٫٥", { n: 1, m: 2.5 }],
  ["add \u200E7\u200F", { n: 7 }],
  ["wait 5mins", { time: 300_000 }],
  ["wait 2hrs tea", { time: 7_200_000, text: "tea" }],
  ["wait 1h30 tea", { time: 5_400_000, text: "tea" }],
  ['wait "5\u00A0min" tea', { time: 300_000, text: "tea" }],
  ["wait 5\u00A0min tea", { time: 300_000, text: "tea" }],
  ["wait 1\u202Fh\u202F30\u202Fmin tea", { time: 5_400_000, text: "tea" }],
  ["wait ５ｍｉｎ", { time: 300_000 }],
  ["wait 1h 30m tea", { time: 5_400_000, text: "tea" }],
  ["wait 1 h 30 min tea", { time: 5_400_000, text: "tea" }],
  ["wait 1 hour and 5 minutes", { time: 3_900_000 }],
  ["wait 1 hour, 5 minutes, then tea", { time: 3_900_000, text: "then tea" }],
  ["wait 5 Min. tea", { time: 300_000, text: "tea" }],
  ["wait 1,5h tea", { time: 5_400_000, text: "tea" }],
  ['wait "1 hour & 5 minutes" tea', { time: 3_900_000, text: "tea" }],
  ["say --in=1h 30m", { in: 5_400_000 }],
  ["say tea --in 1 h 30 min", { text: "tea", in: 5_400_000 }],
  ["say tea --in=1h 30m --n=2,5", { text: "tea", in: 5_400_000, n: 2.5 }],
  ["say tea —in 5 min", { text: "tea", in: 300_000 }],
  // What follows a length of time, and is not a smaller part of it, is the next argument.
  ["wait 5m 3 eggs", { time: 300_000, text: "3 eggs" }],
  ["wait 1h 30", { time: 3_600_000, text: "30" }],
  ["wait 5m 2h later", { time: 300_000, text: "2h later" }],
  ["wait 1h and go", { time: 3_600_000, text: "and go" }],
  ['wait "1h" 30m', { time: 3_600_000, text: "30m" }],
  ["alarm 1h 30m", { at: 3_600_000, again: 1_800_000 }],
  ["alarm 1 h 30 m", { at: 3_600_000, again: 1_800_000 }],
  ["laps 1h 30m 5 s", { times: [3_600_000, 1_800_000, 5_000] }],
  ["times 1h 30", { time: 3_600_000, n: 30 }],
  // What stays unknown says so, with what is nearest.
  ["paint a —coat=2", 'there is no flag "--coat"; did you mean --coats? Usage: !'],
  ["paint a —coat", 'there is no flag "—coat"; did you mean --coats? Usage: !'],
  ["paint a red and so on —coat=2", 'there is no flag "--coat"; did you mean --coats? Usage: !'],
  ["paint a grùn", 'colour: "grùn" is not one of red, grün, straße; did you mean grün? Usage: !'],
  ["paint a --coats:2", 'there is no flag "--coats:2"; did you mean --coats? Usage: !'],
  ["wait half an hour", 'time: "half an hour" is not a length of time; did you mean 30 min? Usage'],
  [
    "wait a quarter of an hour",
    'time: "a quarter of an hour" is not a length of time; did you mean 15 min?',
  ],
  ["wait two hours tea", 'time: "two hours" is not a length of time; did you mean 2 h? Usage'],
  ["wait 1½h", 'time: "1½h" is not a length of time; did you mean 1.5h? Usage'],
  ["wait 5mintues", 'time: "5mintues" is not a length of time; did you mean 5minutes? Usage'],
  ["wait 1:30", 'time: "1:30" is not a length of time; did you mean 1h30m or 1m30s? Usage'],
  [
    "wait 1,500ms",
    'time: "1,500ms" is not a length of time; did you mean 1500ms or 1.500ms? Usage',
  ],
  ["wait 5", 'time: "5" is not a length of time; did you mean 5s, 5m or 5h? Usage'],
  ["times 5 1", 'time: "5" is not a length of time (at most 2 h); did you mean 5s or 5m? Usage'],
  ["wait soon", 'time: "soon" is not a length of time. Usage'],
  ["add 1,000", 'n: "1,000" is not a whole number; did you mean 1000? Usage'],
  ["add 1 1,000", 'm: "1,000" is not a number; did you mean 1000 or 1.000? Usage'],
  ["add 1 1½", 'm: "1½" is not a number; did you mean 1.5? Usage'],
  ["add 5!", 'n: "5!" is not a whole number; did you mean 5? Usage'],
  ["add Five", 'n: "Five" is not a whole number; did you mean 5? Usage'],
  ["add 1,5", 'n: "1,5" is not a whole number. Usage'],
  ["go Too #x", 'there is no "go Too"; did you mean go to? Usage: !'],
  ["paint “a", "wall: a quote is opened and not closed. Usage: !"],
];

test("each line does what its writer meant, or says what is near", async () => {
  for (const [line, expected] of ROWS) {
    const got = await outcome(line);
    if (typeof expected === "string")
      assert.ok(String(got).startsWith(expected), `${line}: ${got}`);
    else assert.deepEqual(got, expected, line);
  }
});

test("a command without arguments gets its text as typed", async () => {
  const line = "plain „a“ —coats=2 ３ \u200Bx";
  const prepared = await set.prepare(
    { name: "PLAIN", arg: line.slice(6), user, backendType: "irc", tags: {}, prefix: "!" },
    { clock },
  );
  assert.ok(prepared.do === "run");
  assert.deepEqual(prepared.values, {});
});

test("in private the prefix, the name and the blanks may be of any kind", () => {
  const rows: [string, { name: string; arg: string } | undefined][] = [
    ["Paint a", { name: "paint", arg: "a" }],
    ["！PAINT a ", { name: "paint", arg: "a" }],
    ["\uFEFF!pa\u200Bint\u00A0a", { name: "paint", arg: "a" }],
    ["\u200Bpaint", { name: "paint", arg: "" }],
    ["! paint", undefined],
    ["!!paint", undefined],
    ["!paint! a", { name: "paint", arg: "a" }],
    ["Paint, a", { name: "paint", arg: "a" }],
    ["paints", undefined],
    ["\u200B", undefined],
  ];
  for (const [line, found] of rows) assert.deepEqual(set.inPrivate(line, "!"), found, line);
});
