/**
 * Writes Protobuf from its end to its beginning, so that a message is written before its length,
 * and a block before the plain text that repeats it. The buffer is kept and does not grow.
 */
import { Buffer } from "node:buffer";
import { encodePart } from "@seabird-chat/protocol";
import type { WireTag } from "./field-rules.ts";
import { isUtf8 } from "./utf8.ts";

/** For all but very large messages. */
const CAPACITY_BYTES = 262_144;
/** A tag and a length take at most so much. */
const HEAD_BYTES = 16;
/** From here on, a native call is faster than a loop. */
const NATIVE_BYTES = 64;
/** The same for `copyWithin`, which needs no view of the bytes. */
const COPY_WITHIN_BYTES = 16;
const ONE_BYTE = 0x80;
const ESCAPED_BYTES = 3;
const PERCENT = 0x25;
const HEX = Buffer.from("0123456789ABCDEF");
/** Whether a byte stands for itself in an id. */
const IS_PLAIN: readonly boolean[] = Array.from({ length: 256 }, (_, byte) => {
  return byte < ONE_BYTE && encodePart(String.fromCharCode(byte)).length === 1;
});

export class BackwardWriter {
  readonly #buffer: Buffer;
  /** Where the message begins so far. */
  at: number;
  /** Something did not fit, so the message is of no use. */
  isFull = false;

  /**
   * The long text that was written last, and where: a block's plain text, and that of the blocks around
   * it, are often the same once more, and copying bytes is much less work.
   */
  #long = "";
  #longFrom = 0;
  #longTo = 0;

  /** Memory is used only as far as the largest message needs it. */
  constructor(capacityBytes = CAPACITY_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(capacityBytes);
    this.at = capacityBytes;
  }

  reset(): void {
    this.at = this.#buffer.length;
    this.isFull = false;
    this.#long = "";
  }

  get length(): number {
    return this.#buffer.length - this.at;
  }

  /** The message, valid until the next one begins. */
  view(): Buffer {
    return this.#buffer.subarray(this.at);
  }

  /** A copy of the message. */
  finish(): Buffer {
    const message = Buffer.allocUnsafe(this.length);
    this.#buffer.copy(message, 0, this.at);
    this.#long = "";
    return message;
  }

  /** These bytes as they are; false unless they are UTF-8. */
  text(bytes: Uint8Array, from: number, to: number): boolean {
    const length = to - from;
    if (!this.#move(length)) return true;
    const buffer = this.#buffer;
    const at = this.at;
    if (length >= NATIVE_BYTES) {
      buffer.set(bytes.subarray(from, to), at);
      return isUtf8(bytes, from, to);
    }
    let seen = 0;
    for (let index = 0; index < length; index++) {
      const byte = bytes[from + index] as number;
      seen |= byte;
      buffer[at + index] = byte;
    }
    return seen < ONE_BYTE || isUtf8(bytes, from, to);
  }

  /** Bytes of any number as they are. */
  raw(bytes: Uint8Array): void {
    if (this.#move(bytes.length)) this.#buffer.set(bytes, this.at);
  }

  /** These few bytes as they are. */
  bytes(bytes: Uint8Array, from: number, to: number): void {
    if (!this.#move(to - from)) return;
    const buffer = this.#buffer;
    const shift = this.at - from;
    for (let index = from; index < to; index++) buffer[index + shift] = bytes[index] as number;
  }

  /** What stands there in this message, once more. */
  again(from: number, to: number): void {
    const length = to - from;
    if (!this.#move(length)) return;
    const buffer = this.#buffer;
    const at = this.at;
    if (length >= COPY_WITHIN_BYTES) {
      buffer.copyWithin(at, from, to);
      return;
    }
    for (let index = 0; index < length; index++)
      buffer[at + index] = buffer[from + index] as number;
  }

  /** These bytes as a backend's own id, escaped as in `encodePart`; false unless they are ASCII. */
  escaped(bytes: Uint8Array, from: number, to: number): boolean {
    if (this.at < (to - from) * ESCAPED_BYTES + HEAD_BYTES) {
      this.isFull = true;
      return true;
    }
    let seen = 0;
    const buffer = this.#buffer;
    let at = this.at;
    for (let index = to - 1; index >= from; index--) {
      const byte = bytes[index] as number;
      seen |= byte;
      if (IS_PLAIN[byte]) {
        buffer[--at] = byte;
        continue;
      }
      buffer[--at] = HEX[byte & 15] as number;
      buffer[--at] = HEX[byte >> 4] as number;
      buffer[--at] = PERCENT;
    }
    this.at = at;
    return seen < ONE_BYTE;
  }

  /** A text that is ASCII. */
  ascii(text: string): void {
    if (!this.#move(text.length)) return;
    const buffer = this.#buffer;
    const at = this.at;
    for (let index = 0; index < text.length; index++) buffer[at + index] = text.charCodeAt(index);
  }

  string(text: string): void {
    if (text.length < NATIVE_BYTES) {
      if (this.#shortAscii(text)) return;
    } else if (text === this.#long) {
      this.again(this.#longFrom, this.#longTo);
      return;
    }
    const to = this.at;
    if (!this.#move(Buffer.byteLength(text))) return;
    this.#buffer.write(text, this.at);
    if (text.length < NATIVE_BYTES) return;
    this.#long = text;
    this.#longFrom = this.at;
    this.#longTo = to;
  }

  /** Such a text, as most are, is written faster unit by unit; false if it is another. */
  #shortAscii(text: string): boolean {
    if (this.at < NATIVE_BYTES + HEAD_BYTES) return false;
    const buffer = this.#buffer;
    const at = this.at - text.length;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= ONE_BYTE) return false;
      buffer[at + index] = unit;
    }
    this.at = at;
    return true;
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    let bytes = 1;
    for (let rest = value; rest >= ONE_BYTE; rest = Math.floor(rest / ONE_BYTE)) bytes++;
    if (!this.#move(bytes)) return;
    let at = this.at;
    let rest = value;
    for (; rest >= ONE_BYTE; rest = Math.floor(rest / ONE_BYTE)) {
      this.#buffer[at++] = (rest % ONE_BYTE) | ONE_BYTE;
    }
    this.#buffer[at] = rest;
  }

  /** What stands there in this message, as a text. */
  read(from: number, to: number): string {
    return this.#buffer.toString("utf8", from, to);
  }

  /** A field's tag and length, before the value of so many bytes. */
  head(tag: WireTag, length: number): void {
    this.#length(length);
    this.tag(tag);
  }

  tag({ first, second }: WireTag): void {
    if (second >= 0) this.#buffer[--this.at] = second;
    this.#buffer[--this.at] = first;
  }

  /** The same for a tag of one byte. */
  shortHead(tag: number, length: number): void {
    this.#length(length);
    this.#buffer[--this.at] = tag;
  }

  #length(length: number): void {
    if (this.at < HEAD_BYTES) {
      this.isFull = true;
      this.at = HEAD_BYTES;
    }
    if (length < ONE_BYTE) {
      this.#buffer[--this.at] = length;
      return;
    }
    this.at -= length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;
    let at = this.at;
    let rest = length;
    for (; rest >= ONE_BYTE; rest >>>= 7) this.#buffer[at++] = (rest & 127) | ONE_BYTE;
    this.#buffer[at] = rest;
  }

  /** Makes place for so many bytes; false if there is none. */
  #move(bytes: number): boolean {
    if (this.at < bytes + HEAD_BYTES) {
      this.isFull = true;
      return false;
    }
    this.at -= bytes;
    return true;
  }
}
