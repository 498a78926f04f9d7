/**
 * The shared log of events: each is encoded once, enveloped, into slabs of bytes that follow one
 * another, and every stream reads it with a cursor of its own.
 *
 * A run of events is a view into a slab, so streams at the same position share it and nothing is
 * copied for a stream. The log itself holds only the newest slab: an older one lives as long as
 * a cursor stands in it or before it, and its memory is free when the last one has moved on.
 * Bytes once written never change, so a run may be kept while it is being sent.
 */
import { ENVELOPE_BYTES } from "../codec/envelope.ts";
import type { EventFilter } from "./event-filter.ts";
import { EventView, type Totals } from "./event-view.ts";
import { Slab } from "./slab.ts";

/** Several times what a transport takes at once, so that few runs are cut at a slab's end. */
const SLAB_BYTES = 524_288;
/** A larger event that does not fit into the newest slab gets one of exactly its size. */
const OWN_SLAB_BYTES = SLAB_BYTES / 4;

export class EventLog {
  /** All events ever. The newest one's sequence number is the number of events. */
  readonly all: Totals = { events: 0, bytes: 0 };
  /** Called when a new slab begins, before it holds anything. */
  onSlab: (() => void) | undefined;
  #tail: Slab = new Slab(0, 0);
  #views: readonly EventView[] = [];
  /** By class: the views that have its events, once it was asked for. */
  #viewsWith: (readonly EventView[] | undefined)[] = [];

  /** How many different filters are being read with. */
  get views(): number {
    return this.#views.length;
  }

  get tail(): Slab {
    return this.#tail;
  }

  /** Appends an encoded event of this class and returns its sequence number, counted from 1. */
  append(message: Uint8Array, eventClass: number): number {
    const size = ENVELOPE_BYTES + message.length;
    if (this.#tail.used + size > this.#tail.bytes.length) this.#addSlab(size);
    this.#tail.add(message, eventClass);
    this.all.events++;
    this.all.bytes += size;
    for (const view of this.viewsWith(eventClass)) view.add(size);
    return this.all.events;
  }

  /** A cursor that starts behind the newest event. */
  cursor(filter: EventFilter): Cursor {
    const known = this.viewOf(filter);
    const view = known ?? new EventView(filter);
    if (known === undefined) this.#setViews([...this.#views, view]);
    view.cursors++;
    return new Cursor(this, view);
  }

  /** The view of this filter, while it has readers. */
  viewOf({ key }: EventFilter): EventView | undefined {
    return this.#views.find(({ filter }) => filter.key === key);
  }

  /** The views that have events of this class. */
  viewsWith(eventClass: number): readonly EventView[] {
    const known = this.#viewsWith[eventClass];
    if (known !== undefined) return known;
    const views = this.#views.filter(({ filter }) => filter.includes(eventClass));
    this.#viewsWith[eventClass] = views;
    return views;
  }

  /** A cursor was dropped; the last one takes its view with it. */
  dropped(view: EventView): void {
    view.cursors--;
    if (view.cursors === 0) this.#setViews(this.#views.filter((each) => each !== view));
  }

  #setViews(views: readonly EventView[]): void {
    this.#views = views;
    this.#viewsWith = [];
  }

  #addSlab(size: number): void {
    const slab = new Slab(size > OWN_SLAB_BYTES ? size : SLAB_BYTES, this.all.bytes);
    this.#tail.next = slab;
    this.#tail = slab;
    for (const view of this.#views) view.release();
    this.onSlab?.();
  }
}

/** One reader's position in the log. */
export class Cursor {
  readonly view: EventView;
  /** What it has taken so far, or was put behind at its start. */
  readonly taken: Totals;
  readonly #log: EventLog;
  readonly #totals: Totals;
  #slab: Slab | undefined;
  #index: number;
  /** The sequence number of the event in front of the cursor. */
  #sequence: number;
  #lastEvent = Number.POSITIVE_INFINITY;
  #lastByte = Number.POSITIVE_INFINITY;

  constructor(log: EventLog, view: EventView) {
    this.#log = log;
    this.view = view;
    this.#totals = view.totals;
    this.taken = { ...view.totals };
    this.#slab = log.tail;
    this.#index = log.tail.ends.length;
    this.#sequence = log.all.events;
  }

  /** Events published for this reader, whether it has taken them or not. */
  get publishedEvents(): number {
    return Math.min(this.#totals.events, this.#lastEvent);
  }

  get waitingEvents(): number {
    return this.publishedEvents - this.taken.events;
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
      const stop = this.#areAllIncluded() ? slab.ends.length : this.#find(slab, maxBytes);
      if (this.#index < stop) return this.#takeRun(slab, stop, maxBytes);
      this.#goTo(slab.next, 0);
    }
    return undefined;
  }

  /** Releases slabs that hold nothing more for this reader. */
  settle(): void {
    if (this.#slab === undefined || this.waitingEvents > 0) return;
    this.#goTo(this.#log.tail, this.#log.tail.ends.length);
    this.#sequence = this.#log.all.events;
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
    if (this.#slab !== undefined) this.#log.dropped(this.view);
    this.#goTo(undefined, 0);
    return events;
  }

  /** Whether every event from here to the newest one is for this reader. */
  #areAllIncluded(): boolean {
    const left = this.#log.all.events - this.#sequence;
    return left === this.#totals.events - this.taken.events;
  }

  /** Goes to the next event for this reader; returns where the run of them ends. */
  #find(slab: Slab, maxBytes: number): number {
    const { view } = this;
    view.find(slab, this.#index, maxBytes);
    this.#moveTo(view.begin);
    return view.stop;
  }

  #takeRun(slab: Slab, stop: number, maxBytes: number): Uint8Array {
    const index = this.#index;
    const start = slab.startOf(index);
    const most = Math.min(stop, index + this.waitingEvents);
    const next = slab.lastFitting(index, most, start + maxBytes);
    const end = slab.startOf(next);
    this.taken.events += next - index;
    this.taken.bytes += end - start;
    this.#moveTo(next);
    return this.view.bytesOf(slab, start, end);
  }

  #moveTo(index: number): void {
    this.#sequence += index - this.#index;
    this.#index = index;
  }

  #goTo(slab: Slab | undefined, index: number): void {
    this.#slab = slab;
    this.#index = index;
  }
}
