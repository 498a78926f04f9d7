/** Readers of numbers and lengths of time, with their bounds. Pure. */

import { formatDuration, parseDuration } from "@seabird-chat/runtime";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { Reader, Reading } from "./reader.ts";
import { durationSpan, durationsNear, readDuration } from "./typed-duration.ts";
import { numbersNear, plainNumber } from "./typed-number.ts";

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
  const parse = (typed: string) => parseNumber(typed, INTEGER, Number.isSafeInteger);
  return numberReader(
    { kind: "a whole number", placeholder: "N", parse, near: numbersNear },
    bounds,
  );
}

export function decimalReader(bounds: NumberBounds = {}): Reader<number> {
  checkOptionNames("number", bounds, BOUNDS);
  checkBounds("number", bounds, Number.isFinite);
  const parse = (typed: string) => parseNumber(typed, NUMBER, Number.isFinite);
  return numberReader({ kind: "a number", placeholder: "N", parse, near: numbersNear }, bounds);
}

function parseNumber(
  typed: string,
  form: RegExp,
  fits: (value: number) => boolean,
): number | undefined {
  const plain = plainNumber(typed);
  const value = form.test(plain) ? Number(plain) : Number.NaN;
  return fits(value) ? value : undefined;
}

export function durationReader(given: DurationBounds = {}): Reader<number> {
  checkOptionNames("duration", given, BOUNDS);
  const { min, max } = given;
  const bounds = { min: boundMs(min), max: boundMs(max) };
  checkBounds("duration", bounds, (value) => Number.isFinite(value) && value >= 0);
  const kind = { kind: "a length of time", placeholder: "TIME", parse: readDuration };
  const number = numberReader({ ...kind, near: durationsNear, format: formatDuration }, bounds);
  const reader: Reader<number> = { ...number, span: durationSpan };
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

interface NumberKind {
  readonly kind: string;
  readonly placeholder: string;
  parse(typed: string): number | undefined;
  /** What a text that is none probably means; those that are none either are left out. */
  near(typed: string): readonly string[];
  readonly format?: (value: number) => string;
}

function numberReader(
  { kind, placeholder, parse, near, format = String }: NumberKind,
  { min, max }: NumberBounds,
): Reader<number> {
  const range = rangeOf(min, max, format);
  const suffix = range === "" ? "" : ` (${range})`;
  const isTooSmall = (value: number) => min !== undefined && value < min;
  const isTooLarge = (value: number) => max !== undefined && value > max;
  const fits = (text: string) => {
    const value = parse(text);
    return value !== undefined && !isTooSmall(value) && !isTooLarge(value);
  };
  const didYouMean = (typed: string) => {
    const meant = typed.length > MAX_CHARACTERS ? [] : [...new Set(near(typed))].filter(fits);
    return meant.length === 0 ? "" : `; did you mean ${alternatives(meant)}?`;
  };
  return {
    takes: kind + suffix,
    placeholder,
    pure: true,
    read(typed): Reading<number> {
      const value = typed.length > MAX_CHARACTERS ? undefined : parse(typed);
      if (value === undefined) return { wrong: `is not ${kind}${suffix}${didYouMean(typed)}` };
      if (isTooSmall(value)) return { wrong: `is too small${suffix}` };
      if (isTooLarge(value)) return { wrong: `is too large${suffix}` };
      return { value: value + 0 };
    },
  };
}

/** `5s, 5m or 5h`. */
function alternatives(texts: readonly string[]): string {
  const last = texts.at(-1) ?? "";
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(", ")} or ${last}`;
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
