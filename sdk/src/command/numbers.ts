/** Readers of numbers and lengths of time, with their bounds. Pure. */

import { formatDuration, parseDuration } from "@seabird-chat/runtime";
import { SeabirdError } from "../link/errors.ts";
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

/** Longer input is not a number. */
const MAX_DIGITS = 40;
const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;

export function integerReader(bounds: NumberBounds = {}): Reader<number> {
  checkBounds("integer", bounds, Number.isSafeInteger);
  return numberReader("a whole number", "N", bounds, (typed) => {
    if (typed.length > MAX_DIGITS || !INTEGER.test(typed)) return undefined;
    const value = Number(typed);
    return Number.isSafeInteger(value) ? value : undefined;
  });
}

export function decimalReader(bounds: NumberBounds = {}): Reader<number> {
  checkBounds("number", bounds, Number.isFinite);
  return numberReader("a number", "N", bounds, (typed) => {
    if (typed.length > MAX_DIGITS || !NUMBER.test(typed)) return undefined;
    const value = Number(typed);
    return Number.isFinite(value) ? value : undefined;
  });
}

export function durationReader({ min, max }: DurationBounds = {}): Reader<number> {
  const bounds = { min: boundMs(min), max: boundMs(max) };
  checkBounds("duration", bounds, (value) => Number.isFinite(value) && value >= 0);
  const reader = numberReader("a length of time", "TIME", bounds, parseDuration, formatDuration);
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
      const value = parse(typed);
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
