/** Transcodes an event's tags: without those that only core may set, and with core's own. */
import { Buffer } from "node:buffer";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  EventSchema,
  isCoreTag,
  ORIGINAL_FORMAT_TAG,
  type OriginalFormat,
} from "@seabird-chat/protocol";
import type { BackwardWriter } from "./backward-writer.ts";
import { TAGS_IN_EVENT } from "./event-table.ts";
import { ABSENT, type FieldReader } from "./field-reader.ts";
import { MAP_KEY, MAP_VALUE } from "./field-rules.ts";
import { isUtf8 } from "./utf8.ts";

/** More would be compared with each other too often. */
const MAX_TAGS = 32;
/** What the names of core's own tags begin with. */
const C = 0x63;
const S = 0x73;
const FIRST_DIGIT = 0x30;
const LAST_DIGIT = 0x39;
/** Of each tag: where its name and its value begin and end. */
const SIZE = 4;

/** The tag that core sets, as a field of the event. */
const FORMAT_TAGS = { text: formatTag("text"), blocks: formatTag("blocks") };

function formatTag(format: OriginalFormat): Uint8Array {
  return toBinary(EventSchema, create(EventSchema, { tags: { [ORIGINAL_FORMAT_TAG]: format } }));
}

export class TagTranscoder {
  readonly #input: FieldReader;
  readonly #output: BackwardWriter;
  readonly #tags = new Int32Array(SIZE * MAX_TAGS);
  #count = 0;

  constructor(input: FieldReader, output: BackwardWriter) {
    this.#input = input;
    this.#output = output;
  }

  begin(): void {
    this.#count = 0;
  }

  /** Keeps one entry of the map; false if it is unusual. */
  keep(from: number, to: number): boolean {
    if (this.#count === MAX_TAGS) return false;
    const input = this.#input;
    const nameEnd = input.enterTag(MAP_KEY, from, to);
    const nameFrom = nameEnd === ABSENT ? from : input.entered;
    const nameTo = nameEnd === ABSENT ? from : nameEnd;
    const valueEnd = input.enterTag(MAP_VALUE, nameTo, to);
    const valueFrom = valueEnd === ABSENT ? nameTo : input.entered;
    const valueTo = valueEnd === ABSENT ? nameTo : valueEnd;
    if (valueTo !== to || !this.#isUsual(nameFrom, nameTo)) return false;
    const slot = SIZE * this.#count++;
    this.#tags[slot] = nameFrom;
    this.#tags[slot + 1] = nameTo;
    this.#tags[slot + 2] = valueFrom;
    this.#tags[slot + 3] = valueTo;
    return true;
  }

  /** Objects put names that are numbers first, and keep the last value of a repeated name. */
  #isUsual(from: number, to: number): boolean {
    const { bytes } = this.#input;
    if (from === to) return !this.#isKept(from, to);
    const first = bytes[from] as number;
    return (first < FIRST_DIGIT || first > LAST_DIGIT) && !this.#isKept(from, to);
  }

  #isKept(from: number, to: number): boolean {
    for (let slot = 0; slot < SIZE * this.#count; slot += SIZE) {
      const keptFrom = this.#tags[slot] as number;
      if ((this.#tags[slot + 1] as number) - keptFrom !== to - from) continue;
      if (this.#areSame(keptFrom, from, to)) return true;
    }
    return false;
  }

  #areSame(kept: number, from: number, to: number): boolean {
    const { bytes } = this.#input;
    for (let at = to - 1; at >= from; at--) {
      if (bytes[at] !== bytes[kept + at - from]) return false;
    }
    return true;
  }

  /** Writes the tags, and core's own if the event has it; false unless they are UTF-8. */
  write(format: OriginalFormat | undefined): boolean {
    if (format !== undefined) {
      const tag = FORMAT_TAGS[format];
      this.#output.bytes(tag, 0, tag.length);
    }
    let areUtf8 = true;
    for (let slot = SIZE * (this.#count - 1); slot >= 0; slot -= SIZE) {
      if (!this.#writeTag(slot)) areUtf8 = false;
    }
    return areUtf8;
  }

  #writeTag(slot: number): boolean {
    const output = this.#output;
    const { bytes } = this.#input;
    const nameFrom = this.#tags[slot] as number;
    const nameTo = this.#tags[slot + 1] as number;
    const valueFrom = this.#tags[slot + 2] as number;
    const valueTo = this.#tags[slot + 3] as number;
    if (this.#isCores(nameFrom, nameTo)) {
      return isUtf8(bytes, nameFrom, nameTo) && isUtf8(bytes, valueFrom, valueTo);
    }
    const end = output.at;
    const isValueUtf8 = output.text(bytes, valueFrom, valueTo);
    output.shortHead(MAP_VALUE, valueTo - valueFrom);
    const isNameUtf8 = output.text(bytes, nameFrom, nameTo);
    output.shortHead(MAP_KEY, nameTo - nameFrom);
    output.head(TAGS_IN_EVENT, end - output.at);
    return isValueUtf8 && isNameUtf8;
  }

  #isCores(from: number, to: number): boolean {
    const { bytes } = this.#input;
    if (bytes[from] !== C && bytes[from] !== S) return false;
    return isCoreTag(Buffer.from(bytes.subarray(from, to)).toString("latin1"));
  }
}
