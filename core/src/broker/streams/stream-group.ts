/** The streams with the same filter: which of them wait to be woken, and when one may be too slow. */
import type { EventStream, EventStreamOwner } from "./event-stream.ts";
import type { EventView } from "./event-view.ts";
import type { SourceEnd } from "./source.ts";

/** Callbacks of the streams of a group. */
export type StreamGroupOwner = Omit<EventStreamOwner, "starving">;

export class StreamGroup implements EventStreamOwner {
  readonly view: EventView;
  readonly #owner: StreamGroupOwner;
  /** Those not closed yet. */
  readonly streams = new Set<EventStream>();
  #starving = new Set<EventStream>();
  /** No stream can exceed its own bounds before the view has reached one of these. */
  #nextCheckEvents = Number.POSITIVE_INFINITY;
  #nextCheckBytes = Number.POSITIVE_INFINITY;

  constructor(view: EventView, owner: StreamGroupOwner) {
    this.view = view;
    this.#owner = owner;
  }

  get needsCheck(): boolean {
    const { events, bytes } = this.view.totals;
    return events >= this.#nextCheckEvents || bytes >= this.#nextCheckBytes;
  }

  /** All streams are about to be checked, each of which plans the next time. */
  beginCheck(): void {
    this.#nextCheckEvents = Number.POSITIVE_INFINITY;
    this.#nextCheckBytes = Number.POSITIVE_INFINITY;
  }

  /** A stream will not exceed its bounds within so many events and bytes. */
  checkAfter(events: number, bytes: number): void {
    const { totals } = this.view;
    this.#nextCheckEvents = Math.min(this.#nextCheckEvents, totals.events + events + 1);
    this.#nextCheckBytes = Math.min(this.#nextCheckBytes, totals.bytes + bytes + 1);
  }

  taken(stream: EventStream, events: number, bytes: number): void {
    this.#owner.taken(stream, events, bytes);
  }

  starving(stream: EventStream): void {
    this.#starving.add(stream);
  }

  ended(stream: EventStream, end: SourceEnd | "left"): void {
    this.#starving.delete(stream);
    this.#owner.ended(stream, end);
  }

  closed(stream: EventStream): void {
    this.streams.delete(stream);
    this.#owner.closed(stream);
  }

  /** Wakes the streams that found nothing; each wakes again only after it finds nothing again. */
  wake(): void {
    if (this.#starving.size === 0) return;
    const woken = this.#starving;
    this.#starving = new Set();
    for (const stream of woken) stream.onReady?.();
  }
}
