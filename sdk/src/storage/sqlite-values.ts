/** Values between JavaScript and SQLite, which knows neither booleans, dates nor JSON. Pure. */
import type { SQLInputValue } from "node:sqlite";
import { toParameter } from "./parameters.ts";

/** Declared column types whose values are converted when read. */
export const SQLITE_TYPES = {
  boolean: "boolean",
  timestamp: "timestamp",
  /** The affinity of a type with TEXT in its name is text: JSON's `5` stays text. */
  json: "json_text",
} as const;

export function toSqlite(value: unknown): SQLInputValue {
  const parameter = toParameter(value);
  if (typeof parameter === "boolean") return parameter ? 1n : 0n;
  if (parameter instanceof Date) return BigInt(parameter.getTime());
  // Node binds a number as floating point, which becomes 5.0 in text and divides differently.
  return Number.isSafeInteger(parameter) ? BigInt(parameter as number) : parameter;
}

export type FromSqlite = (value: unknown) => unknown;

/** By the declared type of a column; computed columns have none. */
export function readerFor(declaredType: string | null): FromSqlite {
  switch (declaredType?.toLowerCase()) {
    case SQLITE_TYPES.boolean:
      return (value) => (value === null ? null : Number(value) !== 0);
    case SQLITE_TYPES.timestamp:
      return (value) => (value === null ? null : new Date(Number(value)));
    case SQLITE_TYPES.json:
      return (value) => (value === null ? null : JSON.parse(String(value)));
    default:
      return (value) => (typeof value === "bigint" ? toNumber(value) : value);
  }
}

/** A number where it is exact. */
export function toNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
