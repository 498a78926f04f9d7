/**
 * Transcodes a message by the rules of its fields: finds them forwards, and writes them backwards.
 * Blocks are checked, and their plain texts written anew, as `normaliseMessage` does it.
 */
import {
  MAX_BLOCK_DEPTH,
  MAX_MESSAGE_BLOCKS,
  MAX_REFERENCE_TEXT_BYTES,
} from "@seabird-chat/protocol";
import { BackwardWriter } from "./backward-writer.ts";
import { BLOCK_KINDS, type BlockKind, PLAIN_IN_BLOCK, TEXT_BLOCK } from "./event-table.ts";
import { ABSENT, FieldReader } from "./field-reader.ts";
import { type Field, OPERATION, PLACE, PLAIN } from "./field-rules.ts";
import { PlainWriter } from "./plain-writer.ts";
import { isUtf8 } from "./utf8.ts";

const AT_SIGN = 0x40;

export class FieldTranscoder {
  readonly input = new FieldReader();
  readonly output = new BackwardWriter();
  readonly #plain = new PlainWriter(this.output);
  /** What was found has to be decoded after all. */
  isUnusual = false;
  /** Where the backend's own id of the event's channel stands in the input; ABSENT: it has none. */
  channelFrom = ABSENT;
  channelTo = ABSENT;
  /** Whether the event is of the conversation with a user. */
  isWithUser = false;
  /** Whether there are files in its blocks. */
  hasFiles = false;
  #idPrefix = "";
  #maxIdBytes = 0;
  /** How many blocks there are around the next one. */
  #depth = 0;
  /** What the blocks of the event cost so far. */
  #cost = 0;

  begin(bytes: Uint8Array, idPrefix: string, maxIdBytes: number): void {
    this.input.begin(bytes);
    this.output.reset();
    this.#plain.begin();
    this.isUnusual = false;
    this.channelFrom = ABSENT;
    this.isWithUser = false;
    this.hasFiles = false;
    this.#idPrefix = idPrefix;
    this.#maxIdBytes = maxIdBytes;
    this.#depth = 0;
    this.#cost = 0;
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
        if (from < to || field.hasPresence) this.#text(field, from, to);
        return;
      case OPERATION.cutText:
        this.#cut(field, from, to);
        return;
      case OPERATION.checkUrl:
        this.#checkUrl(from, to);
        this.#url(field, from, to);
        return;
      case OPERATION.discard:
        this.check(from, to);
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
        this.#writePlain(field);
        return;
      case OPERATION.setPlain:
        this.#plain.to = this.output.at;
        this.#plain.from = this.#plain.to - (to - from);
        if (from < to) this.#text(field, from, to);
        return;
      case OPERATION.setUrl:
        this.#url(field, from, to);
        return;
      case OPERATION.setSeconds:
        this.#plain.seconds = this.#numberAt(from, to);
        this.#number(field, from, to);
        return;
      case OPERATION.writeChild:
      case OPERATION.writeArgument:
        this.#block(field, from, to);
        return;
      case OPERATION.writeItem:
        this.#block(field, from, to);
        if (!this.#plain.keepItem()) this.isUnusual = true;
        return;
    }
  }

  #text(field: Field, from: number, to: number): void {
    if (!this.output.text(this.input.bytes, from, to)) this.isUnusual = true;
    this.output.head(field, to - from);
  }

  /** As much of the text as a reference keeps. */
  #cut(field: Field, from: number, to: number): void {
    if (from === to) return;
    let end = to;
    if (to - from > MAX_REFERENCE_TEXT_BYTES) {
      this.check(from, to);
      end = from + MAX_REFERENCE_TEXT_BYTES;
      while (((this.input.bytes[end] as number) & 0xc0) === 0x80) end--;
    }
    this.#text(field, from, end);
  }

  /** Only a url with an @ may have a name or password in it. */
  #checkUrl(from: number, to: number): void {
    const { bytes } = this.input;
    for (let at = from; at < to; at++) {
      if (bytes[at] === AT_SIGN) this.isUnusual = true;
    }
  }

  #url(field: Field, from: number, to: number): void {
    this.#plain.urlTo = this.output.at;
    this.#plain.urlFrom = this.output.at - (to - from);
    if (from < to) this.#text(field, from, to);
  }

  #number(field: Field, from: number, to: number): void {
    const { bytes } = this.input;
    if (to - from <= 1 && (bytes[from] ?? 0) === 0 && !field.hasPresence) return;
    this.output.bytes(bytes, from, to);
    this.output.tag(field);
  }

  #numberAt(from: number, to: number): number {
    const { bytes } = this.input;
    let value = 0;
    for (let at = to - 1; at >= from; at--) value = value * 128 + ((bytes[at] as number) & 127);
    return value;
  }

  /** A relative id becomes an absolute one; one that is missing or empty, if it is required. */
  #id(field: Field, from: number, to: number): void {
    const { output } = this;
    if (to - from > this.#maxIdBytes) this.isUnusual = true;
    if (field.place === PLACE.channel) {
      this.channelFrom = from;
      this.channelTo = to;
    } else if (field.place === PLACE.user) this.isWithUser = true;
    const end = output.at;
    if (from < to || field.isRequired) {
      if (!output.escaped(this.input.bytes, from, to)) this.check(from, to);
      output.ascii(this.#idPrefix);
    } else if (!field.hasPresence) return;
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
    if (field.isNeeded && output.at === end) this.isUnusual = true;
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
    this.#cost += kind.cost;
    if (this.#cost > MAX_MESSAGE_BLOCKS) return false;
    if (kind.plain === PLAIN.file) this.hasFiles = true;
    const first = input.depth;
    const firstItem = this.#plain.items;
    const end = output.at;
    const { fields } = kind.field;
    if (!input.scan(fields, input.entered, to)) return false;
    const isOrdered = kind.plain === PLAIN.listed && this.#isOrdered(fields, first);
    this.write(fields, first);
    input.depth = first;
    this.#endBlock(kind, end, firstItem, isOrdered);
    return true;
  }

  /** Whether the fields of a list that were found from this slot on have its only number. */
  #isOrdered(fields: readonly Field[], first: number): boolean {
    const { input } = this;
    const last = input.depth - 1;
    if (last < first) return false;
    const { operation } = fields[input.index(last)] as Field;
    return operation === OPERATION.copyNumber && input.bytes[input.from(last)] !== 0;
  }

  /** A text without a block, whose slot is the one before, becomes a block. */
  #blockOfText(field: Field, textSlot: number): void {
    const { output } = this;
    const end = output.at;
    this.#value(TEXT_BLOCK.field.fields[0] as Field, textSlot);
    this.#endBlock(TEXT_BLOCK, end, this.#plain.items, false);
    output.head(field, end - output.at);
  }

  /** Writes the head of a block's inner message, and the block's plain text. */
  #endBlock(kind: BlockKind, innerEnd: number, firstItem: number, isOrdered: boolean): void {
    const { output } = this;
    const plain = this.#plain;
    output.head(kind.field, innerEnd - output.at);
    const end = output.at;
    plain.write(kind.plain, firstItem, isOrdered);
    plain.from = output.at;
    plain.to = end;
    if (output.at < end) output.head(PLAIN_IN_BLOCK, end - output.at);
  }

  /** Writes the plain text of the block that was written last. */
  #writePlain(field: Field): void {
    const { from, to } = this.#plain;
    if (from === to) return;
    this.output.again(from, to);
    this.output.head(field, to - from);
  }
}
