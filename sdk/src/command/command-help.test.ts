/** The help of commands as registered at core. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arg } from "./arg.ts";
import { CommandSet } from "./command-set.ts";
import { declareCommand } from "./declared-command.ts";
import { flag } from "./flag.ts";
import { usageOf } from "./usage.ts";

test("without a line of help, the usage stands for it", () => {
  const set = new CommandSet<void>();
  set.add("hug", { aliases: ["h"], args: { who: arg.word() } }, undefined);
  assert.deepEqual(set.metadata, {
    hug: { shortHelp: "hug WHO", fullHelp: "Usage: hug WHO\nAlso: h" },
    h: {
      shortHelp: "same as hug: hug WHO",
      fullHelp: "Another name for hug.\nUsage: hug WHO\nAlso: h",
    },
  });
});

test("every name has help with usage, arguments, flags and examples", () => {
  const set = new CommandSet<void>();
  const spec = {
    help: "paints",
    aliases: ["p"],
    examples: ["wall red", "wall green -n=2"],
    args: {
      whatWall: arg.word().describe("which wall"),
      colour: arg.choice(["red", "green"]).default("red"),
      dots: arg.integer({ min: 1 }).repeated().optional(),
    },
    flags: {
      dryRun: flag.boolean({ about: "paints nothing" }),
      polite: flag.boolean().default(true),
      coats: flag.integer({ short: "n", max: 5 }).default(1),
      note: flag.text(),
      shade: flag.choice(["dark", "light"]),
    },
  };
  set.add("paint", spec, undefined);
  const usage =
    "Usage: paint WHAT-WALL [COLOUR] [DOTS…] [--dry-run] [--no-polite] [--coats=N] [--note=TEXT] [--shade=dark|light]";
  const lines = [
    usage,
    "WHAT-WALL: which wall",
    "COLOUR: one of red, green, default red",
    "DOTS: a whole number (at least 1)",
    "--dry-run: paints nothing",
    "--no-polite",
    "--coats=N, -n: a whole number (at most 5), default 1",
    "--note=TEXT",
    "--shade=dark|light: one of dark, light",
    "Also: p",
    "Examples: paint wall red; paint wall green -n=2",
  ];
  assert.deepEqual(set.metadata, {
    paint: { shortHelp: "paints", fullHelp: lines.join("\n") },
    p: {
      shortHelp: "same as paint: paints",
      fullHelp: ["Another name for paint.", ...lines].join("\n"),
    },
  });
});

test("sub-commands are listed under their first word", () => {
  const set = new CommandSet<void>();
  set.add("game start", { help: "starts one", args: { who: arg.word() } }, undefined);
  set.add("game stop", "stops it", undefined);
  const subs = "starts one\nUsage: game start WHO\nstops it\nUsage: game stop";
  assert.deepEqual(set.metadata, { game: { shortHelp: "game start|stop", fullHelp: subs } });
  set.add("game", "tells about games", undefined);
  assert.deepEqual(set.metadata["game"], {
    shortHelp: "tells about games",
    fullHelp: `tells about games\nUsage: game\n${subs}`,
  });
});

test("the help of very many sub-commands is still one that core takes", () => {
  const set = new CommandSet<void>();
  const help = "€".repeat(400);
  for (let i = 0; i < 500; i++) set.add(`game s${i}`, help, undefined);
  const { shortHelp, fullHelp = "" } = set.metadata["game"] ?? { shortHelp: "" };
  assert.ok(Buffer.byteLength(fullHelp) <= 65_536, `${Buffer.byteLength(fullHelp)} bytes`);
  assert.ok(Buffer.byteLength(shortHelp) <= 4_096, `${Buffer.byteLength(shortHelp)} bytes`);
});

test("the usage names each argument and each flag", () => {
  const name = fc.stringMatching(/^[a-z]{1,6}$/);
  const kinds = fc.constantFrom(arg.word(), arg.integer(), arg.user(), arg.choice(["x", "y"]));
  const names = fc.uniqueArray(name, { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(
      names,
      fc.array(kinds, { minLength: 8, maxLength: 8 }),
      fc.nat(8),
      (all, of, cut) => {
        const args = Object.fromEntries(
          all.slice(0, cut).map((each, i) => [each, of[i] ?? arg.word()]),
        );
        const flags = Object.fromEntries(
          all.slice(cut).map((each) => [each, flag.integer()] as const),
        );
        const usage = usageOf(declareCommand("x", { help: "x", args, flags })).split(" ");
        for (const each of Object.keys(args)) assert.ok(usage.includes(each.toUpperCase()), each);
        for (const each of Object.keys(flags)) assert.ok(usage.includes(`[--${each}=N]`), each);
      },
    ),
  );
});
