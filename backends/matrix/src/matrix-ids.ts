/** Reads ids and short texts of a server (specification: "Common identifier format"). */
import { cutUtf8, utf8Length } from "@seabird-chat/protocol";

/** Bytes of an id. */
const MAX_ID_BYTES = 255;

/** A text that is not empty and has at most `maxBytes` of UTF-8. */
export function shortTextIn(value: unknown, maxBytes: number): string | undefined {
  if (typeof value !== "string" || value === "" || value.length > maxBytes) return undefined;
  const text = value.toWellFormed();
  return utf8Length(text) <= maxBytes ? text : undefined;
}

/** Bytes of a name; longer ones are cut. */
const MAX_NAME_BYTES = 512;

/** A name as people see it: on one line, without control characters, which whoever shows it need not filter. */
export function nameIn(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = cutUtf8(value.toWellFormed(), MAX_NAME_BYTES);
  return name.replaceAll(/\p{Cc}/gu, "\ufffd").trim() || undefined;
}

/** What the first character of an id says that it names. */
export type Sigil = "@" | "!" | "#" | "$";

/** An id of one kind. */
export function idIn(value: unknown, sigil: Sigil): string | undefined {
  const id = shortTextIn(value, MAX_ID_BYTES);
  if (id === undefined || id.length === 1 || !id.startsWith(sigil)) return undefined;
  return /[\p{Cc}\p{Z}]/u.test(id) ? undefined : id;
}

/** `mxc://SERVER/MEDIA` (specification: "Matrix Content (mxc://) URIs"). */
export function mediaIdIn(value: unknown): string | undefined {
  const id = shortTextIn(value, MAX_ID_BYTES);
  return id !== undefined && MEDIA_ID.test(id) ? id : undefined;
}

const MEDIA_ID = /^mxc:\/\/[A-Za-z0-9.:[\]-]+\/[A-Za-z0-9_-]+$/;
