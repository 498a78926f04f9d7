/**
 * Makes text from a chat network harmless to a terminal: control characters, escape sequences
 * and the marks that reorder a line become visible. One line in, one line out.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** JSON that is harmless to a terminal too. It reads as the same document. */
export function safeJson(document: unknown, indent?: number): string {
  const json = JSON.stringify(document, undefined, indent);
  return json.replace(UNSAFE, (character) => {
    if (character === "\n") return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** For messages that quote arguments, files and networks, and may have several lines. */
export function safeLines(text: string): string {
  return text.split("\n").map(safeText).join("\n");
}

export function safeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\n") return "⏎";
    if (character === "\t") return " ";
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return "\ufffd";
  });
}
