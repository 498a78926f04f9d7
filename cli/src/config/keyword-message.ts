/** The message for each keyword of JSON Schema. */
import { maskLogin } from "@seabird-chat/runtime";
import type { ErrorObject } from "ajv/dist/2020.js";
import { asRecord } from "./as-record.ts";
import { nearest } from "./nearest.ts";
import { isSchema } from "./schema.ts";

/** A value longer than this is shown cut. */
const MAX_SHOWN = 60;
/** So many choices or keys are listed; of more, only the nearest is named. */
const MAX_LISTED = 16;

type Explain = (error: ErrorObject, shown: string) => string;

const KEYWORDS: Readonly<Record<string, Explain>> = {
  type: ({ schema, data }, shown) =>
    `must be ${typeWords(schema)}, not ${shown}${quoteHint(schema, data)}`,
  enum: ({ schema, data }, shown) =>
    `must be ${choiceWords(schema)}, not ${shown}${meant(data, schema)}`,
  const: ({ schema }, shown) => `must be ${show(schema)}, not ${shown}`,
  minimum: ({ schema }, shown) => `must be at least ${schema}, not ${shown}`,
  maximum: ({ schema }, shown) => `must be at most ${schema}, not ${shown}`,
  exclusiveMinimum: ({ schema }, shown) => `must be more than ${schema}, not ${shown}`,
  exclusiveMaximum: ({ schema }, shown) => `must be less than ${schema}, not ${shown}`,
  multipleOf: ({ schema }, shown) => `must be a multiple of ${schema}, not ${shown}`,
  minLength: ({ schema }, shown) =>
    schema === 1 ? "must not be empty" : `must have at least ${schema} characters, not ${shown}`,
  maxLength: ({ schema }) => `must have at most ${count(schema, "character")}`,
  pattern: ({ schema }, shown) => `${shown} does not fit the pattern ${schema}`,
  format: ({ schema }, shown) =>
    `must be ${FORMATS[String(schema)] ?? `a ${schema}`}, not ${shown}`,
  minItems: ({ schema }) => `must have at least ${count(schema, "entry")}`,
  maxItems: ({ schema }) => `must have at most ${count(schema, "entry")}`,
  items: ({ params }) => `must have at most ${count(params["limit"], "entry")}`,
  uniqueItems: ({ params }) =>
    `entries ${Number(params["j"]) + 1} and ${Number(params["i"]) + 1} are the same`,
  contains: ({ schema }) => `must have an entry that is ${describeSchema(schema)}`,
  minProperties: ({ schema }) => `must have at least ${count(schema, "key")}`,
  maxProperties: ({ schema }) => `must have at most ${count(schema, "key")}`,
  required: ({ params, parentSchema }) => {
    const name = String(params["missingProperty"]);
    return `${name} is missing${whatItIs(asRecord(asRecord(parentSchema)["properties"])[name])}`;
  },
  dependentRequired: ({ params }) => `needs ${params["missingProperty"]} beside it`,
  propertyNames: ({ params }) => `${show(params["propertyName"])} is no key that may stand here`,
  not: () => "is not allowed to be this",
  "false schema": () => "may not be set",
  if: () => "does not fit the rest of these settings",
};

const FORMATS: Readonly<Record<string, string>> = {
  uri: "an address such as https://example.org",
  email: "an e-mail address",
  "date-time": "a time such as 2026-01-02T03:04:05Z",
  date: "a date such as 2026-01-02",
  time: "a time such as 03:04:05",
  uuid: "a UUID",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
};

/** One line for one error; the value is not shown if it is a secret. */
export function keywordMessage(error: ErrorObject, secret: boolean): string {
  const shown = secret ? "what it is" : show(error.data);
  const message = KEYWORDS[error.keyword];
  const said = messageOf(error);
  if (said !== undefined) return secret ? said : `${said}; it is ${shown}`;
  return message?.(error, shown) ?? `is not right: ${error.message ?? error.keyword}`;
}

/** `x-message`: the component's own message for a pattern. */
function messageOf({ keyword, parentSchema }: ErrorObject): string | undefined {
  const own = asRecord(parentSchema)["x-message"];
  return (keyword === "pattern" || keyword === "format") && typeof own === "string"
    ? own
    : undefined;
}

/** What is not known, with what is. `reserved`: what may stand there too. */
export function unknownKey(
  key: string,
  known: readonly string[],
  reserved: readonly string[] = [],
): string {
  const near = nearest(key, [...known, ...reserved]);
  if (near !== undefined) return `unknown key, did you mean "${near}"?`;
  if (key.endsWith("_file") && known.includes(key.slice(0, -"_file".length))) {
    return `unknown key; ${key.slice(0, -"_file".length)} is no secret, so no file is read for it`;
  }
  if (known.length === 0) return "unknown key; there is nothing to set here";
  if (known.length > MAX_LISTED) return "unknown key";
  return `unknown key; there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
}

/** A schema as the end of "must be …". */
export function describeSchema(schema: unknown): string {
  if (!isSchema(schema)) return "something else";
  if ("const" in schema) return show(schema["const"]);
  if (Array.isArray(schema["enum"])) return choiceWords(schema["enum"]);
  const alternatives = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(alternatives))
    return [...new Set(alternatives.map(describeSchema))].join(" or ");
  if (typeof schema["description"] === "string") return schema["description"];
  const format = FORMATS[String(schema["format"])];
  return format ?? typeWords(schema["type"]);
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "keys with values",
  array: "a list",
  null: "nothing",
};

function typeWords(type: unknown): string {
  const types = Array.isArray(type) ? type : [type];
  return types.map((each) => TYPES[String(each)] ?? "something else").join(" or ");
}

function choiceWords(choices: unknown): string {
  const all = Array.isArray(choices) ? choices : [choices];
  if (all.length === 1) return show(all[0]);
  const listed = all.slice(0, MAX_LISTED).map(show).join(", ");
  return `one of ${listed}${all.length > MAX_LISTED ? ", …" : ""}`;
}

function meant(data: unknown, choices: unknown): string {
  if (typeof data !== "string" || !Array.isArray(choices)) return "";
  const near = nearest(
    data,
    choices.filter((each) => typeof each === "string"),
  );
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

/** YAML reads 007, 1e5 and true as what they look like. */
function quoteHint(type: unknown, data: unknown): string {
  const wantsText = type === "string" || (Array.isArray(type) && type.includes("string"));
  const isOther = typeof data === "number" || typeof data === "boolean";
  return wantsText && isOther ? "; put it in quotes" : "";
}

function whatItIs(schema: unknown): string {
  const description = asRecord(schema)["description"];
  return typeof description === "string" && description !== "" ? ` (${description})` : "";
}

function count(number: unknown, word: string): string {
  if (number === 1) return `one ${word}`;
  return `${number} ${word.endsWith("y") && word !== "key" ? `${word.slice(0, -1)}ies` : `${word}s`}`;
}

/** A value as it may stand in a line. */
function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "keys with values";
  const text = typeof value === "string" ? JSON.stringify(maskLogin(value)) : String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
