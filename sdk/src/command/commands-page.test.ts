/** What the manual says a person reads, a person reads. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { z } from "zod";
import { arg } from "./arg.ts";
import { CommandSet } from "./command-set.ts";
import type { Args, Flags } from "./command-spec.ts";
import { flag } from "./flag.ts";

const page = await readFile(new URL("../../../docs/commands.md", import.meta.url), "utf8");
const clock = { now: () => 0, wallMs: () => 0, after: () => () => undefined };
const user = { id: "irc://libera/ann", displayName: "ann" };

async function answer(args: Args, flags: Flags, typed: string): Promise<string> {
  const set = new CommandSet<void>();
  set.add("x", { help: "x", args, flags }, undefined);
  const from = { user, channelId: "irc://libera/c", backendType: "irc", tags: {}, prefix: "!" };
  const prepared = await set.prepare({ name: "x", arg: typed, ...from }, { clock });
  assert.equal(prepared.do, "reply");
  return prepared.do === "reply" ? String(prepared.line) : "";
}

const colours = ["red", "green"] as const;
const dice = arg.schema(z.string().regex(/^\d+d\d+$/), "such as 2d6");

const rows: [declared: string, Args, Flags, typed: string, said: string][] = [
  ["arg.word()", { wall: arg.word() }, {}, "", "wall: missing."],
  ["arg.rest()", { text: arg.rest() }, {}, "", "text: missing."],
  [
    "arg.integer({ min: 1, max: 10 })",
    { times: arg.integer({ min: 1, max: 10 }) },
    {},
    "x",
    'times: "x" is not a whole number (1 to 10).',
  ],
  [
    "arg.integer({ min: 1, max: 10 })",
    { times: arg.integer({ min: 1, max: 10 }) },
    {},
    "11",
    'times: "11" is too large (1 to 10).',
  ],
  [
    "arg.number({ min: 0 })",
    { price: arg.number({ min: 0 }) },
    {},
    "x",
    'price: "x" is not a number (at least 0).',
  ],
  [
    'arg.duration({ max: "1h" })',
    { wait: arg.duration({ max: "1h" }) },
    {},
    "2h",
    'wait: "2h" is too large (at most 1 h).',
  ],
  [
    'arg.choice(["red", "green"])',
    { colour: arg.choice(colours) },
    {},
    "gren",
    'colour: "gren" is not one of red, green; did you mean green?',
  ],
  [
    "arg.user()",
    { who: arg.user() },
    {},
    "irc://other/x",
    'who: "irc://other/x" is on another network.',
  ],
  [
    "arg.channel()",
    { room: arg.channel() },
    {},
    "irc://other/x",
    'room: "irc://other/x" is on another network.',
  ],
  [
    "arg.channelId()",
    { room: arg.channelId() },
    {},
    "games",
    'room: "games" is not a channel\'s id, such as irc://libera/#games.',
  ],
  ['arg.schema(schema, "such as 2d6")', { dice }, {}, "x", 'dice: "x" does not fit (such as 2d6).'],
  [
    'flag.boolean({ short: "s" })',
    {},
    { secret: flag.boolean({ short: "s" }) },
    "--secret=maybe",
    '--secret: "maybe" is not yes or no.',
  ],
  [
    "flag.integer({ min: 1 })",
    {},
    { count: flag.integer({ min: 1 }) },
    "--count=x",
    '--count: "x" is not a whole number (at least 1).',
  ],
  ["flag.number()", {}, { price: flag.number() }, "--price=x", '--price: "x" is not a number.'],
  [
    "flag.duration()",
    {},
    { wait: flag.duration() },
    "--wait=x",
    '--wait: "x" is not a length of time.',
  ],
  ["flag.text()", {}, { note: flag.text() }, "--note", "--note: needs a value (text)."],
  [
    'flag.choice(["dark", "light"])',
    {},
    { shade: flag.choice(["dark", "light"]) },
    "--shade=x",
    '--shade: "x" is not one of dark, light.',
  ],
];

for (const [declared, args, flags, typed, said] of rows) {
  test(`${declared}: ${said}`, async () => {
    const line = page.split("\n").find((each) => each.startsWith(`| \`${declared}\``)) ?? "";
    assert.ok(line.includes(said), `the manual says: ${line}`);
    assert.ok((await answer(args, flags, typed)).startsWith(`${said} Usage: !x`));
  });
}

test("every builder has its row", () => {
  const builders = [
    ...Object.keys(arg).map((n) => `arg.${n}`),
    ...Object.keys(flag).map((n) => `flag.${n}`),
  ];
  const missing = builders.filter((name) => !page.includes(`| \`${name}(`));
  assert.deepEqual(missing, []);
});

test("the first answer of the page", async () => {
  const args = {
    wall: arg.word(),
    colour: arg.choice(colours).default("red"),
    note: arg.rest().optional(),
  };
  const flags = { coats: flag.integer({ short: "c", min: 1, max: 3 }).default(1) };
  const said = await answer(args, flags, "north blue");
  assert.ok(page.includes(`<bot> ann: ${said.replace("!x", "!paint")}\n`), said);
});
