/** Values and keys that both databases can store. Pure. */
import { parseId } from "@seabird-chat/protocol";
import { SeabirdError } from "../link/errors.ts";
import { STORAGE } from "./storage-limits.ts";

export type Parameter = string | number | bigint | boolean | Date | Uint8Array | null;

/**
 * Arrays and plain objects become JSON. Throws `invalid_argument` for values that one of the
 * databases cannot return unchanged: text with NUL or a lone surrogate, NaN, Infinity, integers
 * of more than 64 bits, invalid dates and dates outside the years 1 to 9999.
 */
export function toParameter(value: unknown): Parameter {
  switch (typeof value) {
    case "string":
      return checkedText(value);
    case "number":
      if (Number.isFinite(value)) return value;
      throw refused(`the number ${value}`);
    case "bigint":
      if (BigInt.asIntN(64, value) === value) return value;
      throw refused("a whole number of more than 64 bits");
    case "boolean":
      return value;
    case "undefined":
      return null;
    case "object":
      return value === null ? null : ofObject(value);
    default:
      throw refused(`a ${typeof value}`);
  }
}

function ofObject(value: object): Parameter {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) {
    const ms = value.getTime();
    if (ms >= FIRST_MS && ms <= LAST_MS) return value;
    throw refused(Number.isNaN(ms) ? "an invalid date" : "a date outside the years 1 to 9999");
  }
  return jsonText(value);
}

const FIRST_MS = Date.parse("0001-01-01T00:00:00.000Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Throws `invalid_argument` for what JSON cannot represent, and for what it would silently change:
 * NaN and Infinity, functions, and instances of a class without `toJSON`, such as a Map.
 */
export function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (key, inner: unknown) => {
      const problem = jsonProblem(inner);
      if (problem === undefined) return inner;
      throw refused(key === "" ? problem : `${problem}, at ${JSON.stringify(key)},`);
    });
  } catch (cause) {
    if (cause instanceof SeabirdError) throw cause;
    const why = cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : "";
    throw refused(`a value that is not JSON (${why})`, cause);
  }
  if (text === undefined) throw refused(`${typeof value}, which is not JSON,`);
  return text;
}

/** What JSON would lose of a value, apart from what the value holds. */
function jsonProblem(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `the number ${value}`;
  if (typeof value === "function" || typeof value === "symbol") {
    return `a ${typeof value}, which is not JSON`;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Also the plain objects of another realm.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const name = value.constructor?.name || "object of a class";
  const instead = PLAIN_FORMS[name] ?? "a plain object or an array";
  return `a ${name} (JSON would lose it; store ${instead} instead)`;
}

const PLAIN_FORMS: Readonly<Record<string, string>> = {
  Map: "Object.fromEntries(map) or [...map]",
  Set: "[...set]",
  Promise: "what it resolves with",
};

export function checkedText(text: string): string {
  if (text.includes("\0")) throw refused("text with a NUL in it");
  if (!text.isWellFormed()) throw refused("text with a lone surrogate");
  return text;
}

/** Like `jsonText`, of at most `maxBytes`. `what` names the value in the error. */
export function boundedJson(value: unknown, what: string, maxBytes: number): string {
  const text = jsonText(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const words = `${what} has ${bytes} bytes; allowed are ${maxBytes}`;
  throw new SeabirdError("invalid_argument", words);
}

/** Throws `invalid_argument` for a key that is empty, too long or not text. */
export function checkKeyLength(key: string, what = "key"): void {
  if (typeof key === "string" && key !== "" && key.length <= STORAGE.maxKeyCharacters) return;
  const allowed = `text of 1 to ${STORAGE.maxKeyCharacters} characters`;
  throw new SeabirdError("invalid_argument", `invalid ${what}: it must be ${allowed}`);
}

function refused(what: string, cause?: unknown): SeabirdError {
  return new SeabirdError("invalid_argument", `${what} cannot be stored`, { cause });
}

/**
 * The user's absolute id, such as `irc://libera/ann`: the key for everything that you store about
 * a user. Do not use a display name: anybody can take it.
 *
 * Throws a SeabirdError `invalid_argument` for a user without such an id, so that the data of
 * several users is not mixed up under an empty key.
 */
export function userKey(user: { readonly id: string }): string {
  const id = typeof user?.id === "string" ? user.id : "";
  const parsed = parseId(id);
  const isWhole = parsed !== undefined && [parsed.type, parsed.id, parsed.relative].every(Boolean);
  if (isWhole && id.length <= STORAGE.maxKeyCharacters && !id.includes("\0")) return id;
  const words = id === "" ? "the user has no id" : "the user's id is not absolute";
  throw new SeabirdError("invalid_argument", `${words}: nothing can be stored about them`);
}
