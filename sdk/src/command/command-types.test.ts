/** What the compiler makes of declarations: this file's types are its test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { arg } from "./arg.ts";
import { CommandSet } from "./command-set.ts";
import type { Args, CommandSpec, CommandValues, Flags, NoArgs, Where } from "./command-spec.ts";
import { flag } from "./flag.ts";
import type { NamedUser } from "./readers.ts";

/** True if both are the same type, not only assignable. */
type Same<X, Y> =
  (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? true : false;

function expectType<X>() {
  return <Y>(same: Same<X, Y>, _value: Y) => assert.equal(same, true);
}

/** Infers as `plugin.command` does. */
function declare<A extends Args = NoArgs, F extends Flags = NoArgs, W extends Where = "anywhere">(
  spec: CommandSpec<A, F, W>,
): { values: CommandValues<A, F>; where: W } {
  new CommandSet<undefined>().add("x", spec, undefined);
  return { values: {} as CommandValues<A, F>, where: spec.where as W };
}

test("each argument has its type", () => {
  const { values } = declare({
    help: "x",
    args: {
      word: arg.word(),
      count: arg.integer({ min: 1 }),
      colour: arg.choice(["red", "green"]),
      dice: arg.schema(z.string().regex(/^\d/), "such as 2d6"),
      length: arg.schema(z.string().transform((text) => text.length)),
      coerced: arg.schema(z.coerce.number()),
      picked: arg.schema(z.enum(["a", "b"])),
      who: arg.user(),
      where: arg.channel(),
      wait: arg.duration({ max: "1h" }),
      times: arg.number().default(1),
      maybe: arg.integer().optional(),
      label: arg.rest().optional(),
    },
  });
  expectType<string>()(true, values.word);
  expectType<number>()(true, values.count);
  expectType<"red" | "green">()(true, values.colour);
  expectType<string>()(true, values.dice);
  expectType<number>()(true, values.length);
  expectType<number>()(true, values.coerced);
  expectType<"a" | "b">()(true, values.picked);
  expectType<NamedUser>()(true, values.who);
  expectType<string>()(true, values.where);
  expectType<number>()(true, values.wait);
  expectType<number>()(true, values.times);
  expectType<number | undefined>()(true, values.maybe);
  expectType<string | undefined>()(true, values.label);
});

test("repeated ones are lists", () => {
  const { values } = declare({ help: "x", args: { all: arg.choice(["a", "b"]).repeated() } });
  expectType<readonly ("a" | "b")[]>()(true, values.all);
  const none = declare({ help: "x", args: { all: arg.integer().repeated().optional() } });
  expectType<readonly number[]>()(true, none.values.all);
  const rest = declare({ help: "x", args: { all: arg.rest().default("") } });
  expectType<string>()(true, rest.values.all);
});

test("flags have theirs, beside the arguments", () => {
  const { values, where } = declare({
    help: "x",
    args: { word: arg.word() },
    flags: {
      loud: flag.boolean({ short: "l" }),
      quiet: flag.boolean().default(true),
      count: flag.integer(),
      times: flag.number().default(2),
      wait: flag.duration(),
      text: flag.text(),
      colour: flag.choice(["red", "green"]),
      shade: flag.choice(["dark", "light"], { short: "s" }).default("dark"),
    },
    where: "channel",
    confirm: (asked) => `really ${asked.word.length + (asked.count ?? 0)}?`,
  });
  expectType<"channel">()(true, where);
  expectType<string>()(true, values.word);
  expectType<boolean>()(true, values.loud);
  expectType<boolean>()(true, values.quiet);
  expectType<number | undefined>()(true, values.count);
  expectType<number>()(true, values.times);
  expectType<number | undefined>()(true, values.wait);
  expectType<string | undefined>()(true, values.text);
  expectType<"red" | "green" | undefined>()(true, values.colour);
  expectType<"dark" | "light">()(true, values.shade);
});

test("nothing declared is nothing given", () => {
  const { values } = declare({ help: "x" });
  // @ts-expect-error there is no such argument
  assert.equal(values.other, undefined);
});

test("what cannot work does not compile", () => {
  const refused = [
    // @ts-expect-error a validator of numbers is never given one
    arg.schema(z.number(), "a number"),
    // @ts-expect-error a default must be one of the choices
    arg.choice(["a", "b"]).default("c"),
    // @ts-expect-error the rest cannot come twice
    arg.rest().repeated,
    // @ts-expect-error what is optional has a value already
    arg.word().optional().default,
  ];
  // @ts-expect-error a whole number may be left out, so the question cannot count on it
  declare({ help: "x", flags: { n: flag.integer() }, confirm: ({ n }) => `${n.toFixed()}?` });
  // @ts-expect-error there is no such place
  assert.throws(() => declare({ help: "x", where: "somewhere" }), { code: "bad_option" });
  assert.equal(refused.length, 4);
});
