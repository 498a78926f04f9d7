/** Lengths of time as people write and read them: `1h30m` ⇄ `1 h 30 min`. Pure. */

/** Longest unit first, as they are shown. */
const UNITS = [
  { ms: 86_400_000, shown: "d", names: ["d", "day", "days"] },
  { ms: 3_600_000, shown: "h", names: ["h", "hr", "hrs", "hour", "hours"] },
  { ms: 60_000, shown: "min", names: ["m", "min", "mins", "minute", "minutes"] },
  { ms: 1_000, shown: "s", names: ["s", "sec", "secs", "second", "seconds"] },
  { ms: 1, shown: "ms", names: ["ms"] },
] as const;

const MS_BY_NAME: ReadonlyMap<string, number> = new Map<string, number>([
  ...UNITS.flatMap(({ ms, names }) => names.map((name) => [name, ms] as const)),
  ["w", 604_800_000],
  ["wk", 604_800_000],
  ["wks", 604_800_000],
  ["week", 604_800_000],
  ["weeks", 604_800_000],
]);

/** The unit of a last number without one, by the unit before it: `1h30` is 1 h 30 min. */
const UNIT_BELOW: ReadonlyMap<number, number> = new Map([
  [86_400_000, 3_600_000],
  [3_600_000, 60_000],
  [60_000, 1_000],
]);

/** A longer text is no length of time. */
const MAX_CHARACTERS = 64;
/** A hundred years. */
export const MAX_DURATION_MS = 36_525 * 86_400_000;

/** What is allowed, for messages. */
export const DURATION_FORM = "a length of time, such as 90s, 15m, 1h30m, 30d or 2w";

/**
 * In milliseconds. Units are w, d, h, m (or min), s and ms, may follow each other (`1h30m`,
 * `1 h 30 min`) and may have fractions (`1.5h`); the last may be left out below d, h and m (`1h30`). Undefined if it is no length of time, or longer
 * than 100 years.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  let total = 0;
  let at = 0;
  let last: number | undefined;
  for (at = skip(text, at, isBlank); at < text.length; at = skip(text, at, isBlank)) {
    const numberEnd = skip(text, at, isDigitOrPoint);
    const amount = plainNumber(text.slice(at, numberEnd));
    const unitStart = skip(text, numberEnd, isBlank);
    const unitEnd = skip(text, unitStart, isLetter);
    const unit =
      unitStart === text.length
        ? unitBelow(last, text.slice(at, numberEnd))
        : MS_BY_NAME.get(text.slice(unitStart, unitEnd).toLowerCase());
    if (amount === undefined || unit === undefined) return undefined;
    total += amount * unit;
    at = unitEnd;
    last = unit;
  }
  const ms = Math.round(total);
  return last !== undefined && ms <= MAX_DURATION_MS ? ms : undefined;
}

/** Whole units, zero ones left out: `1 h 30 min`, `5 s`, `250 ms`; `0 s` for nothing. */
export function formatDuration(ms: number): string {
  return join(countUnits(Math.round(ms)));
}

/**
 * Seconds and more, in the largest unit and the one below it: `3 d 4 h`, `2 min`, `0 s`. For ages
 * and uptimes.
 */
export function formatRoughDuration(ms: number): string {
  const counts = countUnits(Math.floor(ms / 1_000) * 1_000);
  const largest = counts.findIndex(({ count }) => count > 0);
  return join(counts.slice(Math.max(0, largest), largest + 2));
}

interface UnitCount {
  readonly count: number;
  readonly unit: string;
}

/** Nothing for what is below zero: clocks may be set back. */
function countUnits(ms: number): UnitCount[] {
  let rest = Math.max(0, ms);
  return UNITS.map(({ ms: size, shown }) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { count, unit: shown };
  });
}

function join(counts: readonly UnitCount[]): string {
  const shown = counts.filter(({ count }) => count > 0);
  return shown.map(({ count, unit }) => `${count} ${unit}`).join(" ") || "0 s";
}

/** Only for a whole number that is less than one of the unit before it. */
function unitBelow(before: number | undefined, digits: string): number | undefined {
  const unit = before === undefined ? undefined : UNIT_BELOW.get(before);
  const fits = unit !== undefined && !digits.includes(".") && Number(digits) * unit < (before ?? 0);
  return fits ? unit : undefined;
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

const BLANKS = " \t\u00A0\u2007\u2009\u202F";
const isBlank = (char: string) => BLANKS.includes(char);
const isDigitOrPoint = (char: string) => (char >= "0" && char <= "9") || char === ".";
const isLetter = (char: string) => char.toLowerCase() >= "a" && char.toLowerCase() <= "z";
