/** Every keyword of JSON Schema has plain words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPath } from "./path.ts";
import { ProblemList } from "./problem-list.ts";
import type { JsonSchema } from "./project.ts";
import type { Settled } from "./settle.ts";
import { validate } from "./validate.ts";

const PLACE = { line: 1, col: 1 };

/** What is said of `x`, with this schema and value. */
function said(schema: JsonSchema, value: unknown, more: JsonSchema = {}): string[] {
  const problems = new ProblemList("f");
  const settled: Settled = { value: { x: value }, spots: new Map() };
  const whole = { type: "object", properties: { x: schema }, ...more };
  validate({ settled, schema: whole, path: [], key: PLACE, reserved: [] }, problems);
  return problems.list().map(({ path, message }) => `${path}: ${message}`);
}

const WORD = { type: "string" };

const CASES: readonly (readonly [schema: JsonSchema, value: unknown, ...said: string[]])[] = [
  [WORD, 1, "x: must be text, not 1; put it in quotes"],
  [{ type: ["string", "null"] }, [], "x: must be text or nothing, not an empty list"],
  [{ type: "array" }, {}, "x: must be a list, not keys with values"],
  [{ type: "boolean" }, null, "x: must be true or false, not nothing"],
  [{ enum: ["on", "off"] }, "of", 'x: must be one of "on", "off", not "of"; did you mean "on"?'],
  [{ enum: [1] }, 2, "x: must be 1, not 2"],
  [
    { enum: Array.from({ length: 20 }, (_, i) => i) },
    "z",
    `x: must be one of ${Array.from({ length: 16 }, (_, i) => i).join(", ")}, …, not "z"`,
  ],
  [{ const: "a" }, "b", 'x: must be "a", not "b"'],
  [{ minimum: 2 }, 1, "x: must be at least 2, not 1"],
  [{ maximum: 2 }, 3, "x: must be at most 2, not 3"],
  [{ exclusiveMinimum: 2 }, 2, "x: must be more than 2, not 2"],
  [{ exclusiveMaximum: 2 }, 2, "x: must be less than 2, not 2"],
  [{ multipleOf: 5 }, 7, "x: must be a multiple of 5, not 7"],
  [{ type: "number" }, Number.NaN, "x: must be a number, not NaN"],
  [{ minLength: 1 }, "", "x: must not be empty"],
  [{ minLength: 3 }, "ab", 'x: must have at least 3 characters, not "ab"'],
  [{ maxLength: 1 }, "ab", "x: must have at most one character"],
  [{ pattern: "^a" }, "b", 'x: "b" does not fit the pattern ^a'],
  [{ pattern: "^a", "x-message": "must begin with a" }, "b", 'x: must begin with a; it is "b"'],
  [
    { pattern: "^a", "x-message": "must begin with a" },
    "net://me:sesame@h",
    'x: must begin with a; it is "net://***@h"',
  ],
  [{ pattern: "^a" }, `b${"c".repeat(80)}`, `x: "b${"c".repeat(58)}… does not fit the pattern ^a`],
  [{ format: "uri" }, "b", 'x: must be an address such as https://example.org, not "b"'],
  [{ minItems: 1 }, [], "x: must have at least one entry"],
  [{ maxItems: 2 }, [1, 2, 3], "x: must have at most 2 entries"],
  [{ prefixItems: [WORD], items: false }, ["a", "b"], "x: must have at most one entry"],
  [{ uniqueItems: true }, ["a", "b", "a"], "x: entries 1 and 3 are the same"],
  [
    { contains: { const: "a" } },
    ["b"],
    'x[0]: must be "a", not "b"',
    'x: must have an entry that is "a"',
  ],
  [{ minProperties: 1 }, {}, "x: must have at least one key"],
  [{ maxProperties: 1 }, { a: 1, b: 2 }, "x: must have at most one key"],
  [{ required: ["a"] }, {}, "x: a is missing"],
  [
    { properties: { a: { description: "the first" } }, required: ["a"] },
    {},
    "x: a is missing (the first)",
  ],
  [{ dependentRequired: { a: ["b"] } }, { a: 1 }, "x.a: needs b beside it"],
  [{ propertyNames: { pattern: "^a" } }, { b: 1 }, 'x: "b" is no key that may stand here'],
  [{ not: WORD }, "a", "x: is not allowed to be this"],
  [false as unknown as JsonSchema, 1, "x: may not be set"],
  // biome-ignore lint/suspicious/noThenProperty: a keyword
  [{ if: WORD, then: { minLength: 2 } }, "a", 'x: must have at least 2 characters, not "a"'],
  [{ additionalProperties: WORD }, { a: 1 }, "x.a: must be text, not 1; put it in quotes"],
];

test("each keyword", () => {
  for (const [schema, value, ...lines] of CASES) {
    assert.deepEqual(said(schema, value), lines, JSON.stringify(schema));
  }
});

test("of alternatives, the one that was meant explains itself", () => {
  const list = { type: "array", items: WORD };
  const byKind = (kind: string, key: string) => ({
    type: "object",
    properties: { kind: { const: kind }, [key]: { type: "integer" } },
    required: ["kind", key],
  });
  const either = { anyOf: [WORD, list] };
  const tagged = { oneOf: [byKind("circle", "radius"), byKind("square", "side")] };
  assert.deepEqual(said(either, 1), ["x: must be text or a list"]);
  assert.deepEqual(said(either, ["a", 1]), ["x[1]: must be text, not 1; put it in quotes"]);
  assert.deepEqual(said(tagged, { kind: "square", side: "a" }), [
    'x.side: must be a whole number, not "a"',
  ]);
  assert.deepEqual(said(tagged, { kind: "square", sied: 1, side: 1 }), [
    'x.sied: unknown key, did you mean "side"?',
  ]);
  assert.deepEqual(said(tagged, { kind: "oval" }), ["x: must be keys with values"]);
  assert.deepEqual(said({ oneOf: [WORD, { minLength: 0 }] }, "a"), [
    "x: fits more than one kind of setting",
  ]);
});

test("alternatives that are references", () => {
  const $defs = {
    word: WORD,
    named: { type: "object", properties: { name: WORD }, required: ["name"] },
  };
  const either = { anyOf: [{ $ref: "#/$defs/word" }, { $ref: "#/$defs/named" }] };
  assert.deepEqual(said(either, "a", { $defs }), []);
  assert.equal(said(either, 1, { $defs }).length, 1);
  assert.equal(said(either, { nam: "x" }, { $defs }).length, 1);
});

test("keys are refused where a schema names keys, parts of a whole together", () => {
  const named = (key: string) => ({ type: "object", properties: { [key]: WORD } });
  const both = { allOf: [named("a"), { $ref: "#/$defs/b" }] };
  const $defs = { b: named("b") };
  assert.deepEqual(said(both, { a: "1", b: "2" }, { $defs }), []);
  assert.deepEqual(said(both, { a: "1", bb: "2" }, { $defs }), [
    'x.bb: unknown key, did you mean "b"?',
  ]);
  assert.deepEqual(said({ type: "object" }, { any: 1 }), []);
  assert.deepEqual(said({ ...named("a"), additionalProperties: {} }, { any: 1 }), []);
  assert.deepEqual(said({ type: "array", items: named("a") }, [{ b: 1 }]), [
    'x[0].b: unknown key, did you mean "a"?',
  ]);
});

test("keys of conditions, and of alternatives beside other keys, belong to one whole", () => {
  const named = (key: string) => ({ type: "object", properties: { [key]: WORD } });
  const login = {
    type: "object",
    properties: { way: { enum: ["plain", "external"] }, password: WORD },
    if: { properties: { way: { const: "plain" } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword
    then: { required: ["password"], properties: { user: WORD } },
  };
  assert.deepEqual(said(login, { way: "external" }), []);
  assert.deepEqual(said(login, { way: "plain", password: "x", user: "y" }), []);
  assert.deepEqual(said(login, { way: "plain" }), ["x: password is missing"]);
  assert.deepEqual(said(login, { way: "external", pasword: "x" }), [
    'x.pasword: unknown key, did you mean "password"?',
  ]);
  const either = { ...named("a"), anyOf: [named("b"), named("c")] };
  assert.deepEqual(said(either, { a: "1", b: "2" }), []);
  assert.equal(said(either, { a: "1", d: "2" }).length, 1);
  assert.deepEqual(said({ allOf: [{ type: "object" }] }, { any: 1 }), []);
  const dependent = { ...named("a"), dependentSchemas: { a: named("b") } };
  assert.deepEqual(said(dependent, { a: "1", b: "2" }), []);
});

test("a schema that is none is the component's fault, and said", () => {
  for (const schema of [{ pattern: "(" }, { $ref: "https://example.org/x" }, { type: "strnig" }]) {
    const [line] = said(schema, "a");
    assert.match(line ?? "", /^: its settings' schema cannot be used: /, JSON.stringify(schema));
  }
});

test("paths", () => {
  assert.equal(formatPath(["a", 1, "b c", "irc/x"]), 'a[1]["b c"].irc/x');
});
