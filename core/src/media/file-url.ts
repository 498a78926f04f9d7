/** The paths and texts by which files are named over HTTP. */
import { cutUtf8 } from "@seabird-chat/protocol";

export const MEDIA_PATH = "/media/";
export const UPLOADS_PATH = "/media/uploads/";
/** Of a file that does not say what it is, or may not be shown as that. */
export const ANY_TYPE = "application/octet-stream";

/** Bytes of a name in a url. */
const MAX_NAME_BYTES = 64;
const CONTROL = /\p{Cc}|\p{Cs}|\p{Bidi_Control}|[\u2028\u2029]/gu;
const NOT_IN_URL = /[^A-Za-z0-9._-]+/g;
/** A media type with parameters, by the grammar of RFC 9110. */
const CONTENT_TYPE =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^"\\\p{Cc}]*"))*$/u;

/** The name is for people: it says what they will get, and is not looked at. */
export function pathOfFile(key: string, name: string): string {
  return `${MEDIA_PATH}${key}/${nameInUrl(name)}`;
}

/** The end of a long name stays, since it tells the kind of file. */
function nameInUrl(name: string): string {
  const plain = name.replace(NOT_IN_URL, "_").replace(/^[._]+/, "");
  return plain.slice(-MAX_NAME_BYTES) || "file";
}

/** The last part of a path, without what cannot be seen. */
export function safeName(name: string, maxBytes: number): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  return cutUtf8(last.replace(CONTROL, ""), maxBytes).trim();
}

export function isContentType(text: string, maxBytes: number): boolean {
  return text.length <= maxBytes && CONTENT_TYPE.test(text);
}
