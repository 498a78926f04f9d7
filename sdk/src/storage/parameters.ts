/** What may be a value of a query, in both databases. Pure. */
import { SeabirdError } from "../link/errors.ts";

export type Parameter = string | number | bigint | boolean | Date | Uint8Array | null;

/**
 * Lists and plain objects become JSON. Throws `invalid_argument` for what one of the databases
 * could not give back as it was: NUL in text, half of a surrogate pair, NaN, Infinity, no date.
 */
export function toParameter(value: unknown): Parameter {
  switch (typeof value) {
    case "string":
      return checkedText(value);
    case "number":
      if (Number.isFinite(value)) return value;
      throw refused(`the number ${value}`);
    case "boolean":
    case "bigint":
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
    if (Number.isNaN(value.getTime())) throw refused("a date that is none");
    return value;
  }
  const json = JSON.stringify(value);
  if (json === undefined) throw refused("what is no JSON");
  return json;
}

export function checkedText(text: string): string {
  if (text.includes("\0")) throw refused("text with a NUL in it");
  if (!text.isWellFormed()) throw refused("text with half a character in it");
  return text;
}

function refused(what: string): SeabirdError {
  return new SeabirdError("invalid_argument", `${what} cannot be stored`);
}
