/**
 * How many bytes things take in protobuf's encoding. All field numbers used with these are
 * below 16, so a tag is one byte.
 */
import type { UnknownField } from "@bufbuild/protobuf";

const NEGATIVE_VARINT_BYTES = 10;

/** The length of a string's UTF-8 form; a lone surrogate counts as U+FFFD, 3 bytes. */
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

/** A varint of a value from 0 to 2^53. */
function varintSize(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** A field with a signed varint; absent when zero. */
export function intFieldSize(value: number): number {
  if (value === 0) return 0;
  return 1 + (value < 0 ? NEGATIVE_VARINT_BYTES : varintSize(value));
}

/** A string field, given the length of its UTF-8 form; absent when empty. */
export function stringFieldSize(bytes: number): number {
  return bytes === 0 ? 0 : messageFieldSize(bytes);
}

/** A field that holds a message, given the message's size; present when empty, too. */
export function messageFieldSize(bytes: number): number {
  return 1 + varintSize(bytes) + bytes;
}

/** The fields that a message carries without knowing them. */
export function unknownFieldsSize(fields: readonly UnknownField[] | undefined): number {
  let bytes = 0;
  for (const { no, wireType, data } of fields ?? []) {
    bytes += varintSize(no * 8 + wireType) + data.length;
  }
  return bytes;
}
