/** Splits lines to a maximum length: between words, never within a character or code. Pure. */

import { byteLength } from "../message/line.ts";
import { changeCodes, PLAIN, type Style } from "./codes.ts";
import type { TextLine } from "./render.ts";
import { plainRuns, type Run, type Span, sliceRuns, writeRuns } from "./runs.ts";

/** The least length of a line: enough for a quote's mark, formatting and a word. */
export const MIN_SPLIT_BYTES = 64;

const QUOTE = "> ";
/** Marks for nested quotes, at most. */
const MAX_QUOTES = 5;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * The lines as they are sent, each at most `maxBytes` of UTF-8.
 *
 * A longer line is split at the last space that fits, else between two graphemes, else (a grapheme
 * can be longer than a line) between two code points. Formatting that is on at a split is turned on
 * again, since every message of IRC begins plain, and the mark of a quote is repeated.
 */
export function splitLines(lines: readonly TextLine[], maxBytes: number): string[] {
  const limit = Math.max(maxBytes, MIN_SPLIT_BYTES);
  return lines.flatMap((line) => splitLine(line, limit));
}

function splitLine({ runs, quotes, verbatim }: TextLine, maxBytes: number): string[] {
  const mark = QUOTE.repeat(Math.min(quotes, MAX_QUOTES));
  const textBytes = maxBytes - byteLength(mark);
  const line = verbatim ? runs : withoutTail(runs);
  const whole = writeRuns(line);
  if (byteLength(whole) <= textBytes) return [mark + whole];
  const spans = cut(atomsOf(line, textBytes), textBytes, verbatim);
  return sliceRuns(line, spans).map((part) => mark + writeRuns(part));
}

function withoutTail(runs: readonly Run[]): readonly Run[] {
  const [whole = []] = sliceRuns(runs, [{ start: 0, end: plainRuns(runs).trimEnd().length }]);
  return whole;
}

/** A piece that is not split: a character as users see it, with the codes in it. */
interface Atom {
  readonly start: number;
  readonly end: number;
  /** Of its text and the codes in it. */
  readonly bytes: number;
  /** Of the codes between the previous atom and it. */
  readonly codesBefore: number;
  /** Of the codes before it at the beginning of a line. */
  readonly codesToOpen: number;
  readonly isSpace: boolean;
}

function atomsOf(runs: readonly Run[], maxBytes: number): Atom[] {
  const text = plainRuns(runs);
  const styles = stylesOf(runs);
  const atoms: Atom[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const atom = atomAt(segment, index, styles);
    if (atom.bytes + atom.codesToOpen <= maxBytes) {
      atoms.push(atom);
      continue;
    }
    let at = index;
    for (const point of segment) {
      atoms.push(atomAt(point, at, styles));
      at += point.length;
    }
  }
  return atoms;
}

/** The style of each code unit. */
function stylesOf(runs: readonly Run[]): Style[] {
  return runs.flatMap(({ text, style }) => new Array<Style>(text.length).fill(style));
}

function atomAt(part: string, start: number, styles: readonly Style[]): Atom {
  const end = start + part.length;
  let bytes = byteLength(part);
  for (let at = start + 1; at < end; at++) bytes += codeBytes(styles[at - 1], styles[at]);
  return {
    start,
    end,
    bytes,
    codesBefore: codeBytes(styles[start - 1], styles[start]),
    codesToOpen: codeBytes(PLAIN, styles[start]),
    isSpace: part === " ",
  };
}

/** Each code is one byte. */
function codeBytes(from: Style = PLAIN, to: Style = PLAIN): number {
  return from === to ? 0 : changeCodes(from, to).length;
}

/** Spans that fit. Spaces at a split are dropped unless `keepSpaces`. */
function cut(atoms: readonly Atom[], maxBytes: number, keepSpaces: boolean): Span[] {
  const spans: Span[] = [];
  for (let from = 0; from < atoms.length; ) {
    const upTo = fitting(atoms, from, maxBytes);
    const end = upTo === atoms.length ? upTo : wordEnd(atoms, from, upTo, keepSpaces);
    spans.push({ start: atoms[from]?.start ?? 0, end: atoms[end - 1]?.end ?? 0 });
    from = end;
    if (!keepSpaces) while (atoms[from]?.isSpace === true) from += 1;
  }
  return spans;
}

/** The index after the last atom that fits into a line from `from` on; at least one does. */
function fitting(atoms: readonly Atom[], from: number, maxBytes: number): number {
  let bytes = 0;
  for (let at = from; at < atoms.length; at++) {
    const atom = atoms[at];
    if (atom === undefined) break;
    bytes += atom.bytes + (at === from ? atom.codesToOpen : atom.codesBefore);
    if (bytes > maxBytes && at > from) return at;
  }
  return atoms.length;
}

/** The index after the last whole word before `upTo`, or `upTo` if there is only one. */
function wordEnd(atoms: readonly Atom[], from: number, upTo: number, keepSpaces: boolean): number {
  // A space at the split is dropped or, in code, kept at the end of this line.
  let at = upTo;
  if (keepSpaces) while (at > from && atoms[at - 1]?.isSpace === false) at -= 1;
  else while (at > from && atoms[at]?.isSpace === false) at -= 1;
  if (!keepSpaces) while (at > from && atoms[at - 1]?.isSpace === true) at -= 1;
  return hasWord(atoms, from, at) ? at : upTo;
}

function hasWord(atoms: readonly Atom[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (atoms[at]?.isSpace === false) return true;
  return false;
}
