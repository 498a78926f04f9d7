/** Lengths of texts in UTF-8. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const MOST_BYTES_PER_UNIT = 3;

/** Whether a text takes at most so many bytes. */
export function fits(text: string, maxBytes: number): boolean {
  if (text.length * MOST_BYTES_PER_UNIT <= maxBytes) return true;
  return text.length <= maxBytes && utf8Bytes(text) <= maxBytes;
}

/** How many bytes a text takes. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** The text, or as many whole characters of its beginning as fit. */
export function cut(text: string, maxBytes: number): string {
  if (fits(text, maxBytes)) return text;
  const utf8 = new Uint8Array(maxBytes);
  const { written } = encoder.encodeInto(text, utf8);
  // A slice of a text would keep all of it in memory.
  return decoder.decode(utf8.subarray(0, written));
}

/** The same text in memory of its own: a text that was concatenated takes many times as much. */
export function compact(text: string): string {
  return decoder.decode(encoder.encode(text));
}

/** Tags and lengths around one entry of a map, at most. */
const ENTRY_FRAME_BYTES = 16;

/** How many bytes a map of texts takes in a message, at most. */
export function mapBytes(map: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(map)) {
    bytes += ENTRY_FRAME_BYTES + utf8Bytes(key) + utf8Bytes(value);
  }
  return bytes;
}
