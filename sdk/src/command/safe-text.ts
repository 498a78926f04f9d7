/** Makes typed input safe to repeat: short, one line, no hidden characters. Pure. */
import { MAX_SHOWN_CHARACTERS } from "./command-limits.ts";

/** Cut first, so that long input costs nothing. A code point has up to two units. */
const MAX_SHOWN_UNITS = MAX_SHOWN_CHARACTERS * 2 + 2;

/** Controls and line ends. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** These, direction marks and other format characters, and lone surrogates; not joiners. */
const HIDDEN = /[[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]--[\u200C\u200D]]/gv;

/** In quotes: `"x"`; cut at 40 characters with `…`; each hidden character is one `�`. */
export function quoteInput(typed: string): string {
  const points = Array.from(typed.slice(0, MAX_SHOWN_UNITS));
  const whole = typed.length <= MAX_SHOWN_UNITS && points.length <= MAX_SHOWN_CHARACTERS;
  const kept = whole ? points : points.slice(0, MAX_SHOWN_CHARACTERS - 1);
  return `"${kept.join("").replace(HIDDEN, "\uFFFD")}${whole ? "" : "…"}"`;
}

/** Whether a text has characters that `quoteInput` replaces. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/** Whether a text has line breaks or other control characters. */
export function hasControls(text: string): boolean {
  return CONTROLS.test(text);
}
