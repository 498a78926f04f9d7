/** Readers of numbers and lengths of time, with their bounds. Pure. */

import { formatDuration, parseDuration } from "@seabird-chat/runtime";
import { SeabirdError } from "../link/errors.ts";
import { normaliseNumber } from "./normalise.ts";
import { checkOptionNames } from "./option-names.ts";
import type { Reader, Reading } from "./reader.ts";

/** Inclusive bounds. */
export interface NumberBounds {
  min?: number | undefined;
  max?: number | undefined;
}

/** Inclusive bounds: `"5s"` or milliseconds. */
export interface DurationBounds {
  min?: string | number | undefined;
  max?: string | number | undefined;
}

/** Longer input is neither a number nor a length of time. */
const MAX_CHARACTERS = 64;
const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;

const BOUNDS = ["min", "max"];

export function integerReader(bounds: NumberBounds = {}): Reader<number> {
  checkOptionNames("integer", bounds, BOUNDS);
  checkBounds("integer", bounds, Number.isSafeInteger);
  return numberReader("a whole number", "N", bounds, (typed) => {
    if (!INTEGER.test(typed)) return undefined;
    const value = Number(typed);
    return Number.isSafeInteger(value) ? value : undefined;
  });
}

export function decimalReader(bounds: NumberBounds = {}): Reader<number> {
  checkOptionNames("number", bounds, BOUNDS);
  checkBounds("number", bounds, Number.isFinite);
  return numberReader("a number", "N", bounds, (typed) => {
    if (!NUMBER.test(typed)) return undefined;
    const value = Number(typed);
    return Number.isFinite(value) ? value : undefined;
  });
}

export function durationReader(given: DurationBounds = {}): Reader<number> {
  checkOptionNames("duration", given, BOUNDS);
  const { min, max } = given;
  const bounds = { min: boundMs(min), max: boundMs(max) };
  checkBounds("duration", bounds, (value) => Number.isFinite(value) && value >= 0);
  const number = numberReader("a length of time", "TIME", bounds, parseDuration, formatDuration);
  const reader: Reader<number> = { ...number, takesNoBreak: true };
  return bounds.min === undefined && bounds.max === undefined
    ? { ...reader, takes: "a length of time, such as 1h30m" }
    : reader;
}

function boundMs(bound: string | number | undefined): number | undefined {
  if (typeof bound !== "string") return bound;
  const ms = parseDuration(bound);
  if (ms !== undefined) return ms;
  throw new SeabirdError("bad_option", `a bound of duration is "${bound}", not such as "5s"`);
}

function numberReader(
  kind: string,
  placeholder: string,
  { min, max }: NumberBounds,
  parse: (typed: string) => number | undefined,
  format: (value: number) => string = String,
): Reader<number> {
  const range = rangeOf(min, max, format);
  const suffix = range === "" ? "" : ` (${range})`;
  return {
    takes: kind + suffix,
    placeholder,
    pure: true,
    read(typed): Reading<number> {
      const value = typed.length > MAX_CHARACTERS ? undefined : parse(normaliseNumber(typed));
      if (value === undefined) return { wrong: `is not ${kind}${suffix}` };
      if (min !== undefined && value < min) return { wrong: `is too small${suffix}` };
      if (max !== undefined && value > max) return { wrong: `is too large${suffix}` };
      return { value: value + 0 };
    },
  };
}

function rangeOf(
  min: number | undefined,
  max: number | undefined,
  format: (value: number) => string,
): string {
  if (min !== undefined && max !== undefined) return `${format(min)} to ${format(max)}`;
  if (min !== undefined) return `at least ${format(min)}`;
  return max === undefined ? "" : `at most ${format(max)}`;
}

function checkBounds(
  kind: string,
  { min, max }: NumberBounds,
  fits: (value: number) => boolean,
): void {
  for (const [name, bound] of Object.entries({ min, max })) {
    if (bound === undefined || (typeof bound === "number" && fits(bound))) continue;
    throw new SeabirdError("bad_option", `${name} of ${kind} is ${String(bound)}`);
  }
  if (min !== undefined && max !== undefined && min > max) {
    throw new SeabirdError("bad_option", `min of ${kind} is ${min}, above its max of ${max}`);
  }
}
