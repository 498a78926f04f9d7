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
  ["paint no\u200Brth gru\u0308n", { wall: "north", colour: "grün" }],
  ['paint "no\u200Brth"', { wall: "no\u200Brth" }],
  ["paint fru\u0308h３", { wall: "fru\u0308h３" }],
  ["paint a STRASSE", { wall: "a", colour: "straße" }],
  ["paint a\r\n", { wall: "a" }],
  // Numbers and lengths of time.
  ["add ３ ２.５", { n: 3, m: 2.5 }],
  ["add −5 –1.5", { n: -5, m: -1.5 }],
  ["add ٣", { n: 3 }],
  ["add \u200E7\u200F", { n: 7 }],
  ["wait 5mins", { time: 300_000 }],
  ["wait 2hrs tea", { time: 7_200_000, text: "tea" }],
  ["wait 1h30 tea", { time: 5_400_000, text: "tea" }],
  ['wait "5\u00A0min" tea', { time: 300_000, text: "tea" }],
  ["wait 5\u00A0min tea", { time: 300_000, text: "tea" }],
  ["wait 1\u202Fh\u202F30\u202Fmin tea", { time: 5_400_000, text: "tea" }],
  ["wait ５ｍｉｎ", { time: 300_000 }],
  // What stays unknown says so, with what is nearest.
  ["paint a —coat=2", 'there is no flag "--coat"; did you mean --coats? Usage: !'],
  ["paint a —coat", 'there is no flag "—coat"; did you mean --coats? Usage: !'],
  ["paint a red and so on —coat=2", 'there is no flag "--coat"; did you mean --coats? Usage: !'],
  ["paint a grùn", 'colour: "grùn" is not one of red, grün, straße; did you mean grün? Usage: !'],
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
    ["paints", undefined],
    ["\u200B", undefined],
  ];
  for (const [line, found] of rows) assert.deepEqual(set.inPrivate(line, "!"), found, line);
});
