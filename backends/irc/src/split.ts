/** Cuts a text into lines that fit: at word ends, never within a character, formatting kept. Pure. */
import { codeLength, openingCodes, PLAIN, stripCodes, styleAfter } from "./codes.ts";
import { byteLength, utf8Cut } from "./line.ts";

/** Below this no line would hold formatting and a word; what fits less is cut to it. */
export const MIN_SPLIT_BYTES = 64;

/** Longest colour code, in code units: \x04, two times six digits, a comma. */
const LONGEST_CODE = 14;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * The lines of a text, each at most `maxBytes` of UTF-8.
 *
 * A line break in the text ends a line, and a line with nothing to see is dropped. A longer line
 * is cut at the last space that fits, else between two graphemes, else (one grapheme can be
 * longer than any line) between two code points. Formatting that is open at a cut is opened
 * again, since every message of IRC begins plain.
 */
export function splitText(text: string, maxBytes: number): string[] {
  const room = Math.max(maxBytes, MIN_SPLIT_BYTES);
  return text
    .toWellFormed()
    .replaceAll("\0", "")
    .split(/\r\n|\r|\n/)
    .flatMap((line) => splitLine(line, room));
}

function splitLine(line: string, maxBytes: number): string[] {
  const lines: string[] = [];
  let style = PLAIN;
  for (let rest = line; rest !== ""; ) {
    const opening = openingCodes(style, rest);
    const cut = cutPoint(rest, maxBytes - byteLength(opening));
    const piece = rest.slice(0, cut);
    if (stripCodes(piece).trim() !== "") lines.push((opening + piece).replace(/ +$/, ""));
    style = styleAfter(style, piece);
    rest = rest.slice(cut).replace(/^ +/, "");
  }
  return lines;
}

/** The index before which `text` is cut so that the first part fits into `room` bytes. */
function cutPoint(text: string, room: number): number {
  if (text.length <= room && byteLength(text) <= room) return text.length;
  const limit = beforeCode(text, utf8Cut(text, room));
  const space = text.lastIndexOf(" ", limit);
  const firstWord = text.search(/[^ ]/);
  if (firstWord !== -1 && space > firstWord) return space;
  return beforeGrapheme(text, limit);
}

/** A code is not cut apart: its digits would become text. */
function beforeCode(text: string, index: number): number {
  for (let at = index - 1; at > 0 && at > index - LONGEST_CODE; at--) {
    if (at + codeLength(text, at) > index) return at;
  }
  return index;
}

function beforeGrapheme(text: string, index: number): number {
  // Whether two code points belong together is settled by what stands before and the one after.
  const segment = graphemes.segment(text.slice(0, index + 2)).containing(index);
  const start = segment?.index ?? index;
  return start > 0 ? start : index;
}
