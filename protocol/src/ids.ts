/**
 * Ids: how a backend, and what lives inside it, is named.
 *
 * Backends speak relative ids ("#chan"), plugins absolute ones ("irc://seabird/%23chan"). The
 * written form is exact to the byte, because configurations in the field store it; reading is
 * lenient (protocol: "IDs").
 *
 * A lone surrogate has no UTF-8 form. It is written and read as U+FFFD, as it would be on the
 * wire, so `parseId(absoluteId(backend, x))` gives `x.toWellFormed()` for every string.
 */

/** What names a backend: its network's kind ("irc") and its own id, both unescaped. */
export interface BackendName {
  readonly type: string;
  readonly id: string;
}

/** A parsed absolute id: a backend and something inside it, all parts unescaped. */
export interface AbsoluteId extends BackendName {
  readonly relative: string;
}

const SCHEME_END = "://";
const LAST_ASCII = 0x7f;
const NOT_PLAIN = /[^A-Za-z0-9]/;
const ESCAPE_RUNS = /(?:%[0-9A-Fa-f]{2})+/g;
const encoder = new TextEncoder();

/** The written form of each byte: itself for `[A-Za-z0-9]`, else `%XX` in upper case. */
const BYTE_FORMS: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (!NOT_PLAIN.test(char)) return char;
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** Escapes one part of an id: every UTF-8 byte outside `[A-Za-z0-9]` becomes `%XX`. */
export function encodePart(part: string): string {
  if (!NOT_PLAIN.test(part)) return part;
  let encoded = "";
  for (let i = 0; i < part.length; i++) {
    const unit = part.charCodeAt(i);
    if (unit > LAST_ASCII) return encoded + encodeBytes(part.slice(i));
    encoded += BYTE_FORMS[unit];
  }
  return encoded;
}

/** Calling the encoder costs more than most names do, so it is left to the rest of a few. */
function encodeBytes(rest: string): string {
  let encoded = "";
  for (const byte of encoder.encode(rest)) encoded += BYTE_FORMS[byte];
  return encoded;
}

/** The absolute id of a backend: `irc://seabird`. */
export function backendId(backend: BackendName): string {
  return encodePart(backend.type) + SCHEME_END + encodePart(backend.id);
}

/** The absolute id of something inside a backend: `irc://seabird/%23chan`. */
export function absoluteId(backend: BackendName, relative: string): string {
  return `${backendId(backend)}/${encodePart(relative)}`;
}

/**
 * Reads a backend's id. Everything after the first `://` is the backend's own id, slashes
 * included. Undefined if there is no `://`, or if the parts are not UTF-8.
 */
export function parseBackendId(text: string): BackendName | undefined {
  const typeEnd = text.indexOf(SCHEME_END);
  if (typeEnd < 0) return undefined;
  const type = decodePart(text.slice(0, typeEnd));
  const id = decodePart(text.slice(typeEnd + SCHEME_END.length));
  if (type === undefined || id === undefined) return undefined;
  return { type, id };
}

/**
 * Reads the id of something inside a backend: split at the first `://`, then at the first `/`.
 * Parts may be empty (`irc://a/` has an empty relative part) but not missing: `irc` and
 * `irc://chat` are undefined, and so is what is not UTF-8 once its escapes are decoded.
 */
export function parseId(text: string): AbsoluteId | undefined {
  const typeEnd = text.indexOf(SCHEME_END);
  if (typeEnd < 0) return undefined;
  const idStart = typeEnd + SCHEME_END.length;
  const idEnd = text.indexOf("/", idStart);
  if (idEnd < 0) return undefined;
  const type = decodePart(text.slice(0, typeEnd));
  const id = decodePart(text.slice(idStart, idEnd));
  const relative = decodePart(text.slice(idEnd + 1));
  if (type === undefined || id === undefined || relative === undefined) return undefined;
  return { type, id, relative };
}

/** Decodes one part; a bad escape stays as it is; undefined if the result is not UTF-8. */
function decodePart(part: string): string | undefined {
  if (!part.includes("%")) return part.toWellFormed();
  return decodeAscii(part)?.toWellFormed() ?? decodeRuns(part);
}

/**
 * Decodes escapes of ASCII, which nearly all are; undefined if there are others. An expression
 * and a decoder take several times as long, and every action passes here.
 */
function decodeAscii(part: string): string | undefined {
  let decoded = "";
  let from = 0;
  for (let at = part.indexOf("%"); at >= 0; at = part.indexOf("%", from)) {
    decoded += part.slice(from, at);
    const byte = hexDigit(part.charCodeAt(at + 1)) * 16 + hexDigit(part.charCodeAt(at + 2));
    if (byte > LAST_ASCII) return undefined;
    decoded += byte >= 0 ? String.fromCharCode(byte) : "%";
    from = at + (byte >= 0 ? 3 : 1);
  }
  return decoded + part.slice(from);
}

/** The value of a hexadecimal digit; far below zero for everything else. */
function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1_000;
}

function decodeRuns(part: string): string | undefined {
  try {
    // What surrounds a run of escapes is whole characters, so each run is UTF-8 by itself.
    return part.replace(ESCAPE_RUNS, decodeURIComponent).toWellFormed();
  } catch {
    return undefined;
  }
}
