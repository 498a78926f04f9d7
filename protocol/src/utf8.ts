/** Texts in UTF-8: how long they are, and the beginning that fits. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The length of a text's UTF-8 form; a lone surrogate counts as U+FFFD, 3 bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      bytes += 1;
      continue;
    }
    bytes += 2;
    // A pair is two units and four bytes, so its second unit has been paid for.
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return bytes;
}

/**
 * The text, or as many whole code points of its beginning as fit into `maxBytes` of UTF-8. What is
 * cut is a copy: a slice of a text keeps all of it in memory.
 */
export function cutUtf8(text: string, maxBytes: number): string {
  if (text.length <= maxBytes && utf8Length(text) <= maxBytes) return text;
  const utf8 = new Uint8Array(maxBytes);
  const { written } = encoder.encodeInto(text, utf8);
  return decoder.decode(utf8.subarray(0, written));
}
