/**
 * The shared log of events: each is encoded once, enveloped, into slabs of bytes that follow one
 * another, and every stream reads it with a cursor of its own.
 *
 * A run of events is a view into a slab, so streams at the same position share it and nothing is
 * copied for a stream. The log itself holds only the newest slab: an older one lives as long as
 * a cursor stands in it or before it, and its memory is free when the last one has moved on.
 * Bytes once written never change, so a run may be kept while it is being sent.
 */
import { Buffer } from "node:buffer";
import { ENVELOPE_BYTES, writeEnvelope } from "../codec/envelope.ts";

/** Several times what a transport takes at once, so that few runs are cut at a slab's end. */
const SLAB_BYTES = 524_288;
/** A larger event that does not fit into the newest slab gets one of exactly its size. */
const OWN_SLAB_BYTES = SLAB_BYTES / 4;

/** Numbers of events and of their bytes, envelopes included. */
export interface Totals {
  events: number;
  bytes: number;
}

class Slab {
  readonly bytes: Uint8Array;
  /** Bytes of the log in front of this slab. */
  readonly base: number;
  /** Where each event ends. */
  readonly ends: number[] = [];
  /** Which of them are private, rising. */
  readonly privates: number[] = [];
  next: Slab | undefined;
  #run: Uint8Array | undefined;
  #runStart = -1;

  constructor(size: number, base: number) {
    // A Buffer, because sockets take it as it is. Only what was written is ever handed out.
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.base = base;
  }

  get used(): number {
    return this.ends.at(-1) ?? 0;
  }

  startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0);
  }

  add(message: Uint8Array, isPrivate: boolean): void {
    const start = this.used;
    writeEnvelope(this.bytes, start, message);
    if (isPrivate) this.privates.push(this.ends.length);
    this.ends.push(start + ENVELOPE_BYTES + message.length);
  }

  /** The first private event at or after `index`; the number of events if there is none. */
  privateFrom(index: number): number {
    let low = 0;
    let high = this.privates.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.privates[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return this.privates[low] ?? this.ends.length;
  }

  /** A view of these bytes; streams that ask for the same run in a row share it. */
  run(start: number, end: number): Uint8Array {
    const last = this.#run;
    if (last !== undefined && this.#runStart === start && last.length === end - start) return last;
    this.#runStart = start;
    this.#run = this.bytes.subarray(start, end);
    return this.#run;
  }
}

export class EventLog {
  /** All events ever. The newest one's sequence number is the number of events. */
  readonly all: Totals = { events: 0, bytes: 0 };
  /** Those that are not private. */
  readonly public: Totals = { events: 0, bytes: 0 };
  /** Called when a new slab begins, before it holds anything. */
  onSlab: (() => void) | undefined;
  #tail: Slab = new Slab(0, 0);

  /** Appends an encoded event and returns its sequence number, counted from 1. */
  append(message: Uint8Array, isPrivate: boolean): number {
    const size = ENVELOPE_BYTES + message.length;
    if (this.#tail.used + size > this.#tail.bytes.length) this.#addSlab(size);
    this.#tail.add(message, isPrivate);
    this.all.events++;
    this.all.bytes += size;
    if (!isPrivate) {
      this.public.events++;
      this.public.bytes += size;
    }
    return this.all.events;
  }

  /** A cursor that starts behind the newest event. */
  cursor(seesPrivate: boolean): Cursor {
    return new Cursor(this, seesPrivate);
  }

  get tail(): Slab {
    return this.#tail;
  }

  #addSlab(size: number): void {
    const slab = new Slab(size > OWN_SLAB_BYTES ? size : SLAB_BYTES, this.all.bytes);
    this.#tail.next = slab;
    this.#tail = slab;
    this.onSlab?.();
  }
}

/** One reader's position in the log. */
export class Cursor {
  /** What it has taken so far, or was put behind at its start. */
  readonly taken: Totals;
  readonly #log: EventLog;
  readonly #seesPrivate: boolean;
  /** The totals of the events that this reader may see. */
  readonly #totals: Totals;
  #slab: Slab | undefined;
  #index: number;
  #lastEvent = Number.POSITIVE_INFINITY;
  #lastByte = Number.POSITIVE_INFINITY;

  constructor(log: EventLog, seesPrivate: boolean) {
    this.#log = log;
    this.#seesPrivate = seesPrivate;
    this.#totals = seesPrivate ? log.all : log.public;
    this.taken = { ...this.#totals };
    this.#slab = log.tail;
    this.#index = log.tail.ends.length;
  }

  get waitingEvents(): number {
    return Math.min(this.#totals.events, this.#lastEvent) - this.taken.events;
  }

  get waitingBytes(): number {
    return Math.min(this.#totals.bytes, this.#lastByte) - this.taken.bytes;
  }

  /** Bytes of the log from the cursor on, other readers' events included; 0 if nothing waits. */
  get retainedBytes(): number {
    if (this.waitingEvents === 0 || this.#slab === undefined) return 0;
    return this.#log.all.bytes - this.#slab.base - this.#slab.startOf(this.#index);
  }

  /** Events in order, at most `maxBytes` together or one alone; `undefined`: none waits. */
  take(maxBytes: number): Uint8Array | undefined {
    while (this.waitingEvents > 0 && this.#slab !== undefined) {
      const slab = this.#slab;
      const count = slab.ends.length;
      const stop = this.#seesPrivate ? count : slab.privateFrom(this.#index);
      if (this.#index < stop) return this.#takeRun(slab, stop, maxBytes);
      if (this.#index < count) this.#index++;
      else this.#goTo(slab.next, 0);
    }
    return undefined;
  }

  #takeRun(slab: Slab, stop: number, maxBytes: number): Uint8Array {
    const index = this.#index;
    const start = slab.startOf(index);
    const most = Math.min(stop, index + this.waitingEvents);
    const next = lastFitting(slab.ends, index, most, start + maxBytes);
    const end = slab.startOf(next);
    this.#index = next;
    this.taken.events += next - index;
    this.taken.bytes += end - start;
    return slab.run(start, end);
  }

  /** Releases slabs that hold nothing more for this reader. */
  settle(): void {
    if (this.#slab === undefined || this.waitingEvents > 0) return;
    this.#goTo(this.#log.tail, this.#log.tail.ends.length);
  }

  /** Ends the reading after what waits now. */
  stopHere(): void {
    this.#lastEvent = Math.min(this.#lastEvent, this.#totals.events);
    this.#lastByte = Math.min(this.#lastByte, this.#totals.bytes);
  }

  /** Drops what waits and releases the log. Returns how many events were dropped. */
  drop(): number {
    const events = this.waitingEvents;
    this.#lastEvent = this.taken.events;
    this.#lastByte = this.taken.bytes;
    this.#goTo(undefined, 0);
    return events;
  }

  #goTo(slab: Slab | undefined, index: number): void {
    this.#slab = slab;
    this.#index = index;
  }
}

/** The last index in (from, to] whose events end within `limit`; at least from + 1. */
function lastFitting(ends: readonly number[], from: number, to: number, limit: number): number {
  if ((ends[to - 1] ?? 0) <= limit) return to;
  let fits = from + 1;
  let tooFar = to;
  while (tooFar - fits > 1) {
    const middle = (fits + tooFar) >> 1;
    if ((ends[middle - 1] ?? 0) <= limit) fits = middle;
    else tooFar = middle;
  }
  return fits;
}
