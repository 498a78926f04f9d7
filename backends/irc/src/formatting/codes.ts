/** The control codes with which IRC clients format text. Pure. */

export const CODES = {
  bold: "\x02",
  italics: "\x1d",
  underline: "\x1f",
  strikethrough: "\x1e",
  monospace: "\x11",
} as const;

/** A style that a code turns on and off. */
export type Toggle = keyof typeof CODES;

export const TOGGLES = Object.keys(CODES) as readonly Toggle[];

const RESET = "\x0f";
const REVERSE = "\x16";
const COLOUR = "\x03";
const HEX_COLOUR = "\x04";

/** The styles that are on at some point of a line. Colours and reverse are ignored. */
export type Style = ReadonlySet<Toggle>;

export const PLAIN: Style = new Set();

const TOGGLE_OF = new Map<string, Toggle>(TOGGLES.map((name) => [CODES[name], name]));

/** The first code unit of every code, and of every other control character, is below this. */
const FIRST_PRINTABLE = 0x20;

const DIGITS = /(\d{1,2})(,\d{1,2})?/y;
const HEX_DIGITS = /[0-9a-fA-F]{6}(,[0-9a-fA-F]{6})?/y;

/** Code units of the code at `index`, a colour's digits included; 0 if there is none. */
export function codeLength(text: string, index: number): number {
  const char = text.charAt(index);
  if (char === COLOUR) return 1 + matchLength(DIGITS, text, index + 1);
  if (char === HEX_COLOUR) return 1 + matchLength(HEX_DIGITS, text, index + 1);
  return char === RESET || char === REVERSE || TOGGLE_OF.has(char) ? 1 : 0;
}

function matchLength(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** The style after a code. */
export function applyCode(style: Style, code: string): Style {
  const char = code.charAt(0);
  if (char === RESET) return PLAIN;
  const toggle = TOGGLE_OF.get(char);
  if (toggle === undefined) return style;
  const after = new Set(style);
  if (!after.delete(toggle)) after.add(toggle);
  return after;
}

/** The codes that change one style into another. */
export function changeCodes(from: Style, to: Style): string {
  let codes = "";
  for (const toggle of TOGGLES) if (from.has(toggle) !== to.has(toggle)) codes += CODES[toggle];
  return codes;
}

/** Text without codes, or one code. */
export interface Piece {
  readonly text: string;
  readonly code: string;
}

/** Splits a text into its codes and the text between them. */
export function* scan(text: string): Generator<Piece, void, void> {
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const length = text.charCodeAt(at) < FIRST_PRINTABLE ? codeLength(text, at) : 0;
    if (length === 0) {
      at += 1;
      continue;
    }
    if (at > from) yield { text: text.slice(from, at), code: "" };
    yield { text: "", code: text.slice(at, at + length) };
    at += length;
    from = at;
  }
  if (from < text.length) yield { text: text.slice(from), code: "" };
}

/** The text without formatting and other control characters, except tabs. */
export function stripCodes(text: string): string {
  let plain = "";
  for (const piece of scan(text)) plain += stripControls(piece.text);
  return plain;
}

/** Characters of a reason that are kept. */
const MAX_REASON = 300;

/** A server's reason for the log or for a caller: plain, well-formed and at most 300 characters. */
export function plainReason(text: string): string {
  return stripCodes(text).slice(0, MAX_REASON).toWellFormed();
}

/** The text without control characters, except tabs. */
export function stripControls(text: string): string {
  let clean = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isControl(code)) continue;
    clean += text.slice(from, at);
    from = at + 1;
  }
  return clean + text.slice(from);
}

/** C1 controls too: to a terminal U+009B starts a command. */
function isControl(code: number): boolean {
  return (code < FIRST_PRINTABLE && code !== 0x09) || (code >= 0x7f && code <= 0x9f);
}
