/**
 * Splits a line into words, as chat users expect. Pure, and linear in the text.
 *
 * Blanks separate words. Text in quotes of any pair at the start of a word, or after the `=` of
 * `--flag=`, is one word; in it a backslash makes a quote or a backslash literal. Invisible marks
 * outside of quotes are left out. Everything else is literal: apostrophes, backslashes outside
 * quotes, quotes inside a word.
 */
import { isBlank, isDash, marksLength, withoutMarks } from "./normalise.ts";
import { QuoteReader } from "./quotes.ts";

export interface Word {
  /** Without its quotes. */
  readonly text: string;
  /** Where it stands in the line, quotes and marks included. */
  readonly start: number;
  readonly end: number;
  /** It begins with a quote: never a flag. */
  readonly quoted: boolean;
  /** A quote was opened and never closed; the word then ends at the next blank. */
  readonly unclosed: boolean;
}

/** `names`: texts that are one word, although they have blanks. */
export function splitWords(line: string, names: readonly string[] = []): Word[] {
  const words: Word[] = [];
  const quotes = new QuoteReader(line);
  let at = skipBlanks(line, 0);
  while (at < line.length) {
    const word = readName(line, at, names) ?? readWord(line, at, quotes);
    if (word.text !== "" || word.quoted) words.push(word);
    at = skipBlanks(line, word.end);
  }
  return words;
}

/** The first word, as typed and without regard to quotes, and what follows it. */
export function firstWord(line: string): { word: string; rest: string } {
  const start = skipBlanks(line, 0);
  const end = skipText(line, start);
  return { word: line.slice(start, end), rest: line.slice(end).trim() };
}

/** With what follows it up to the next blank, such as a comma. */
function readName(line: string, start: number, names: readonly string[]): Word | undefined {
  const name = names.find((each) => line.startsWith(each, start));
  if (name === undefined) return undefined;
  const end = skipText(line, start + name.length);
  return { text: line.slice(start, end), start, end, quoted: false, unclosed: false };
}

function readWord(line: string, start: number, quotes: QuoteReader): Word {
  const first = start + marksLength(line, start);
  let text = "";
  let at = first;
  let quoted = false;
  let unclosed = false;
  // After the first "=" of a flag, a quote may open as it may at a word's beginning.
  const equals = isDash(line[first]) ? equalsAt(line, first) : -1;
  while (at < line.length && !isBlank(line, at)) {
    if ((at !== first && at !== equals + 1) || !quotes.opens(at)) {
      const next = at === equals ? at + 1 : plainEnd(line, at, equals);
      text += withoutMarks(line.slice(at, next));
      at = next;
      continue;
    }
    const inner = quotes.read(at);
    if (at === first) quoted = inner !== undefined || !quotes.isSoft(at);
    if (inner === undefined) {
      unclosed ||= !quotes.isSoft(at);
      text += line.charAt(at);
      at += 1;
      continue;
    }
    text += inner.text;
    at = inner.end;
  }
  return { text, start, end: at, quoted, unclosed };
}

/** The first `=` of the word that begins here, -1 for none. */
function equalsAt(line: string, from: number): number {
  for (let at = from; at < line.length && !isBlank(line, at); at++) {
    if (line[at] === "=" || line[at] === "＝") return at;
  }
  return -1;
}

/** Up to the next blank, or to the `=` after which a quote may open; one character at least. */
function plainEnd(line: string, from: number, equals: number): number {
  let at = from + 1;
  while (at < line.length && !isBlank(line, at) && at !== equals) at += 1;
  return at;
}

export function skipBlanks(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line, at)) at += 1;
  return at;
}

function skipText(line: string, from: number): number {
  let at = from;
  while (at < line.length && !isBlank(line, at)) at += 1;
  return at;
}
