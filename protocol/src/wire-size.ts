/**
 * How many bytes things take in protobuf's encoding. Fields have numbers below 16, whose tag is one
 * byte, unless a number is given.
 */
import type { UnknownField } from "@bufbuild/protobuf";

const NEGATIVE_VARINT_BYTES = 10;
/** A tag is the number with three bits of the wire type. */
const TAG_FACTOR = 8;

/** A varint of a value from 0 to 2^53. */
function varintSize(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** A field with a signed varint; absent when zero. */
export function intFieldSize(value: number, number = 1): number {
  if (value === 0) return 0;
  return tagSize(number) + (value < 0 ? NEGATIVE_VARINT_BYTES : varintSize(value));
}

/** A field with a uint64; absent when zero. Above 2^53 a number would not be exact. */
export function uint64FieldSize(value: bigint): number {
  if (value === 0n) return 0;
  let bytes = 1;
  for (let rest = value; rest >= 0x80n; rest >>= 7n) bytes++;
  return tagSize(1) + bytes;
}

/** A field with an int64; absent when zero. */
export function int64FieldSize(value: bigint): number {
  return uint64FieldSize(BigInt.asUintN(64, value));
}

/** A string field, given the length of its UTF-8 form; absent when empty. */
export function stringFieldSize(bytes: number): number {
  return bytes === 0 ? 0 : messageFieldSize(bytes);
}

/**
 * A field that holds a message, given the message's size; present when empty, too. So is a string
 * that is a member of a oneof.
 */
export function messageFieldSize(bytes: number, number = 1): number {
  return tagSize(number) + varintSize(bytes) + bytes;
}

/** The fields that a message carries without knowing them. */
export function unknownFieldsSize(fields: readonly UnknownField[] | undefined): number {
  let bytes = 0;
  for (const { no, data } of fields ?? []) bytes += tagSize(no) + data.length;
  return bytes;
}

function tagSize(number: number): number {
  return varintSize(number * TAG_FACTOR);
}
