/**
 * The log as readers with the same filter see it. They share the totals, which publishing keeps up
 * to date, and the last run that one of them has found: readers at the same position search once.
 */
import type { EventFilter } from "./event-filter.ts";
import type { Slab } from "./slab.ts";

/** Numbers of events and of their bytes, envelopes included. */
export interface Totals {
  events: number;
  bytes: number;
}

export class EventView {
  readonly filter: EventFilter;
  /** The events that the filter includes, since the view was made. */
  readonly totals: Totals = { events: 0, bytes: 0 };
  /** Cursors that have not been dropped. */
  cursors = 0;
  /** The run that was found last: from `begin` until before `stop`; equal: the slab holds none. */
  begin = 0;
  stop = 0;
  #slab: Slab | undefined;
  #from = 0;
  /** How many events the slab had. */
  #count = 0;
  #maxBytes = 0;
  #bytes: Uint8Array | undefined;
  #bytesSlab: Slab | undefined;
  #bytesStart = 0;

  constructor(filter: EventFilter) {
    this.filter = filter;
  }

  /** An event that the filter includes was published. */
  add(bytes: number): void {
    this.totals.events++;
    this.totals.bytes += bytes;
  }

  /**
   * Finds the next events from `from` on, at least as many as `maxBytes` hold or one alone, and puts
   * them into `begin` and `stop`.
   */
  find(slab: Slab, from: number, maxBytes: number): void {
    const count = slab.ends.length;
    const isSamePlace = this.#slab === slab && this.#from === from;
    if (isSamePlace && this.#count === count && this.#maxBytes === maxBytes) return;
    this.#slab = slab;
    this.#from = from;
    this.#count = count;
    this.#maxBytes = maxBytes;
    this.begin = this.#skip(slab, from, count);
    this.stop = this.begin === count ? count : this.#extend(slab, this.begin, maxBytes);
  }

  /** These bytes of a slab; readers that ask for the same ones in a row share them. */
  bytesOf(slab: Slab, start: number, end: number): Uint8Array {
    const last = this.#bytes;
    if (last !== undefined && this.#bytesSlab === slab) {
      if (this.#bytesStart === start && last.length === end - start) return last;
    }
    this.#bytesSlab = slab;
    this.#bytesStart = start;
    this.#bytes = slab.bytes.subarray(start, end);
    return this.#bytes;
  }

  /** Releases the slab of the last search. */
  release(): void {
    this.#slab = undefined;
    this.#bytes = undefined;
    this.#bytesSlab = undefined;
  }

  #skip({ classes }: Slab, from: number, count: number): number {
    let index = from;
    while (index < count && !this.filter.includes(classes[index] as number)) index++;
    return index;
  }

  #extend(slab: Slab, begin: number, maxBytes: number): number {
    const { classes } = slab;
    const most = slab.lastFitting(begin, slab.ends.length, slab.startOf(begin) + maxBytes);
    let index = begin + 1;
    while (index < most && this.filter.includes(classes[index] as number)) index++;
    return index;
  }
}
