/**
 * Transcodes a message by the rules of its fields: finds them forwards, and writes them backwards.
 * Blocks are checked, and their plain texts written anew, as `normaliseMessage` does it.
 */
import { link, MAX_BLOCK_DEPTH, timestamp } from "@seabird-chat/protocol";
import { BackwardWriter } from "./backward-writer.ts";
import { BLOCK_KINDS, type BlockKind, PLAIN_IN_BLOCK, TEXT_BLOCK } from "./event-table.ts";
import { ABSENT, FieldReader } from "./field-reader.ts";
import { type Field, OPERATION, PLAIN } from "./field-rules.ts";
import { isUtf8 } from "./utf8.ts";

const LIST_SEPARATOR = ", ";
const MAX_ITEMS = 4_096;
const NANOS_PER_SECOND = 1_000_000_000;
const MS_PER_SECOND = 1_000;

export class FieldTranscoder {
  readonly input = new FieldReader();
  readonly output = new BackwardWriter();
  /** What was found has to be decoded after all. */
  isUnusual = false;
  #idPrefix = "";
  #maxIdBytes = 0;
  /** How many blocks there are around the next one. */
  #depth = 0;
  /** Where the plain text of the block that was written last stands in the output. */
  #plainFrom = 0;
  #plainTo = 0;
  /** The same for each item of the lists and containers that are being written, the last one first. */
  readonly #items = new Int32Array(2 * MAX_ITEMS);
  #itemCount = 0;
  #urlFrom = 0;
  #urlTo = 0;
  #seconds = 0;

  begin(bytes: Uint8Array, idPrefix: string, maxIdBytes: number): void {
    this.input.begin(bytes);
    this.output.reset();
    this.isUnusual = false;
    this.#idPrefix = idPrefix;
    this.#maxIdBytes = maxIdBytes;
    this.#depth = 0;
    this.#itemCount = 0;
  }

  /** Whether the fields found last have a block, and not only a text that becomes one. */
  hasBlock(fields: readonly Field[]): boolean {
    for (let slot = 0; slot < this.input.depth; slot++) {
      const { operation } = fields[this.input.index(slot)] as Field;
      if (operation === OPERATION.normaliseBlock) return this.input.from(slot) !== ABSENT;
    }
    return false;
  }

  /** Writes the fields that were found from this slot on. */
  write(fields: readonly Field[], first: number): void {
    const { input } = this;
    for (let slot = input.depth - 1; slot >= first; slot--) {
      this.#value(fields[input.index(slot)] as Field, slot);
    }
  }

  /** Texts that are not written have to be UTF-8, too. */
  check(from: number, to: number): void {
    if (!isUtf8(this.input.bytes, from, to)) this.isUnusual = true;
  }

  #value(field: Field, slot: number): void {
    const from = this.input.from(slot);
    const to = this.input.to(slot);
    switch (field.operation) {
      case OPERATION.copyText:
        // Only lists have empty texts.
        if (from < to || field.isRepeated) this.#text(field, from, to);
        return;
      case OPERATION.copyNumber:
        this.#number(field, from, to);
        return;
      case OPERATION.makeAbsolute:
        this.#id(field, from, to);
        return;
      case OPERATION.transcode:
        this.#message(field, from, to);
        return;
      case OPERATION.normaliseBlock:
        if (from === ABSENT) this.#blockOfText(field, slot - 1);
        else this.#block(field, from, to);
        return;
      case OPERATION.normaliseText:
        if (this.input.from(slot + 1) !== ABSENT) this.check(from, to);
        if (this.#plainFrom === this.#plainTo) return;
        this.output.again(this.#plainFrom, this.#plainTo);
        this.output.head(field, this.#plainTo - this.#plainFrom);
        return;
      case OPERATION.setPlain:
        this.#plainTo = this.output.at;
        this.#plainFrom = this.#plainTo - (to - from);
        if (from < to) this.#text(field, from, to);
        return;
      case OPERATION.setUrl:
        this.#urlTo = this.output.at;
        this.#urlFrom = this.#urlTo - (to - from);
        if (from < to) this.#text(field, from, to);
        return;
      case OPERATION.setSeconds:
        this.#seconds = this.#number(field, from, to);
        return;
      case OPERATION.setNanos:
        if (this.#number(field, from, to) >= NANOS_PER_SECOND) this.isUnusual = true;
        return;
      case OPERATION.writeChild:
        this.#block(field, from, to);
        return;
      case OPERATION.writeItem:
        this.#block(field, from, to);
        this.#keepItem();
        return;
    }
  }

  #text(field: Field, from: number, to: number): void {
    if (!this.output.text(this.input.bytes, from, to)) this.isUnusual = true;
    this.output.head(field, to - from);
  }

  /** Returns the number. */
  #number(field: Field, from: number, to: number): number {
    const { bytes } = this.input;
    let value = 0;
    for (let at = to - 1; at >= from; at--) value = value * 128 + ((bytes[at] as number) & 127);
    if (value === 0) return value;
    this.output.text(bytes, from, to);
    this.output.tag(field);
    return value;
  }

  /** A relative id, which may be missing, becomes an absolute one. */
  #id(field: Field, from: number, to: number): void {
    const { output } = this;
    if (to - from > this.#maxIdBytes) this.isUnusual = true;
    const end = output.at;
    if (!output.escaped(this.input.bytes, from, to)) this.check(from, to);
    output.ascii(this.#idPrefix);
    output.head(field, end - output.at);
  }

  #message(field: Field, from: number, to: number): void {
    const { input, output } = this;
    if (from === ABSENT) {
      this.isUnusual = true;
      return;
    }
    const first = input.depth;
    const end = output.at;
    if (input.scan(field.fields, from, to)) this.write(field.fields, first);
    else this.isUnusual = true;
    input.depth = first;
    output.head(field, end - output.at);
  }

  #block(field: Field, from: number, to: number): void {
    const { output } = this;
    const end = output.at;
    this.#depth++;
    if (this.#depth > MAX_BLOCK_DEPTH || !this.#blockFields(from, to)) this.isUnusual = true;
    this.#depth--;
    output.head(field, end - output.at);
  }

  #blockFields(from: number, to: number): boolean {
    const { input, output } = this;
    let at = from;
    const plainTo = input.enter(PLAIN_IN_BLOCK, at, to);
    if (plainTo !== ABSENT) {
      this.check(input.entered, plainTo);
      at = plainTo;
    }
    const kind = BLOCK_KINDS.get(input.numberAt(at));
    if (kind === undefined || input.enter(kind.field, at, to) !== to) return false;
    const first = input.depth;
    const firstItem = this.#itemCount;
    const end = output.at;
    const isFound = input.scan(kind.field.fields, input.entered, to);
    if (isFound) this.write(kind.field.fields, first);
    input.depth = first;
    this.#endBlock(kind, end, firstItem);
    return isFound;
  }

  /** A text without a block, whose slot is the one before, becomes a block. */
  #blockOfText(field: Field, textSlot: number): void {
    const { output } = this;
    const end = output.at;
    this.#value(TEXT_BLOCK.field.fields[0] as Field, textSlot);
    this.#endBlock(TEXT_BLOCK, end, this.#itemCount);
    output.head(field, end - output.at);
  }

  /** Writes the head of a block's inner message, and the block's plain text. */
  #endBlock(kind: BlockKind, innerEnd: number, firstItem: number): void {
    const { output } = this;
    output.head(kind.field, innerEnd - output.at);
    const end = output.at;
    this.#writePlain(kind, firstItem);
    this.#plainFrom = output.at;
    this.#plainTo = end;
    if (output.at < end) output.head(PLAIN_IN_BLOCK, end - output.at);
  }

  #writePlain({ plain }: BlockKind, firstItem: number): void {
    const { output } = this;
    switch (plain) {
      case PLAIN.asSet:
        output.again(this.#plainFrom, this.#plainTo);
        return;
      case PLAIN.joined:
        this.#join(firstItem, "");
        return;
      case PLAIN.listed:
        this.#join(firstItem, LIST_SEPARATOR);
        return;
      case PLAIN.link: {
        const url = output.read(this.#urlFrom, this.#urlTo);
        output.string(link(url, output.read(this.#plainFrom, this.#plainTo)).plain);
        return;
      }
      case PLAIN.time:
        this.#writeTime();
    }
  }

  #join(firstItem: number, separator: string): void {
    for (let item = firstItem; item < this.#itemCount; item++) {
      if (item > firstItem) this.output.ascii(separator);
      this.output.again(this.#items[2 * item] as number, this.#items[2 * item + 1] as number);
    }
    this.#itemCount = firstItem;
  }

  #keepItem(): void {
    if (this.#itemCount === MAX_ITEMS) {
      this.isUnusual = true;
      return;
    }
    this.#items[2 * this.#itemCount] = this.#plainFrom;
    this.#items[2 * this.#itemCount++ + 1] = this.#plainTo;
  }

  #writeTime(): void {
    const moment = new Date(this.#seconds * MS_PER_SECOND);
    this.#seconds = 0;
    try {
      this.output.ascii(timestamp(moment).plain);
    } catch {
      this.isUnusual = true;
    }
  }
}
