/**
 * Reads Protobuf fields one after the other, for messages that are too frequent for the library. It
 * handles what encoders write; for all else `isOdd` becomes true, and the library has to decide.
 */
import { Buffer } from "node:buffer";

const VARINT = 0;
const BIT64 = 1;
const LENGTH_DELIMITED = 2;
const BIT32 = 5;
const MORE = 0x80;
const REPLACEMENT = "\ufffd";

export class WireReader {
  /** Something was found that this reader does not handle; what was read is of no use. */
  isOdd = false;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the next byte is read. */
  at = 0;
  #isFlag = false;

  start(bytes: Buffer, at = 0): void {
    this.#bytes = bytes;
    this.#isFlag = false;
    this.at = at;
    this.isOdd = false;
  }

  /**
   * Goes to the content of the next field that has a length, or that is a number and among the
   * `known`, past all others, which must not be among them. Returns the field's number, or 0 when
   * `end` is reached.
   */
  next(end: number, known: { has(no: number): boolean }): number {
    while (this.at < end && !this.isOdd) {
      const tag = this.#varint(end);
      const no = tag >>> 3;
      const wireType = tag & 7;
      if (no !== 0 && (wireType === LENGTH_DELIMITED || (wireType === VARINT && known.has(no)))) {
        this.#isFlag = wireType === VARINT;
        return no;
      }
      if (no === 0 || known.has(no)) this.isOdd = true;
      this.#skip(wireType, end);
    }
    if (this.at !== end) this.isOdd = true;
    return 0;
  }

  /** Reads a length: `at` is the content's beginning then, and the result its end, at most `end`. */
  enter(end: number): number {
    if (this.#isFlag) this.isOdd = true;
    const length = this.#varint(end);
    const contentEnd = this.at + length;
    if (contentEnd <= end) return contentEnd;
    this.isOdd = true;
    return this.at;
  }

  /** Reads true or false. */
  flag(end: number): boolean {
    if (!this.#isFlag) this.isOdd = true;
    const value = this.#varint(end);
    if (value > 1) this.isOdd = true;
    return value === 1;
  }

  /** The text up to `end`, where reading goes on. */
  text(end: number): string {
    const from = this.at;
    this.at = end;
    const text = this.#bytes.toString("utf8", from, end);
    // The library throws for bytes that are not UTF-8.
    if (text.includes(REPLACEMENT)) this.isOdd = true;
    return text;
  }

  #varint(end: number): number {
    let value = 0;
    for (let shift = 0; shift < 28 && this.at < end; shift += 7) {
      const byte = this.#bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < MORE) return value;
    }
    return this.#odd();
  }

  #skip(wireType: number, end: number): void {
    switch (wireType) {
      case VARINT:
        while (this.at < end && (this.#bytes[this.at] ?? 0) >= MORE) this.at += 1;
        this.at += 1;
        break;
      case BIT64:
        this.at += 8;
        break;
      case BIT32:
        this.at += 4;
        break;
      default:
        this.isOdd = true;
    }
  }

  #odd(): 0 {
    this.isOdd = true;
    return 0;
  }
}
