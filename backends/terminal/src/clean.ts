/** Makes foreign text harmless in a terminal. Pure. */

/** Everything that moves the cursor, starts an escape sequence, or turns the reading direction. */
const HARMFUL = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** One line: line breaks and tabs become spaces, other control characters go away. */
export function cleanLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\r\n\t\v\f\u2028\u2029]+/g, " ")
    .replace(HARMFUL, "");
}

/** Several lines, each of them clean. */
export function cleanLines(text: string): readonly string[] {
  return text.split(/\r\n|[\r\n\v\f\u2028\u2029]/).map(cleanLine);
}

/** The beginning of a text, in memory of its own: a slice would keep the whole text. */
export function cutCopy(text: string, maxCharacters: number): string {
  return Buffer.from(text.slice(0, maxCharacters)).toString();
}
