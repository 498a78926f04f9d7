/** Lengths of time as people type them: `1h 30m`, `1 hour and 5 minutes`, `1,5h`. Pure. */
import { formatDuration, parseDuration } from "@seabird-chat/runtime";
import { nearest } from "./nearest.ts";
import { numberOfWord, plainNumber, withoutFractions } from "./typed-number.ts";

/** Units that a misspelled one is compared with. */
const UNITS = ["sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "hour"];
const MORE_UNITS = ["hours", "day", "days", "week", "weeks"];

const NUMBER = /^\d+(?:\.\d+)?$/;
/** Between two amounts: `1 hour and 5 minutes`, `1h, 30m`. */
const BETWEEN = /(?<=\p{L})\s*(?:[,&]|,\s+and\s|(?<=\s)and\s)\s*(?=\d)/giu;
const AND = /^(?:and|&)$/i;
const SENTENCE_END = /(?<=\p{L})[.,;!]+$/u;
const CLOCK = /^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$/;
/** `half an hour`, `a quarter of an hour`, `two hours`. */
const IN_WORDS = /^(?:(?:a )?(quarter) of an?|(half)(?: an?)?|(\p{L}+)) (\p{L}+)$/u;
const LONGEST_PHRASE = 5;
const QUARTER = 0.25;

/** Milliseconds, or undefined. */
export function readDuration(typed: string): number | undefined {
  return parseDuration(plain(typed));
}

/**
 * How many of these words, the first included, are one length of time: a number and its unit, and
 * smaller parts behind it (`1 h 30 min`, `1 hour and 5 minutes`) if `mayContinue`. 1 at least.
 */
export function durationSpan(words: readonly string[], mayContinue: boolean): number {
  let end = 0;
  let smallest = Number.POSITIVE_INFINITY;
  while (end === 0 || mayContinue) {
    const from = end > 0 && AND.test(words[end] ?? "") ? end + 1 : end;
    const part = partAt(words, from);
    if (part === undefined || part.largest >= smallest) break;
    end = from + part.words;
    smallest = part.smallest;
  }
  return end > 0 ? end : phraseLength(words);
}

/** What somebody may have meant who typed what is no length of time, such as `half an hour` or `5`. */
export function durationsNear(typed: string): string[] {
  const text = plain(withoutFractions(typed));
  const phrase = inWords(text);
  if (phrase !== undefined) return [formatDuration(phrase)];
  if (NUMBER.test(text)) return [`${text}s`, `${text}m`, `${text}h`];
  const [isClock, first, second, third] = CLOCK.exec(text) ?? [];
  if (isClock !== undefined) {
    if (third !== undefined) return [`${first}h${second}m${third}s`];
    return [`${first}h${second}m`, `${first}m${second}s`];
  }
  const comma = text.replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
  if (comma !== text) return [comma, text.replace(",", ".")];
  return [text.replace(/\p{L}{2,}/gu, (unit) => nearest(unit, [...UNITS, ...MORE_UNITS]) ?? unit)];
}

function plain(typed: string): string {
  return plainNumber(typed).replace(SENTENCE_END, "").replace(BETWEEN, " ");
}

/** One word (`1h30m`) or two (`5 min`), with its largest and its smallest unit in milliseconds. */
function partAt(words: readonly string[], from: number) {
  const first = plain(words[from] ?? "");
  const isTwo = NUMBER.test(first);
  const text = isTwo ? `${first} ${plain(words[from + 1] ?? "")}` : first;
  // A number at the end is of a smaller unit: nothing goes on behind it.
  if (parseDuration(text) === undefined) return undefined;
  const units = text.match(/\p{L}+/gu) ?? [];
  const smallest = /\d$/.test(text) ? 0 : unitMs(units.at(-1));
  return { words: isTwo ? 2 : 1, largest: unitMs(units[0]), smallest };
}

function unitMs(unit = ""): number {
  return parseDuration(`1${unit}`) ?? 0;
}

function phraseLength(words: readonly string[]): number {
  for (let length = Math.min(words.length, LONGEST_PHRASE); length > 1; length--) {
    if (inWords(words.slice(0, length).map(plain).join(" ")) !== undefined) return length;
  }
  return 1;
}

function inWords(text: string): number | undefined {
  const [, quarter, half, word = "", unit] = IN_WORDS.exec(text.toLowerCase()) ?? [];
  if (unit === undefined) return undefined;
  const amount = quarter === undefined ? numberOfWord(half ?? word) : QUARTER;
  const ms = unitMs(unit);
  return amount === undefined || ms === 0 ? undefined : amount * ms;
}
