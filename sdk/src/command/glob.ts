/** Patterns with `*` for any run of characters. Pure, and linear in the text. */

/** What stands between the stars: `a*b` is `["a", "b"]`, and a text without stars is itself. */
export type Glob = readonly string[];

/** Looks for each piece once, so that a pattern of many stars is not slow. */
export function matchesGlob(pieces: Glob, text: string): boolean {
  const [first = "", ...others] = pieces;
  if (others.length === 0) return first === text;
  const last = others.pop() ?? "";
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
