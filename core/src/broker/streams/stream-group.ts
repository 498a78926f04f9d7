/** The streams with the same filter: which of them wait to be woken, and when one may be too slow. */
import type { EventStream } from "./event-stream.ts";
import type { EventView } from "./event-view.ts";

export class StreamGroup {
  readonly view: EventView;
  /** Those not closed yet. */
  readonly streams = new Set<EventStream>();
  #starving = new Set<EventStream>();
  /** No stream can exceed its own bounds before the view has reached one of these. */
  #nextCheckEvents = Number.POSITIVE_INFINITY;
  #nextCheckBytes = Number.POSITIVE_INFINITY;

  constructor(view: EventView) {
    this.view = view;
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

  /** A stream found nothing. */
  starving(stream: EventStream): void {
    this.#starving.add(stream);
  }

  /** A stream gets nothing more. */
  ended(stream: EventStream): void {
    this.#starving.delete(stream);
  }

  /** Wakes the streams that found nothing; each wakes again only after it finds nothing again. */
  wake(): void {
    if (this.#starving.size === 0) return;
    const woken = this.#starving;
    this.#starving = new Set();
    for (const stream of woken) stream.onReady?.();
  }
}
