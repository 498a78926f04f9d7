/** Texts in UTF-8: how long they are, and the beginning that fits. */

const BYTES_OF_A_PAIR = 4;

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
    if (isPair(text, i)) i++;
  }
  return bytes;
}

/** The text, or as many whole code points of its beginning as fit into `maxBytes` of UTF-8. */
export function cutUtf8(text: string, maxBytes: number): string {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const pair = isPair(text, i);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? BYTES_OF_A_PAIR : 3;
    if (bytes > maxBytes) return text.slice(0, i);
    if (pair) i++;
  }
  return text;
}

function isPair(text: string, index: number): boolean {
  return (
    (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00
  );
}
