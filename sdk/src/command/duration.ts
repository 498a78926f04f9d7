/** Lengths of time as people write and read them: `1h30m` ⇄ `1 h 30 min`. Pure. */
import { SeabirdError } from "../link/errors.ts";

/** Longest unit first, as they are told. */
const UNITS = [
  { ms: 86_400_000, told: "d", names: ["d", "day", "days"] },
  { ms: 3_600_000, told: "h", names: ["h", "hour", "hours"] },
  { ms: 60_000, told: "min", names: ["m", "min", "minute", "minutes"] },
  { ms: 1_000, told: "s", names: ["s", "sec", "second", "seconds"] },
  { ms: 1, told: "ms", names: ["ms"] },
] as const;

const MS_OF: ReadonlyMap<string, number> = new Map<string, number>([
  ...UNITS.flatMap(({ ms, names }) => names.map((name) => [name, ms] as const)),
  ["w", 604_800_000],
  ["week", 604_800_000],
  ["weeks", 604_800_000],
]);

/** The longest text that is read; a longer one is no length of time. */
const MAX_CHARACTERS = 64;
/** A hundred years. */
const MAX_DURATION_MS = 36_525 * 86_400_000;

/**
 * Milliseconds: `duration("5s")` is 5,000. Units are w, d, h, m (or min), s and ms, may follow
 * each other (`1h30m`, `1 h 30 min`) and may have fractions (`1.5h`). Throws a SeabirdError
 * `bad_option` for everything else.
 */
export function duration(text: string): number {
  const ms = typeof text === "string" ? readDuration(text) : undefined;
  if (ms !== undefined) return ms;
  const given = typeof text === "string" ? JSON.stringify(text.slice(0, MAX_CHARACTERS)) : text;
  throw new SeabirdError("bad_option", `${given} is not a length of time, such as "5s" or "1h30m"`);
}

/** Like `duration`, but undefined for what is none. */
export function readDuration(text: string): number | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  let total = 0;
  let at = 0;
  let parts = 0;
  for (at = skip(text, at, isBlank); at < text.length; at = skip(text, at, isBlank)) {
    const numberEnd = skip(text, at, isDigitOrPoint);
    const amount = plainNumber(text.slice(at, numberEnd));
    const unitStart = skip(text, numberEnd, isBlank);
    const unitEnd = skip(text, unitStart, isLetter);
    const unit = MS_OF.get(text.slice(unitStart, unitEnd).toLowerCase());
    if (amount === undefined || unit === undefined) return undefined;
    total += amount * unit;
    at = unitEnd;
    parts += 1;
  }
  const ms = Math.round(total);
  return parts > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

/** Whole units, zero ones left out: `1 h 30 min`, `5 s`, `250 ms`; `0 s` for nothing. */
export function tellDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  const told: string[] = [];
  for (const unit of UNITS) {
    const count = Math.floor(rest / unit.ms);
    rest -= count * unit.ms;
    if (count > 0) told.push(`${count} ${unit.told}`);
  }
  return told.join(" ") || "0 s";
}

function plainNumber(digits: string): number | undefined {
  if (digits === "" || digits === "." || digits.indexOf(".") !== digits.lastIndexOf(".")) {
    return undefined;
  }
  return Number(digits);
}

function skip(text: string, from: number, is: (char: string) => boolean): number {
  let at = from;
  while (at < text.length && is(text.charAt(at))) at += 1;
  return at;
}

const isBlank = (char: string) => char === " ";
const isDigitOrPoint = (char: string) => (char >= "0" && char <= "9") || char === ".";
const isLetter = (char: string) => char.toLowerCase() >= "a" && char.toLowerCase() <= "z";
