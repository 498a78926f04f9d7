/** Characters in names that make them, or the text around them, look like something else. */

/** Control characters, line breaks, lone surrogates and what changes the direction of a text. */
const MISLEADING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const EACH = new RegExp(MISLEADING, "gu");
const HEX = 16;

/** Whether a name holds control characters, line breaks, lone surrogates or marks of direction. */
export function isMisleading(name: string): boolean {
  return MISLEADING.test(name);
}

/** The name with such characters by their numbers, `\\u{202E}`, so that an error can show it. */
export function escapeMisleading(name: string): string {
  return name.replace(EACH, (character) => {
    return `\\u{${character.charCodeAt(0).toString(HEX).toUpperCase()}}`;
  });
}
