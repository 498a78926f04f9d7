/**
 * Splits a line into words, as chat users expect. Pure, and linear in the text.
 *
 * Spaces separate words. Text in double quotes (straight or curly) at the start of a word, or
 * after the `=` of `--flag=`, is one word; in it `\"` is a quote and `\\` a backslash. Everything
 * else is literal: apostrophes, backslashes outside quotes, quotes inside a word.
 */

export interface Word {
  /** Without its quotes. */
  readonly text: string;
  /** Where it stands in the line, quotes included. */
  readonly start: number;
  readonly end: number;
  /** It begins with a quote: never a flag. */
  readonly quoted: boolean;
  /** A quote was opened and never closed; the word then ends at the next blank. */
  readonly unclosed: boolean;
}

/** Opening quote → closing quote. */
const QUOTES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["“", "”"],
]);

export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  const hopeless = new Set<string>();
  let at = skipBlanks(line, 0);
  while (at < line.length) {
    const word = readWord(line, at, hopeless);
    words.push(word);
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

/** `hopeless` holds the closing quotes that were looked for to the line's end in vain. */
function readWord(line: string, start: number, hopeless: Set<string>): Word {
  let text = "";
  let at = start;
  let unclosed = false;
  const quoted = QUOTES.has(line.charAt(start));
  // After the first "=" of a flag, a quote may open as it may at a word's beginning.
  const equals = line[start] === "-" ? line.indexOf("=", start) : -1;
  while (at < line.length && !isBlank(line, at)) {
    const opens = QUOTES.get(line.charAt(at));
    if (opens === undefined || (at !== start && at !== equals + 1)) {
      const next = plainEnd(line, at);
      text += line.slice(at, next);
      at = next;
      continue;
    }
    const inner = hopeless.has(opens) ? undefined : readQuoted(line, at + 1, opens);
    if (inner === undefined) {
      hopeless.add(opens);
      unclosed = true;
      text += line.charAt(at);
      at += 1;
      continue;
    }
    text += inner.text;
    at = inner.end;
  }
  return { text, start, end: at, quoted, unclosed };
}

/** Up to the next blank or `=`, after which a quote may open; one character at least. */
function plainEnd(line: string, from: number): number {
  let at = from + 1;
  if (line[from] === "=") return at;
  while (at < line.length && !isBlank(line, at) && line[at] !== "=") at += 1;
  return at;
}

function readQuoted(
  line: string,
  from: number,
  closing: string,
): { text: string; end: number } | undefined {
  let text = "";
  let copied = from;
  for (let at = from; at < line.length; at++) {
    const char = line[at];
    if (char === closing) return { text: text + line.slice(copied, at), end: at + 1 };
    const next = line[at + 1];
    if (char === "\\" && (next === closing || next === "\\")) {
      text += line.slice(copied, at);
      copied = at + 1;
      at += 1;
    }
  }
  return undefined;
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line, at)) at += 1;
  return at;
}

function skipText(line: string, from: number): number {
  let at = from;
  while (at < line.length && !isBlank(line, at)) at += 1;
  return at;
}

const LAST_ASCII = 0x7f;
const WHITESPACE = /\s/;

function isBlank(line: string, at: number): boolean {
  const unit = line.charCodeAt(at);
  if (unit > LAST_ASCII) return WHITESPACE.test(line.charAt(at));
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}
