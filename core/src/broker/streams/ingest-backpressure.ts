/**
 * Pauses the reading of backends' events while event streams whose clients do read are far
 * behind, so that a burst does not make a healthy client fall behind its bounds.
 *
 * A stream that reads nothing causes no pause: a stream can cause one only if it has taken
 * something since half of its backlog was published. Only what its filter includes counts. It keeps the pause up only while it goes on
 * reading (`maxReaderStallMs`), and for at most `maxIngestPauseMs` in all; after that it causes
 * none until it has caught up.
 *
 * Streams that are slow in turns, or always just fast enough, could still pause the backends most
 * of the time. So all pauses together have a budget: `maxIngestPauseMs` at first, and each event
 * that is published adds to it (`minIngestEventsPerSecond`).
 */
import type { Clock } from "../clock.ts";
import type { BrokerObserver } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { Cursor } from "./event-log.ts";
import type { Totals } from "./event-view.ts";

/** A stream this far behind, as a share of its bounds, causes a pause. */
const PAUSE_AT = 1 / 4;
/** A stream no further behind than this has caught up. */
const RESUME_AT = 1 / 8;
/** Events between two checks of all streams. */
const CHECK_EVERY = 256;
const MS_PER_SECOND = 1_000;
/** Bytes of a large event that count as one event. */
const BYTES_PER_EVENT = 1_024;

/** The part of a stream that decides about pauses. */
export interface Reader {
  readonly cursor: Pick<Cursor, "publishedEvents" | "waitingEvents" | "waitingBytes">;
}

interface Progress {
  /** How many events had been published for the reader when it last took something. */
  lastTakeEvents: number;
  /** When it last took something, while it keeps a pause up. */
  lastTakeMs: number;
  /** How long it has kept pauses up since it last caught up. */
  pausedMs: number;
}

interface Pause {
  readonly readers: Set<Reader>;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly startMs: number;
  /** The budget when it began. */
  readonly budgetMs: number;
  disarm: () => void;
}

export class IngestBackpressure {
  readonly #options: ResolvedBrokerOptions;
  readonly #clock: Clock;
  readonly #observer: BrokerObserver;
  readonly #progress = new WeakMap<Reader, Progress>();
  #pause: Pause | undefined;
  #checkAt = 0;
  #budgetMs: number;
  /** The totals that have been added to the budget already. */
  #counted: Totals = { events: 0, bytes: 0 };

  constructor(options: ResolvedBrokerOptions, clock: Clock, observer: BrokerObserver) {
    this.#options = options;
    this.#budgetMs = options.maxIngestPauseMs;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** The pause in force, or a new one if a stream needs it; resolves by itself. */
  pause(all: Totals, readers: Iterable<Reader>): Promise<void> | undefined {
    if (this.#pause !== undefined) return this.#pause.promise;
    const { events } = all;
    if (events < this.#checkAt || this.#options.maxIngestPauseMs === 0) return undefined;
    this.#checkAt = events + CHECK_EVERY;
    this.#replenish(all);
    if (this.#budgetMs < 1) return undefined;
    const behind = new Set<Reader>();
    for (const reader of readers) if (this.#needsPause(reader)) behind.add(reader);
    return behind.size === 0 ? undefined : this.#start(behind);
  }

  /** A reader took something. */
  progress(reader: Reader): void {
    const progress = this.#of(reader);
    progress.lastTakeEvents = reader.cursor.publishedEvents;
    const pause = this.#pause;
    if (progress.pausedMs === 0 && pause === undefined) return;
    if (!this.#isBehind(reader, RESUME_AT)) {
      progress.pausedMs = 0;
      this.forget(reader);
    } else if (pause?.readers.has(reader)) {
      progress.lastTakeMs = this.#clock.now();
    }
  }

  /** A reader keeps no pause up any more. */
  forget(reader: Reader): void {
    const pause = this.#pause;
    if (pause?.readers.delete(reader) && pause.readers.size === 0) this.#resume(pause);
  }

  #replenish({ events, bytes }: Totals): void {
    const { maxIngestPauseMs, minIngestEventsPerSecond } = this.#options;
    const count = events - this.#counted.events + (bytes - this.#counted.bytes) / BYTES_PER_EVENT;
    const addedMs = (count * MS_PER_SECOND) / minIngestEventsPerSecond;
    this.#budgetMs = Math.min(maxIngestPauseMs, this.#budgetMs + addedMs);
    this.#counted = { events, bytes };
  }

  #needsPause(reader: Reader): boolean {
    if (!this.#isBehind(reader, PAUSE_AT)) return false;
    const { pausedMs, lastTakeEvents } = this.#of(reader);
    const { publishedEvents, waitingEvents } = reader.cursor;
    const missed = publishedEvents - lastTakeEvents;
    return pausedMs < this.#options.maxIngestPauseMs && missed < waitingEvents / 2;
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
    const budgetMs = this.#budgetMs;
    this.#pause = { readers, promise, resolve, startMs, budgetMs, disarm: () => {} };
    this.#check(this.#pause);
    return promise;
  }

  /** Removes readers that have stalled or used up their time; checks again when more may have. */
  #check(pause: Pause): void {
    const { maxIngestPauseMs, maxReaderStallMs } = this.#options;
    const nowMs = this.#clock.now();
    const pausedMs = nowMs - pause.startMs;
    let nextMs = pause.budgetMs - pausedMs;
    for (const reader of pause.readers) {
      const progress = this.#of(reader);
      const stallsInMs = progress.lastTakeMs + maxReaderStallMs - nowMs;
      const leftMs = Math.min(stallsInMs, maxIngestPauseMs - progress.pausedMs - pausedMs);
      if (leftMs > 0 && pausedMs < pause.budgetMs) nextMs = Math.min(nextMs, leftMs);
      else {
        progress.pausedMs += pausedMs;
        pause.readers.delete(reader);
      }
    }
    if (pause.readers.size === 0) this.#resume(pause);
    else pause.disarm = this.#clock.after(nextMs, () => this.#check(pause));
  }

  #resume(pause: Pause): void {
    if (this.#pause !== pause) return;
    this.#pause = undefined;
    pause.disarm();
    const pausedMs = this.#clock.now() - pause.startMs;
    this.#budgetMs = Math.max(0, this.#budgetMs - pausedMs);
    this.#observer.ingestPaused(pausedMs);
    pause.resolve();
  }

  #of(reader: Reader): Progress {
    const known = this.#progress.get(reader);
    if (known !== undefined) return known;
    const progress = { lastTakeEvents: 0, lastTakeMs: 0, pausedMs: 0 };
    this.#progress.set(reader, progress);
    return progress;
  }
}
