/**
 * The rules of plain text that are more than "the child's" (docs/protocol.md: "Blocks and text").
 */
import type { Timestamp } from "@bufbuild/protobuf/wkt";

const SILENT_PREFIXES: readonly string[] = ["https://", "http://", "mailto:"];
/** Between an attachment's name and its url. */
export const ATTACHMENT_SEPARATOR = ": ";

/** 0001-01-01T00:00:00Z, in unix seconds. */
const FIRST_SECOND = -62_135_596_800n;
/** 9999-12-31T23:59:59Z, in unix seconds. */
const LAST_SECOND = 253_402_300_799n;
const NANOS_PER_SECOND = 1_000_000_000;
const MS_PER_SECOND = 1_000;
const TO_SECONDS = "2026-01-02T03:04:05".length;

/** What a link reads as: the url alone if the child says nothing more, else `child (url)`. */
export function linkPlain(url: string, child: string): string {
  if (child === "" || child === url) return url;
  const repeats = SILENT_PREFIXES.some(
    (prefix) =>
      child.length === url.length - prefix.length && url.startsWith(prefix) && url.endsWith(child),
  );
  return repeats ? url : `${child} (${url})`;
}

/** What an attachment reads as: `name: url`, or whichever of the two there is. */
export function attachmentPlain(name: string, url: string): string {
  return name === "" || url === "" ? name + url : `${name}${ATTACHMENT_SEPARATOR}${url}`;
}

/** What stands before an item of an ordered list: `1. ` before the one at index 0. */
export function itemPrefix(index: number): string {
  return `${index + 1}. `;
}

/**
 * RFC 3339 in UTC to the second, fractions cut off: `2026-01-02T03:04:05Z`. Undefined outside
 * the years 1 to 9999, and for nanoseconds that are not within a second, because readers that
 * write times as text refuse both.
 */
export function timestampPlain(time: Timestamp | undefined): string | undefined {
  if (time === undefined) return undefined;
  if (time.seconds < FIRST_SECOND || time.seconds > LAST_SECOND) return undefined;
  if (time.nanos < 0 || time.nanos >= NANOS_PER_SECOND) return undefined;
  const iso = new Date(Number(time.seconds) * MS_PER_SECOND).toISOString();
  return `${iso.slice(0, TO_SECONDS)}Z`;
}
