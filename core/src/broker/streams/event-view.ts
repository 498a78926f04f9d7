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

/** Consecutive events of a slab that a filter includes: from `begin` until before `stop`. */
export interface Run {
  readonly begin: number;
  /** Equal to `begin`: the slab holds none. */
  readonly stop: number;
}

interface Search {
  readonly slab: Slab;
  readonly from: number;
  /** How many events the slab had. */
  readonly count: number;
  readonly maxBytes: number;
  readonly run: Run;
}

export class EventView {
  readonly filter: EventFilter;
  /** The events that the filter includes, since the view was made. */
  readonly totals: Totals = { events: 0, bytes: 0 };
  /** Cursors that have not been dropped. */
  cursors = 0;
  #search: Search | undefined;
  #bytes: Uint8Array | undefined;
  #bytesSlab: Slab | undefined;
  #bytesStart = 0;

  constructor(filter: EventFilter) {
    this.filter = filter;
  }

  /** An event was published. */
  add(eventClass: number, bytes: number): void {
    if (!this.filter.includes(eventClass)) return;
    this.totals.events++;
    this.totals.bytes += bytes;
  }

  /**
   * The next events from `from` on, at most `maxBytes` together or one alone. `areAllIncluded`: the
   * filter is known to include whatever follows, so nothing need be searched.
   */
  find(slab: Slab, from: number, maxBytes: number, areAllIncluded: boolean): Run {
    const count = slab.ends.length;
    const last = this.#search;
    const isKnown = last?.slab === slab && last.from === from && last.count === count;
    if (isKnown && last.maxBytes === maxBytes) return last.run;
    const begin = areAllIncluded ? from : this.#skip(slab, from, count);
    const run = { begin, stop: begin };
    if (begin < count) {
      const most = slab.lastFitting(begin, count, slab.startOf(begin) + maxBytes);
      run.stop = areAllIncluded ? most : this.#extend(slab, begin, most);
    }
    this.#search = { slab, from, count, maxBytes, run };
    return run;
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
    this.#search = undefined;
    this.#bytes = undefined;
    this.#bytesSlab = undefined;
  }

  #skip({ classes }: Slab, from: number, count: number): number {
    let index = from;
    while (index < count && !this.filter.includes(classes[index] as number)) index++;
    return index;
  }

  #extend({ classes }: Slab, begin: number, most: number): number {
    let index = begin + 1;
    while (index < most && this.filter.includes(classes[index] as number)) index++;
    return index;
  }
}
