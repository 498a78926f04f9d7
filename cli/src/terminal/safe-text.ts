/**
 * Makes text from a chat network harmless to a terminal: control characters, escape sequences
 * and the marks that reorder a line become visible. One line in, one line out.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

export function safeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\n") return "⏎";
    if (character === "\t") return " ";
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return "\ufffd";
  });
}
