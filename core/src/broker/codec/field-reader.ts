/** Finds the fields of a message whose encoder wrote them in order and in their shortest form. */
import type { Field } from "./field-rules.ts";

export const ABSENT = -1;

const ONE_BYTE = 0x80;
const MAX_SLOTS = 8_192;
const SLOT_SIZE = 3;

export class FieldReader {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the value that was entered last begins. */
  entered = 0;
  /** How many fields are kept: those of a message above those of the message around it. */
  depth = 0;
  /** Of each: its index among the message's fields, and where its value begins and ends. */
  readonly #slots = new Int32Array(SLOT_SIZE * MAX_SLOTS);

  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.depth = 0;
  }

  index(slot: number): number {
    return this.#slots[SLOT_SIZE * slot] as number;
  }

  /** ABSENT: the required field is missing. */
  from(slot: number): number {
    return this.#slots[SLOT_SIZE * slot + 1] as number;
  }

  to(slot: number): number {
    return this.#slots[SLOT_SIZE * slot + 2] as number;
  }

  /** The number of the field whose tag stands there; some other number if none does. */
  numberAt(at: number): number {
    const first = this.bytes[at] ?? 0;
    if (first < ONE_BYTE) return first >> 3;
    return ((first & 0x7f) | ((this.bytes[at + 1] ?? 0) << 7)) >> 3;
  }

  /**
   * Goes into the field if it is the one that stands there, and returns where its value ends. The
   * value begins at `entered`. ABSENT: it is another field, or in a form that is not the shortest.
   */
  enter(field: Field, at: number, limit: number): number {
    const { bytes } = this;
    if (at >= limit || bytes[at] !== field.first) return ABSENT;
    let next = at + 1;
    if (field.second >= 0 && bytes[next++] !== field.second) return ABSENT;
    if (field.numbersBelow > 0) return this.#number(field.numbersBelow, next, limit);
    return this.#length(next, limit);
  }

  /** The same for a value with a length and a tag of one byte. */
  enterTag(tag: number, at: number, limit: number): number {
    return at < limit && this.bytes[at] === tag ? this.#length(at + 1, limit) : ABSENT;
  }

  #length(at: number, limit: number): number {
    const { bytes } = this;
    let next = at;
    let length = bytes[next++] ?? 0;
    if (length >= ONE_BYTE) {
      const second = bytes[next++] ?? 0;
      length += (second - 1) * ONE_BYTE;
      if (second >= ONE_BYTE) {
        const third = bytes[next++] ?? 0;
        length += (third - 1) * ONE_BYTE * ONE_BYTE;
        if (third === 0 || third >= ONE_BYTE) return ABSENT;
      } else if (second === 0) return ABSENT;
    }
    const end = next + length;
    if (end > limit) return ABSENT;
    this.entered = next;
    return end;
  }

  #number(below: number, at: number, limit: number): number {
    const { bytes } = this;
    let value = 0;
    let next = at;
    for (let factor = 1; next < limit && value < below; factor *= ONE_BYTE) {
      const byte = bytes[next++] as number;
      value += (byte & 0x7f) * factor;
      if (byte >= ONE_BYTE) continue;
      if (value >= below || (byte === 0 && factor > 1)) return ABSENT;
      this.entered = at;
      return next;
    }
    return ABSENT;
  }

  /** Keeps where the fields of a message are; false if it has anything else, or too much. */
  scan(fields: readonly Field[], from: number, to: number): boolean {
    let at = from;
    let oneof: string | undefined;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index] as Field;
      let end = this.enter(field, at, to);
      if (end === ABSENT) {
        if (field.isExpected) return false;
        if (field.isRequired && !this.#keep(index, ABSENT, ABSENT)) return false;
        continue;
      }
      // Of two members of a oneof, decoders keep one.
      if (field.oneof !== undefined) {
        if (field.oneof === oneof) return false;
        oneof = field.oneof;
      }
      let left = field.maxItems;
      do {
        const bytes = end - this.entered;
        if (bytes < field.minBytes || bytes > field.maxBytes || left-- === 0) return false;
        if (!this.#keep(index, this.entered, end)) return false;
        at = end;
        end = field.isRepeated ? this.enter(field, at, to) : ABSENT;
      } while (end !== ABSENT);
    }
    return at === to;
  }

  #keep(index: number, from: number, to: number): boolean {
    if (this.depth === MAX_SLOTS) return false;
    const slot = SLOT_SIZE * this.depth++;
    this.#slots[slot] = index;
    this.#slots[slot + 1] = from;
    this.#slots[slot + 2] = to;
    return true;
  }
}
