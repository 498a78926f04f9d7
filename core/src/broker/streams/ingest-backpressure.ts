/**
 * Holding the backends' events back while readers that do read are far behind, so that one
 * backend's burst makes no healthy reader fall behind its bounds.
 *
 * Nobody is held for a reader that does not read. A reader can cause a hold only if it has taken
 * something since a part of what it is behind was published, so one that simply stops never
 * can. It keeps a hold up only while it goes on reading (`maxReaderStallMs`), and at most for
 * `maxIngestPauseMs` in all: after that it causes none again until it has caught up.
 *
 * Readers that are slow in turns, or always just fast enough, could still make everybody wait for
 * them most of the time. So all holds together have an allowance: `maxIngestPauseMs` at first,
 * and each event that goes by earns some more (`minIngestEventsPerSecond`).
 */
import type { Clock } from "../clock.ts";
import type { BrokerObserver } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { Cursor, Totals } from "./event-log.ts";

/** A reader this far behind, as a part of its bounds, is worth a hold. */
const HOLD_AT = 1 / 4;
/** A reader no further behind than this has caught up. */
const RELEASE_AT = 1 / 8;
/** Events after which it is worth looking at all readers again. */
const LOOK_EVERY = 256;
const MS_PER_SECOND = 1_000;
/** Of a large event, what earns as much as an event does. */
const BYTES_PER_EVENT = 1_024;

/** What a hold wants to know of a stream. */
export interface Reader {
  readonly cursor: Pick<Cursor, "waitingEvents" | "waitingBytes">;
}

interface Progress {
  /** The log's newest event when the reader last took something. */
  lastTakeSequence: number;
  /** When it last took something, while it keeps a hold up. */
  lastTakeMs: number;
  /** How long it has kept holds up since it had last caught up. */
  heldMs: number;
}

interface Hold {
  readonly readers: Set<Reader>;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly startMs: number;
  /** It takes no longer than that. */
  readonly mostMs: number;
  disarm: () => void;
}

export class IngestBackpressure {
  readonly #options: ResolvedBrokerOptions;
  readonly #clock: Clock;
  readonly #observer: BrokerObserver;
  readonly #progress = new WeakMap<Reader, Progress>();
  #hold: Hold | undefined;
  #lookAt = 0;
  #allowanceMs: number;
  /** What has earned already. */
  #earned: Totals = { events: 0, bytes: 0 };

  constructor(options: ResolvedBrokerOptions, clock: Clock, observer: BrokerObserver) {
    this.#options = options;
    this.#allowanceMs = options.maxIngestPauseMs;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** The hold in force, or a new one if any of the readers is worth it. */
  hold(all: Totals, readers: Iterable<Reader>): Promise<void> | undefined {
    if (this.#hold !== undefined) return this.#hold.promise;
    const { events } = all;
    if (events < this.#lookAt || this.#options.maxIngestPauseMs === 0) return undefined;
    this.#lookAt = events + LOOK_EVERY;
    this.#earn(all);
    if (this.#allowanceMs < 1) return undefined;
    const behind = new Set<Reader>();
    for (const reader of readers) if (this.#isWorthIt(reader, events)) behind.add(reader);
    return behind.size === 0 ? undefined : this.#start(behind);
  }

  /** A reader took something. */
  progress(reader: Reader, sequence: number): void {
    const progress = this.#of(reader);
    progress.lastTakeSequence = sequence;
    const hold = this.#hold;
    if (progress.heldMs === 0 && hold === undefined) return;
    if (!this.#isBehind(reader, RELEASE_AT)) {
      progress.heldMs = 0;
      this.forget(reader);
    } else if (hold?.readers.has(reader)) {
      progress.lastTakeMs = this.#clock.now();
    }
  }

  /** A reader keeps no hold up any more. */
  forget(reader: Reader): void {
    const hold = this.#hold;
    if (hold?.readers.delete(reader) && hold.readers.size === 0) this.#release(hold);
  }

  #earn({ events, bytes }: Totals): void {
    const { maxIngestPauseMs, minIngestEventsPerSecond } = this.#options;
    const count = events - this.#earned.events + (bytes - this.#earned.bytes) / BYTES_PER_EVENT;
    const earnedMs = (count * MS_PER_SECOND) / minIngestEventsPerSecond;
    this.#allowanceMs = Math.min(maxIngestPauseMs, this.#allowanceMs + earnedMs);
    this.#earned = { events, bytes };
  }

  #isWorthIt(reader: Reader, sequence: number): boolean {
    if (!this.#isBehind(reader, HOLD_AT)) return false;
    const { heldMs, lastTakeSequence } = this.#of(reader);
    const missed = sequence - lastTakeSequence;
    return heldMs < this.#options.maxIngestPauseMs && missed < reader.cursor.waitingEvents / 2;
  }

  #isBehind({ cursor }: Reader, part: number): boolean {
    return (
      cursor.waitingEvents > this.#options.maxQueuedEventsPerStream * part ||
      cursor.waitingBytes > this.#options.maxQueuedBytesPerStream * part
    );
  }

  #start(readers: Set<Reader>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const startMs = this.#clock.now();
    for (const reader of readers) this.#of(reader).lastTakeMs = startMs;
    const mostMs = this.#allowanceMs;
    this.#hold = { readers, promise, resolve, startMs, mostMs, disarm: () => {} };
    this.#look(this.#hold);
    return promise;
  }

  /** Lets those go that have stalled or had their time; looks again when more may have. */
  #look(hold: Hold): void {
    const { maxIngestPauseMs, maxReaderStallMs } = this.#options;
    const nowMs = this.#clock.now();
    const heldMs = nowMs - hold.startMs;
    let nextMs = hold.mostMs - heldMs;
    for (const reader of hold.readers) {
      const progress = this.#of(reader);
      const stallsInMs = progress.lastTakeMs + maxReaderStallMs - nowMs;
      const leftMs = Math.min(stallsInMs, maxIngestPauseMs - progress.heldMs - heldMs);
      if (leftMs > 0 && heldMs < hold.mostMs) nextMs = Math.min(nextMs, leftMs);
      else {
        progress.heldMs += heldMs;
        hold.readers.delete(reader);
      }
    }
    if (hold.readers.size === 0) this.#release(hold);
    else hold.disarm = this.#clock.after(nextMs, () => this.#look(hold));
  }

  #release(hold: Hold): void {
    if (this.#hold !== hold) return;
    this.#hold = undefined;
    hold.disarm();
    const heldMs = this.#clock.now() - hold.startMs;
    this.#allowanceMs = Math.max(0, this.#allowanceMs - heldMs);
    this.#observer.ingestPaused(heldMs);
    hold.resolve();
  }

  #of(reader: Reader): Progress {
    const known = this.#progress.get(reader);
    if (known !== undefined) return known;
    const progress = { lastTakeSequence: 0, lastTakeMs: 0, heldMs: 0 };
    this.#progress.set(reader, progress);
    return progress;
  }
}
