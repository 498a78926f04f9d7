/** A declaration that cannot work is refused when it is made, in words that name the mistake. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Arg, arg } from "./arg.ts";
import { CommandSet } from "./command-set.ts";
import type { Args, CommandSpec, Flags, Where } from "./command-spec.ts";
import { flag } from "./flag.ts";

type Spec = CommandSpec<Args, Flags, Where>;

/** As code without types could write it. */
const broken = (spec: object) => spec as Spec;
const asArg = (what: unknown) => what as Arg<string>;

const rows: [string, () => Spec | string, RegExp][] = [
  ["a number as help", () => broken({ help: 5 }), /command "roll": help is 5, not a text/],
  ["null as help", () => broken({ help: null }), /command "roll": help is null, not a text/],
  ["a line break in help", () => "two\nlines", /help has a line break/],
  ["endless help", () => "x".repeat(401), /help has 401 characters, 400 at most/],
  ["unknown option", () => broken({ help: "x", cooldwn: 1 }), /"cooldwn"; did you mean cooldown\?/],
  ["another one", () => broken({ help: "x", color: 1 }), /"color"; allowed: help, aliases,/],
  [
    "where",
    () => broken({ help: "x", where: "here" }),
    /where is "here"; allowed: channel, private/,
  ],
  ["confirm", () => broken({ help: "x", confirm: true }), /confirm is neither/],
  ["aliases", () => broken({ help: "x", aliases: "r" }), /aliases is not a list/],
  ["an alias of three words", () => ({ help: "x", aliases: ["a b c"] }), /"a b c" is not a name/],
  [
    "its own name",
    () => ({ help: "x", aliases: ["roll"] }),
    /alias "roll" is taken by command "roll"/,
  ],
  [
    "required after optional",
    () => ({ help: "x", args: { a: arg.word().optional(), b: arg.word() } }),
    /"b" is required, but follows "a"/,
  ],
  [
    "two rests",
    () => ({ help: "x", args: { a: arg.rest(), b: arg.rest() } }),
    /"a" takes all remaining words, so "b" could never follow/,
  ],
  [
    "repeated before another",
    () => ({ help: "x", args: { a: arg.word().repeated(), b: arg.word() } }),
    /"a" takes all remaining words/,
  ],
  [
    "an argument that is none",
    () => ({ help: "x", args: { a: asArg("word") } }),
    /"a" is not made with arg/,
  ],
  [
    "a flag as argument",
    () => broken({ help: "x", args: { a: flag.boolean() } }),
    /"a" is not made with arg; it belongs in flags, not in args/,
  ],
  [
    "an argument as flag",
    () => broken({ help: "x", flags: { a: arg.word() } }),
    /"a" is not made with flag; it belongs in args, not in flags/,
  ],
  [
    "an argument that is not called",
    () => broken({ help: "x", args: { a: arg.word } }),
    /"a" is not made with arg; call it, as in word\(\)/,
  ],
  [
    "a name of digits",
    () => ({ help: "x", args: { 1: arg.word() } }),
    /argument "1" is not a name/,
  ],
  [
    "a flag and an argument of one name",
    () => ({ help: "x", args: { a: arg.word() }, flags: { a: flag.boolean() } }),
    /flag "a" clashes with argument "a"/,
  ],
  [
    "flags that are typed alike",
    () => ({ help: "x", flags: { dryRun: flag.boolean(), dry_run: flag.boolean() } }),
    /flag "dry_run" clashes with flag "dryRun"/,
  ],
  [
    "one short name twice",
    () => ({ help: "x", flags: { a: flag.text({ short: "x" }), b: flag.text({ short: "x" }) } }),
    /-x of flag "b" clashes with -x of flag "a"/,
  ],
  [
    "--no-x and x",
    () => ({ help: "x", flags: { x: flag.boolean(), noX: flag.text() } }),
    /flag "noX" clashes with --no-x of flag "x"/,
  ],
  [
    "a long short name",
    () => ({ help: "x", flags: { a: flag.text({ short: "xy" }) } }),
    /"xy", not one letter/,
  ],
  ["allow for nobody", () => ({ help: "x", allow: [] }), /empty list: nobody/],
  ["an empty entry of allow", () => ({ help: "x", allow: [{}] }), /is empty; it takes channel/],
  [
    "allow by what is not known",
    () => broken({ help: "x", allow: [{ nick: "a" }] }),
    /unknown key "nick"/,
  ],
  [
    "allow by nothing",
    () => ({ help: "x", allow: [{ account: "" }] }),
    /account in allow is "", not/,
  ],
  ["cooldown", () => ({ help: "x", cooldown: { perUser: -1 } }), /cooldown perUser is -1/],
  [
    "cooldown in words",
    () => ({ help: "x", cooldown: { all: "5 parsecs" } }),
    /cooldown all is "5 parsecs"; allowed: a length of time such as "5s"/,
  ],
  [
    "cooldown of another kind",
    () => broken({ help: "x", cooldown: { user: 5 } }),
    /unknown cooldown "user"/,
  ],
  [
    "an example that does not work",
    () => ({ help: "x", args: { n: arg.integer() }, examples: ["one"] }),
    /the example "one" does not work: n: "one" is not a whole number/,
  ],
  [
    "an example with a flag that is none",
    () => ({ help: "x", flags: { secret: flag.boolean() }, examples: ["--secrt"] }),
    /no flag "--secrt"; did you mean --secret\?/,
  ],
  [
    "bounds the wrong way",
    () => ({ help: "x", args: { n: arg.integer({ min: 2, max: 1 }) } }),
    /min of integer is 2/,
  ],
  [
    "a bound that is none",
    () => ({ help: "x", args: { n: arg.duration({ min: "x" }) } }),
    /bound of duration is "x"/,
  ],
  ["no choices", () => ({ help: "x", args: { n: arg.choice([]) } }), /at least one word/],
  [
    "one choice twice",
    () => ({ help: "x", args: { n: arg.choice(["a", "A"]) } }),
    /"A" is there twice/,
  ],
  [
    "no schema",
    () => ({ help: "x", args: { n: arg.schema({} as never) } }),
    /takes a Standard Schema/,
  ],
  [
    "none at a time",
    () => ({ help: "x", args: { n: arg.word().repeated({ max: 0 }) } }),
    /max of repeated is 0/,
  ],
  [
    "a flag's option that is none",
    () => ({ help: "x", flags: { a: flag.integer({ shrt: "a" } as object) } }),
    /unknown option "shrt"; allowed: short, about, min, max/,
  ],
  [
    "bounds of a flag that has none",
    () => ({ help: "x", flags: { a: flag.text({ min: 1 } as object) } }),
    /unknown option "min"; allowed: short, about$/,
  ],
  ...["integer", "number", "duration"].map((kind): [string, () => Spec, RegExp] => [
    `an unknown option of ${kind}`,
    () => ({ help: "x", args: { a: arg[kind as "integer"]({ mx: 2 } as object) } }),
    new RegExp(`${kind} has an unknown option "mx"; allowed: min, max`),
  ]),
  [
    "an unknown option of repeated",
    () => ({ help: "x", args: { a: arg.word().repeated({ maximum: 2 } as object) } }),
    /repeated has an unknown option "maximum"; allowed: max/,
  ],
  [
    "the same name in capitals",
    () => ({ help: "x", aliases: ["ROLL"] }),
    /alias "ROLL" is taken by command "roll"/,
  ],
  [
    "a name that nobody sees",
    () => ({ help: "x", aliases: ["\u200B"] }),
    /invisible characters only/,
  ],
];

for (const [what, spec, message] of rows) {
  test(`refused: ${what}`, () => {
    assert.throws(() => new CommandSet<void>().add("roll", spec(), undefined), {
      code: "bad_option",
      message,
    });
  });
}

test("names that cannot be typed are refused", () => {
  for (const name of ["", " a", "a  b", "a b c", "a\nb", "a\u0007", "!roll", "x".repeat(65)]) {
    assert.throws(
      () => new CommandSet<void>().add(name, "x", undefined),
      { code: "bad_option" },
      name,
    );
  }
});

test("a name that is taken leaves the set as it was", () => {
  const set = new CommandSet<void>();
  set.add("roll", { help: "x", aliases: ["r"] }, undefined);
  assert.throws(() => set.add("r", "y", undefined), {
    message: 'command "r": its name is taken by command "roll"',
  });
  const late = () => set.add("other", { help: "y", aliases: ["o", "roll"] }, undefined);
  assert.throws(late, { message: 'command "other": its alias "roll" is taken by command "roll"' });
  assert.deepEqual(Object.keys(set.metadata), ["roll", "r"]);
});

test("more names than core takes are refused", () => {
  const set = new CommandSet<void>();
  for (let i = 0; i < 256; i++) set.add(`c${i}`, "x", undefined);
  assert.throws(() => set.add("one-more", "x", undefined), { message: /at most 256 names/ });
});
