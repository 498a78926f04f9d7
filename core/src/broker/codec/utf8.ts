/** Texts in UTF-8: their lengths, and whether bytes are one. */
import { isUtf8 as isAllUtf8 } from "node:buffer";

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

/** From here on, the native check is faster than the loop, although it needs a view. */
const NATIVE_BYTES = 128;

/** Whether these bytes are UTF-8 as decoders accept it: no surrogates, no overlong forms. */
export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from >= NATIVE_BYTES) return isAllUtf8(bytes.subarray(from, to));
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x80) continue;
    const more = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (more === 0 || at + more >= to) return false;
    const second = bytes[at + 1] as number;
    const least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    const most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) return false;
    for (let next = 2; next <= more; next++) {
      if (((bytes[at + next] as number) & 0xc0) !== 0x80) return false;
    }
    at += more;
  }
  return true;
}
