/**
 * Writes Protobuf fields of texts and messages into one buffer, which is reused. The generic encoder
 * makes and grows a new buffer each time, which takes most of its time for small messages.
 */
import { Buffer } from "node:buffer";
import { encodePart } from "@seabird-chat/protocol";

const INITIAL_BYTES = 4_096;
/** A larger buffer is released after its message. */
const MAX_KEPT_BYTES = 65_536;
const LENGTH_DELIMITED = 2;
/** What a tag, a length and a length's growth take at most. */
const HEAD_BYTES = 16;
const MOST_BYTES_PER_UNIT = 3;
/** The first number that takes more than one byte; also the first unit that is not ASCII. */
const ONE_BYTE = 0x80;
/** How each ASCII character is written in an id. */
const ID_FORMS: readonly string[] = Array.from({ length: ONE_BYTE }, (_, unit) =>
  encodePart(String.fromCharCode(unit)),
);

export class WireWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #at = 0;

  /** Forgets what was written, whole or not. */
  reset(): void {
    this.#at = 0;
    if (this.#buffer.length > MAX_KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  }

  /** A copy of what was written since the last reset; then the next message can begin. */
  finish(): Buffer {
    const message = Buffer.allocUnsafe(this.#at);
    this.#buffer.copy(message, 0, 0, this.#at);
    this.reset();
    return message;
  }

  /** A text field with a number from 1 to 15; none if the text is empty. */
  text(no: number, text: string): void {
    if (text !== "") this.textOrEmpty(no, text);
  }

  /** The same, but also written if empty, as in entries of maps. */
  textOrEmpty(no: number, text: string): void {
    this.#ensureCapacity(text.length * MOST_BYTES_PER_UNIT);
    this.#buffer[this.#at++] = (no << 3) | LENGTH_DELIMITED;
    if (text.length < ONE_BYTE && this.#shortAscii(text)) return;
    this.#length(Buffer.byteLength(text));
    this.#at += this.#buffer.write(text, this.#at);
  }

  /** A text field of these bytes, none if there are none; false, and not written, unless all are ASCII. */
  ascii(no: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (from >= to) return true;
    this.#ensureCapacity(to - from);
    this.#buffer[this.#at++] = (no << 3) | LENGTH_DELIMITED;
    this.#length(to - from);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let index = from; index < to; index++) {
      const byte = bytes[index] ?? ONE_BYTE;
      if (byte >= ONE_BYTE) return false;
      buffer[at++] = byte;
    }
    this.#at = at;
    return true;
  }

  /** A text field of a prefix and these bytes, escaped as in ids; false as above. */
  escaped(no: number, prefix: string, bytes: Uint8Array, from: number, to: number): boolean {
    const opened = this.open(no);
    this.#ensureCapacity(prefix.length + (to - from) * MOST_BYTES_PER_UNIT);
    if (!this.#units(prefix)) return false;
    for (let index = from; index < to; index++) {
      const form = ID_FORMS[bytes[index] ?? ONE_BYTE];
      if (form === undefined || !this.#units(form)) return false;
    }
    this.close(opened);
    return true;
  }

  bytes(no: number, bytes: Uint8Array): void {
    this.#ensureCapacity(bytes.length);
    this.#buffer[this.#at++] = (no << 3) | LENGTH_DELIMITED;
    this.#length(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Begins a message field; pass the result to `close`. */
  open(no: number): number {
    this.#ensureCapacity(0);
    this.#buffer[this.#at++] = (no << 3) | LENGTH_DELIMITED;
    return this.#at++;
  }

  /** Ends the message field that was opened last. */
  close(opened: number): void {
    const start = opened + 1;
    const length = this.#at - start;
    if (length < ONE_BYTE) {
      this.#buffer[opened] = length;
      return;
    }
    // Only one byte was reserved for the length: move the content if the length needs more.
    this.#ensureCapacity(0);
    const more = length < 0x4000 ? 1 : length < 0x200000 ? 2 : 3;
    this.#buffer.copyWithin(start + more, start, this.#at);
    this.#at = opened;
    this.#length(length);
    this.#at += length;
  }

  /** Such a text, as most are, is written faster unit by unit; false if it is another. */
  #shortAscii(text: string): boolean {
    const buffer = this.#buffer;
    const start = this.#at + 1;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= ONE_BYTE) return false;
      buffer[start + index] = unit;
    }
    buffer[this.#at] = text.length;
    this.#at = start + text.length;
    return true;
  }

  /** Writes an ASCII text as it is; the buffer must have the capacity. */
  #units(text: string): boolean {
    const buffer = this.#buffer;
    let at = this.#at;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= ONE_BYTE) return false;
      buffer[at++] = unit;
    }
    this.#at = at;
    return true;
  }

  #length(length: number): void {
    let rest = length;
    for (; rest >= ONE_BYTE; rest >>>= 7) this.#buffer[this.#at++] = (rest & 127) | ONE_BYTE;
    this.#buffer[this.#at++] = rest;
  }

  #ensureCapacity(bytes: number): void {
    const needed = this.#at + bytes + HEAD_BYTES;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}
