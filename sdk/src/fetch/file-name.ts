/** The name of a fetched file, safe to be shown, logged and made a file of. */
import { basename, extname } from "node:path/posix";
import { cutUtf8 } from "@seabird-chat/protocol";
import { parse } from "content-disposition";
import { headerText } from "./header-text.ts";

const MAX_NAME_BYTES = 128;
const MAX_ENDING_BYTES = 16;
const FALLBACK = "file";

/** Windows opens a device by these, whatever their ending. */
const DEVICES = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])\s*(?=\.|$)/i;
/** Controls, and what is not seen or changes the direction of writing. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFD]/gu;
/** Each run is looked at once: without the condition before it, a long one takes seconds. */
const ENDS = /^[.\s]+|(?<![.\s])[.\s]+$/gu;

/** The header's, else the last one of the url's path, else `file`. At most 128 bytes. */
export function fileName(contentDisposition: string | null, url: URL): string {
  return clean(namedByHeader(contentDisposition)) || clean(namedByPath(url)) || FALLBACK;
}

function namedByHeader(header: string | null): string {
  return header === null ? "" : (parse(headerText(header)).parameters["filename"] ?? "");
}

function namedByPath({ pathname }: URL): string {
  try {
    return decodeURIComponent(basename(pathname));
  } catch {
    return "";
  }
}

/** Empty if nothing is left. */
function clean(name: string): string {
  const safe = name
    .toWellFormed()
    .normalize("NFC")
    .replace(UNSEEN, "")
    .replace(/^.*[/\\]/su, "")
    .replace(/[<>:"|?*]/g, "_")
    .replace(ENDS, "");
  return cut(DEVICES.test(safe) ? `_${safe}` : safe).replace(ENDS, "");
}

/** Keeps the ending, by which programs tell what a file is. */
function cut(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const ending = extname(name);
  const kept = Buffer.byteLength(ending) <= MAX_ENDING_BYTES ? ending : "";
  const rest = name.slice(0, name.length - kept.length);
  return cutUtf8(rest, MAX_NAME_BYTES - Buffer.byteLength(kept)) + kept;
}
