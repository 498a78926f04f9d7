/**
 * The requests that wait to be sent to one backend, oldest first: a list bounded in requests and
 * bytes, from which any request can be withdrawn. Requests beyond the bounds are refused.
 */
import { Buffer } from "node:buffer";
import type { Holding } from "../caller.ts";
import type { Source, SourceEnd } from "../streams/source.ts";

interface Entry {
  bytes: Uint8Array;
  before: Entry | undefined;
  after: Entry | undefined;
  waiting: boolean;
  /** Whose request it is, while it waits. */
  holding: Holding | undefined;
}

const NOTHING = new Uint8Array(0);

/** Takes back a request; whether that was possible, for it had not been sent. */
export type Withdraw = () => boolean;

export interface QueueBounds {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

export class RequestQueue implements Source {
  onReady: (() => void) | undefined;
  readonly #bounds: QueueBounds;
  #first: Entry | undefined;
  #last: Entry | undefined;
  #size = 0;
  #bytes = 0;
  #end: SourceEnd | undefined;
  /** The reader found nothing, and waits to be woken. */
  #starving = true;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** Requests that wait. */
  get size(): number {
    return this.#size;
  }

  /** Their bytes, envelopes included. */
  get bytes(): number {
    return this.#bytes;
  }

  get end(): SourceEnd | undefined {
    return this.#end;
  }

  /** Whether so many more bytes may wait. A queue that has ended is never full. */
  hasCapacity(bytes: number): boolean {
    if (this.#size >= this.#bounds.maxRequests) return false;
    return this.#size === 0 || this.#bytes + bytes <= this.#bounds.maxBytes;
  }

  /**
   * Appends one enveloped request, whose bytes are held for its caller while it waits. Returns what
   * withdraws it, which is false once it was taken.
   */
  push(bytes: Uint8Array, holding?: Holding): Withdraw {
    const entry: Entry = { bytes, before: this.#last, after: undefined, waiting: false, holding };
    if (this.#end !== undefined) return () => false;
    entry.waiting = true;
    holding?.hold?.(bytes.length);
    if (this.#last === undefined) this.#first = entry;
    else this.#last.after = entry;
    this.#last = entry;
    this.#size++;
    this.#bytes += bytes.length;
    this.#wake();
    return () => this.#unlink(entry);
  }

  take(maxBytes: number): Uint8Array | undefined {
    const first = this.#first;
    if (first === undefined) {
      this.#starving = true;
      return undefined;
    }
    let length = first.bytes.length;
    let after = first.after;
    while (after !== undefined && length + after.bytes.length <= maxBytes) {
      length += after.bytes.length;
      after = after.after;
    }
    return this.#takeUntil(after, length);
  }

  #takeUntil(after: Entry | undefined, length: number): Uint8Array {
    const single = this.#first?.bytes;
    if (single !== undefined && single.length === length) {
      if (this.#first !== undefined) this.#unlink(this.#first);
      return single;
    }
    const run = Buffer.allocUnsafe(length);
    let offset = 0;
    for (let each = this.#first; each !== undefined && each !== after; each = this.#first) {
      run.set(each.bytes, offset);
      offset += each.bytes.length;
      this.#unlink(each);
    }
    return run;
  }

  /** Drops what waits and takes nothing more. The first end stays. */
  finish(end: SourceEnd): void {
    this.close();
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#starving = true;
    this.#wake();
  }

  close(): void {
    for (let each = this.#first; each !== undefined; each = this.#first) this.#unlink(each);
  }

  #unlink(entry: Entry): boolean {
    if (!entry.waiting) return false;
    entry.waiting = false;
    if (entry.before === undefined) this.#first = entry.after;
    else entry.before.after = entry.after;
    if (entry.after === undefined) this.#last = entry.before;
    else entry.after.before = entry.before;
    entry.before = undefined;
    entry.after = undefined;
    this.#size--;
    this.#bytes -= entry.bytes.length;
    entry.holding?.hold?.(-entry.bytes.length);
    entry.holding = undefined;
    // The undo of `push` holds the entry until the answer has come; the bytes are freed now.
    entry.bytes = NOTHING;
    return true;
  }

  #wake(): void {
    if (!this.#starving) return;
    this.#starving = false;
    this.onReady?.();
  }
}
