/** Whatever is typed: no throw, no slowness, and little of it is said back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arg } from "./arg.ts";
import { CommandSet } from "./command-set.ts";
import { flag } from "./flag.ts";
import { splitWords } from "./words.ts";

const set = new CommandSet<void>();
set.add(
  "all",
  {
    help: "x",
    args: {
      count: arg.integer({ min: 1, max: 10 }),
      amount: arg.number(),
      wait: arg.duration(),
      colour: arg.choice(["red", "green"]),
      who: arg.user(),
      where: arg.channel(),
      label: arg.rest().optional(),
    },
    flags: {
      secret: flag.boolean({ short: "s" }),
      times: flag.integer({ short: "t" }),
      note: flag.text({ short: "n" }),
    },
  },
  undefined,
);
set.add("words", { help: "x", args: { word: arg.word().repeated({ max: 100_000 }) } }, undefined);
set.add(
  "rest",
  { help: "x", args: { text: arg.rest() }, flags: { s: flag.boolean({ short: "s" }) } },
  undefined,
);
set.add("one", { help: "x", args: { n: arg.integer() }, flags: { f: flag.integer() } }, undefined);
set.add("sub one", "x", undefined);
set.add("sub two", "x", undefined);
const NAMES = ["all", "words", "rest", "one", "sub"];

const user = { id: "irc://libera/ann", displayName: "ann" };
const clock = { now: () => 0, wallMs: () => 0, after: () => () => undefined };

function prepare(name: string, text: string) {
  const from = { user, channelId: "irc://libera/%23c", backendType: "irc", tags: {}, prefix: "!" };
  return set.prepare({ name, arg: text, ...from }, { clock });
}

/** Any text at all, and text made of what the parser looks at. */
const pieces = fc.constantFrom(
  ...'"“”\\-=@:, \n\u0000\u0002\u202E\uD800é7'.split(""),
  "--",
  "--secret",
  "--secrt",
  "-st",
  "-t=",
  "--note=",
  "5",
  "1.5",
  "1h",
  "red",
  "\u{1F600}",
);
const anything = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(pieces, { maxLength: 40 }).map((list) => list.join("")),
  fc.array(pieces, { maxLength: 20 }).map((list) => list.join(" ")),
);

test("no text makes it throw, and no answer has control characters", async () => {
  const name = fc.constantFrom(...NAMES);
  await fc.assert(
    fc.asyncProperty(name, anything, async (command, text) => {
      const prepared = await prepare(command, text);
      assert.notEqual(prepared.do, "nothing");
      if (prepared.do !== "reply") return;
      assert.equal(typeof prepared.line, "string");
      assert.doesNotMatch(
        String(prepared.line),
        /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\u200C\u200D]]/v,
      );
    }),
    { numRuns: 1_000 },
  );
});

test("an answer repeats at most 40 characters of what was typed", async () => {
  const name = fc.constantFrom("all", "one", "sub");
  const start = fc.constantFrom(
    "",
    "1 ",
    "1 2 ",
    "1 2 3s ",
    "--",
    "--times=",
    "-t=",
    '"',
    "1 2 3s red a ",
  );
  const long = fc.array(fc.constantFrom("ж", "ю", "\u{1F600}"), { minLength: 41, maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(name, start, long, async (command, before, letters) => {
      const prepared = await prepare(command, `${before}${letters.join("")}`);
      if (prepared.do !== "reply") return;
      const repeated = [...String(prepared.line)].filter((letter) =>
        letters.some((typed) => typed === letter),
      );
      assert.ok(repeated.length <= 40, `${repeated.length}: ${String(prepared.line)}`);
    }),
  );
});

test("the rest is as typed", async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (text) => {
      const typed = text.trim();
      fc.pre(splitWords(typed).length > 0);
      const prepared = await prepare("rest", `-- ${typed}`);
      assert.deepEqual(prepared.do === "run" && prepared.values, { text: typed, s: false });
    }),
  );
});

const LENGTH = 65_536;
const fill = (piece: string) => piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);

test("64 KiB of anything are read at once", async () => {
  const bad = [
    '"',
    '" ',
    '"a ',
    "“a ",
    "”",
    "\\",
    '"\\',
    "a ",
    "-",
    "- ",
    "-s ",
    "-s",
    "-s --secre ",
  ];
  const worse = [
    "--x=",
    '--x=" ',
    '-="',
    "=",
    "1",
    ".",
    "1.",
    "-1 ",
    "1h",
    "1 h ",
    " ",
    "%",
    "irc://",
    "@",
  ];
  const last = [
    "\u{1F600}",
    "\uD800",
    "\u0000",
    "--note ",
    "-t ",
    "-- ",
    'x="',
    `-${"a".repeat(30_000)}="`,
  ];
  for (const piece of [...bad, ...worse, ...last]) {
    for (const name of NAMES) {
      for (const text of [fill(piece), `1 2 3s red a b ${fill(piece)}`.slice(0, LENGTH)]) {
        const began = performance.now();
        await prepare(name, text);
        const took = performance.now() - began;
        assert.ok(
          took < 5_000,
          `${name} took ${took} ms for ${JSON.stringify(piece.slice(0, 20))}`,
        );
      }
    }
  }
});

test("more than 64 KiB are not looked at", async () => {
  const prepared = await prepare("words", "x".repeat(LENGTH + 1));
  const line = "that is too long (at most 65,536 characters). Usage: !words WORD…";
  assert.deepEqual(prepared, { do: "reply", line });
});
