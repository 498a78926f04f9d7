/** Text in a line of IRC: decoded, measured, cut, and names compared. Pure. */
import { isUtf8 } from "node:buffer";

/** Bytes of a line without CR, LF and tags (RFC 2812, 2.3). */
export const MAX_LINE_BYTES = 510;

/** Bytes of a channel's or user's name: more than any network allows, and leaves room for text in a line. */
export const MAX_NAME_BYTES = 200;

const CR = 0x0d;
const SPACE = 0x20;
const AT = 0x40;
const MAX_CHARACTER_BYTES = 4;
const windows1252 = new TextDecoder("windows-1252");

/**
 * Decodes a line as UTF-8. Bytes that are not UTF-8 are read as Windows-1252, which old clients send,
 * each by itself: the channel's name may be UTF-8 and the text not. Carriage returns are dropped.
 */
export function decodeLine(bytes: Buffer): string {
  // There may be further ones than that at the end, and they have no meaning.
  return decode(bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes).replaceAll("\r", "");
}

function decode(line: Buffer): string {
  if (isUtf8(line)) return line.toString("utf8");
  // Servers cut long lines, even within a character. Tags do not count for that.
  const tagBytes = line[0] === AT ? line.indexOf(SPACE) + 1 : 0;
  const mayBeCut = line.length - tagBytes >= MAX_LINE_BYTES - MAX_CHARACTER_BYTES;
  for (let cut = 1; cut <= (mayBeCut ? MAX_CHARACTER_BYTES - 1 : 0); cut++) {
    const part = line.subarray(0, line.length - cut);
    if (isUtf8(part)) return part.toString("utf8");
  }
  return decodeMixed(line);
}

function decodeMixed(bytes: Buffer): string {
  let text = "";
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += bytes.toString("utf8", start, at) + windows1252.decode(bytes.subarray(at, at + 1));
    at += 1;
    start = at;
  }
  return text + bytes.toString("utf8", start);
}

/** Bytes of the UTF-8 character at that place; 0 if there is none. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const character = bytes.subarray(at, at + length);
  return character.length === length && isUtf8(character) ? length : 0;
}

/** Length in UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** How many code units of `text` fit into `maxBytes` of UTF-8 without cutting a code point. */
export function utf8Cut(text: string, maxBytes: number): number {
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > maxBytes) break;
    at += point < 0x10000 ? 1 : 2;
  }
  return at;
}

/** The last character that counts as a capital letter, by CASEMAPPING. */
const LAST_CAPITAL = new Map([
  ["ascii", 0x5a],
  ["strict-rfc1459", 0x5d],
  ["rfc1459", 0x5e],
]);
const LAST_LETTER = 0x5a;

/**
 * The form of a channel's or user's name in which equal names are equal strings. With an unknown
 * CASEMAPPING only the letters a to z are folded, so that nobody is mistaken for somebody else.
 */
export function foldName(name: string, caseMapping: string): string {
  const last = LAST_CAPITAL.get(caseMapping) ?? LAST_LETTER;
  let folded = "";
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    folded += code >= 0x41 && code <= last ? String.fromCharCode(code + 0x20) : name.charAt(at);
  }
  return folded;
}
