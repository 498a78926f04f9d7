/** Writes the plain texts of blocks backwards, as `normaliseMessage` makes them. */
import { link, timestamp } from "@seabird-chat/protocol";
import type { BackwardWriter } from "./backward-writer.ts";
import { PLAIN } from "./field-rules.ts";

const LIST_SEPARATOR = ", ";
const FILE_SEPARATOR = ": ";
const MAX_ITEMS = 4_096;
const MS_PER_SECOND = 1_000;

export class PlainWriter {
  readonly #output: BackwardWriter;
  /** Where the plain text of the block that was written last stands in the output. */
  from = 0;
  to = 0;
  /** Where the url that was written last stands there. */
  urlFrom = 0;
  urlTo = 0;
  /** Of the block that is being written. */
  seconds = 0;
  /** How many items are kept. */
  items = 0;
  /** Where the plain text stands of each item of the lists and containers that are being written, the last one first. */
  readonly #items = new Int32Array(2 * MAX_ITEMS);

  constructor(output: BackwardWriter) {
    this.#output = output;
  }

  begin(): void {
    this.items = 0;
    this.seconds = 0;
  }

  /** The block that was written last is an item; false if there are too many. */
  keepItem(): boolean {
    if (this.items === MAX_ITEMS) return false;
    this.#items[2 * this.items] = this.from;
    this.#items[2 * this.items++ + 1] = this.to;
    return true;
  }

  /** Writes the text of a block whose items are kept from this one on. */
  write(plain: (typeof PLAIN)[keyof typeof PLAIN], firstItem: number, isOrdered: boolean): void {
    const output = this.#output;
    switch (plain) {
      case PLAIN.asSet:
        output.again(this.from, this.to);
        return;
      case PLAIN.joined:
        this.#join(firstItem, "", false);
        return;
      case PLAIN.listed:
        this.#join(firstItem, LIST_SEPARATOR, isOrdered);
        return;
      case PLAIN.link: {
        const url = output.read(this.urlFrom, this.urlTo);
        output.string(link(url, output.read(this.from, this.to)).plain);
        return;
      }
      case PLAIN.file:
        output.again(this.urlFrom, this.urlTo);
        if (this.urlFrom < this.urlTo && this.from < this.to) output.ascii(FILE_SEPARATOR);
        output.again(this.from, this.to);
        return;
      case PLAIN.time:
        this.#writeTime();
    }
  }

  #join(firstItem: number, separator: string, isOrdered: boolean): void {
    const output = this.#output;
    for (let item = firstItem; item < this.items; item++) {
      if (item > firstItem) output.ascii(separator);
      output.again(this.#items[2 * item] as number, this.#items[2 * item + 1] as number);
      if (isOrdered) output.ascii(`${this.items - item}. `);
    }
    this.items = firstItem;
  }

  #writeTime(): void {
    this.#output.ascii(timestamp(new Date(this.seconds * MS_PER_SECOND)).plain);
    this.seconds = 0;
  }
}
