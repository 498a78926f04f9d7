/** The headers with which a file is served: none may run as a page of core's address. */
import { ANY_TYPE } from "./file-url.ts";
import type { StoredFile } from "./stored-file.ts";

/** Types that a browser may show in place. All others are handed over as a download. */
const SHOWN: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "audio/webm",
  "audio/mp4",
  "audio/flac",
  "audio/aac",
  "video/mp4",
  "video/webm",
  "video/ogg",
  "text/plain",
]);

const POLICY =
  "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";
const NOT_IN_TOKEN = /[^\x20-\x7e]|["\\%]/g;
/** What `encodeURIComponent` leaves and RFC 8187 does not allow. */
const NOT_IN_EXTENDED = /['()*]/g;

export function fileHeaders(file: StoredFile, maxAgeS: number): Record<string, string> {
  const [essence = ""] = file.contentType.toLowerCase().split(";");
  const type = essence.trim();
  const isShown = SHOWN.has(type);
  return {
    "content-type": isShown ? shownType(type) : ANY_TYPE,
    "content-disposition": disposition(isShown ? "inline" : "attachment", file.name),
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "cache-control": `private, max-age=${maxAgeS}, immutable`,
    "accept-ranges": "bytes",
    etag: etagOf(file),
  };
}

export function etagOf({ sha256 }: StoredFile): string {
  return `"${sha256}"`;
}

function shownType(type: string): string {
  return type === "text/plain" ? "text/plain; charset=utf-8" : type;
}

/** RFC 6266: a name for old readers, and one in UTF-8 by RFC 8187. */
function disposition(kind: "inline" | "attachment", name: string): string {
  if (name === "") return kind;
  const plain = name.replace(NOT_IN_TOKEN, "_");
  const extended = encodeURIComponent(name.toWellFormed()).replace(
    NOT_IN_EXTENDED,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${extended}`;
}
