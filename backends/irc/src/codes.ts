/** The control codes by which IRC clients format text, and what is open after some of them. Pure. */

export const CODES = {
  bold: "\x02",
  italics: "\x1d",
  underline: "\x1f",
  strikethrough: "\x1e",
  monospace: "\x11",
} as const;

/** What a code turns on, and off again. */
export type Toggle = keyof typeof CODES;

export const TOGGLES = Object.keys(CODES) as readonly Toggle[];

export const RESET = "\x0f";
const REVERSE = "\x16";
const COLOUR = "\x03";
const HEX_COLOUR = "\x04";

/** Formatting that is open at some point of a line. `colour` is a whole code, digits included. */
export interface Style {
  readonly toggles: ReadonlySet<Toggle>;
  readonly reverse: boolean;
  readonly colour: string;
}

export const PLAIN: Style = { toggles: new Set(), reverse: false, colour: "" };

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

/** The style after one code, which begins with its control character. */
export function applyCode(style: Style, code: string): Style {
  const char = code.charAt(0);
  if (char === RESET) return PLAIN;
  if (char === REVERSE) return { ...style, reverse: !style.reverse };
  if (char === COLOUR || char === HEX_COLOUR) {
    return { ...style, colour: code.length > 1 ? twoDigits(code) : "" };
  }
  const toggle = TOGGLE_OF.get(char);
  if (toggle === undefined) return style;
  const toggles = new Set(style.toggles);
  if (!toggles.delete(toggle)) toggles.add(toggle);
  return { ...style, toggles };
}

/** A digit of the text that follows must not be read as the colour's second one. */
function twoDigits(code: string): string {
  if (code.charAt(0) !== COLOUR) return code;
  const numbers = code.slice(1).split(",");
  return COLOUR + numbers.map((number) => number.padStart(2, "0")).join(",");
}

/** The style at the end of a text that begins in `style`. */
export function styleAfter(style: Style, text: string): Style {
  let after = style;
  for (const { code } of scan(text)) {
    if (code !== "") after = applyCode(after, code);
  }
  return after;
}

/** The codes that open `style` at the beginning of a line, where nothing is open. */
export function openingCodes(style: Style, following: string): string {
  let codes = "";
  for (const toggle of TOGGLES) if (style.toggles.has(toggle)) codes += CODES[toggle];
  if (style.reverse) codes += REVERSE;
  if (style.colour === "") return codes;
  // A comma after a colour would be read as the beginning of its background: two codes that
  // undo each other keep them apart.
  const apart = following.startsWith(",") ? CODES.bold + CODES.bold : "";
  return codes + style.colour + apart;
}

/** A stretch of text without codes, or one code. */
export interface Piece {
  readonly text: string;
  readonly code: string;
}

/** Cuts a text into its codes and what stands between them. */
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

/** The text without any formatting or other control characters but the tab. */
export function stripCodes(text: string): string {
  let plain = "";
  for (const piece of scan(text)) plain += stripControls(piece.text);
  return plain;
}

/** The text without control characters but the tab. */
export function stripControls(text: string): string {
  let clean = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code >= FIRST_PRINTABLE && code !== 0x7f) || code === 0x09) continue;
    clean += text.slice(from, at);
    from = at + 1;
  }
  return clean + text.slice(from);
}
