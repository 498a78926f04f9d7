/**
 * Removes what keyboards add to a text before it is compared: invisible marks, wide characters,
 * decomposed letters, digits of other scripts, long dashes. Pure, idempotent, linear in the text;
 * text in ASCII comes back as it is. The table in docs/commands.md lists where each applies.
 */

const BEYOND_ASCII = /[^\p{ASCII}]/u;
/**
 * Zero-width characters, direction marks, soft hyphens, variation selectors, byte order marks. Not
 * the two overrides of direction, which show a text as another one.
 */
const MARK = /[\p{Default_Ignorable_Code_Point}--[\u202D\u202E]]/gv;
/** Marks that change how the character before them looks: joiners, variation selectors, tags. */
const SHAPING_MARK = /\u200C|\u200D|[\uFE00-\uFE0F]|[\u{E0020}-\u{E007F}]|[\u{E0100}-\u{E01EF}]/u;
/** Encloses the digit before it in a key. */
const KEYCAP = "\u20E3";
/** Full-width ASCII, and half-width katakana with its voice marks. */
const OTHER_WIDTH = /[\uFF01-\uFF5E\uFF66-\uFF9F]+/g;
const OTHER_DIGIT = /[\p{Nd}--[0-9]]/gv;
const DIGIT = /\p{Nd}/u;
/** Hyphens, dashes and the minus sign, in every width. */
const DASH = /[-\u2010-\u2015\u2212\u2E3A\u2E3B\uFE58\uFE63\uFF0D]/g;
/** What ends a sentence behind the name of a command: `!ping!`. */
const SENTENCE_END = ".,:;!?…。、！？";
/** A byte order mark is a blank in JavaScript, but nobody sees it. */
const BLANK = /[\s--\uFEFF]/v;
const LAST_ASCII = 0x7f;

export function isAscii(text: string): boolean {
  return !BEYOND_ASCII.test(text);
}

/** For comparing: without marks, in ASCII's width and digits, composed (NFC). */
export function normalise(text: string): string {
  if (isAscii(text)) return text;
  return foldWidth(text.replace(MARK, "")).replace(OTHER_DIGIT, asciiDigit).normalize("NFC");
}

/** For comparing without regard to case; locale-independent, and `İ` is `i`. */
export function foldCase(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return normalise(text).replaceAll("İ", "i").toLowerCase().normalize("NFC");
}

/** Merges also what capitals merge: `ß` and `ss`, `ı` and `i`, `ς` and `σ`. */
export function foldLoosely(text: string): string {
  const folded = foldCase(text);
  if (isAscii(folded)) return folded;
  return folded.toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFC");
}

/** For typed words that a handler gets: keeps marks that shape a character beyond ASCII. */
export function withoutMarks(text: string): string {
  if (isAscii(text) || text.search(MARK) < 0) return text;
  let kept = "";
  // By itself: to look at the end of a text that grows, it would be copied each time.
  let last = "";
  let at = 0;
  for (const char of text) {
    at += char.length;
    if (char.search(MARK) < 0 || (SHAPING_MARK.test(char) && isShaped(last, text[at]))) {
      kept += char;
      last = char;
    }
  }
  return kept;
}

/** The name of a typed command: still in its case and its digits. */
export function typedName(text: string): string {
  if (isAscii(text)) return text;
  return withoutMarks(foldWidth(text).normalize("NFC")).normalize("NFC");
}

/** Without the punctuation at its end; as it is if there is nothing else. */
export function withoutSentenceEnd(text: string): string {
  const whole = text.replace(MARK, "");
  let end = whole.length;
  while (end > 0 && SENTENCE_END.includes(whole.charAt(end - 1))) end -= 1;
  return end === 0 ? text : whole.slice(0, end);
}

/** A number as typed, with ASCII's digits and minus sign. */
export function normaliseNumber(text: string): string {
  return isAscii(text) ? text : normalise(text).replace(DASH, "-");
}

export function isDash(char: string | undefined): boolean {
  return char !== undefined && char.search(DASH) >= 0;
}

export function isBlank(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit > LAST_ASCII) return BLANK.test(text.charAt(at));
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

/** The length of the marks at this place, 0 for none. */
export function marksLength(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) > LAST_ASCII) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (char.search(MARK) < 0) break;
    at += char.length;
  }
  return at - from;
}

/** Characters of a text that are looked at for each one of what it should begin with. */
const MAX_TYPED_PER_CHARACTER = 4;
/** A longer beginning is found as it is written only: the work grows with its square. */
const MAX_START_CHARACTERS = 128;

/**
 * The length (UTF-16) of the text's beginning that is `length` characters long when normalised
 * and that `fits`, marks behind it included; undefined if there is none.
 */
export function lengthOfStart(
  text: string,
  length: number,
  fits: (start: string) => boolean,
): number | undefined {
  if (isAscii(text.slice(0, length + 1))) {
    return text.length >= length && fits(text.slice(0, length)) ? length : undefined;
  }
  if (length > MAX_START_CHARACTERS) {
    return text.length >= length && fits(text.slice(0, length))
      ? length + marksLength(text, length)
      : undefined;
  }
  let end = 0;
  for (const char of text.slice(0, (length + 1) * MAX_TYPED_PER_CHARACTER)) {
    end += char.length;
    const start = normalise(text.slice(0, end));
    if (start.length > length) return undefined;
    if (start.length === length && fits(start)) return end + marksLength(text, end);
  }
  return undefined;
}

/** The length (UTF-16) of the prefix at the text's beginning, undefined if there is none. */
export function prefixLength(text: string, prefix: string): number | undefined {
  if (prefix === "") return undefined;
  if (text.startsWith(prefix)) return prefix.length + marksLength(text, prefix.length);
  const wanted = foldCase(prefix);
  return lengthOfStart(text, normalise(prefix).length, (start) => foldCase(start) === wanted);
}

function foldWidth(text: string): string {
  return text.replace(OTHER_WIDTH, (run) => run.normalize("NFKC"));
}

function isShaped(before: string, next: string | undefined): boolean {
  return before.charCodeAt(before.length - 1) > LAST_ASCII || next === KEYCAP;
}

/** Digits stand in tens, from zero to nine, in every script. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}
