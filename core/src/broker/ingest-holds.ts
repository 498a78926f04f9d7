/**
 * Holding the backends' events back while readers that do read are far behind, so that one
 * backend's burst makes no healthy reader fall behind its bounds.
 *
 * Nobody is held for a reader that does not read. A reader can cause a hold only if it has taken
 * something since a part of what it is behind was published, so one that simply stops never
 * can. It keeps a hold up only while it goes on reading (`maxReaderStallMs`), and at most for
 * `maxIngestHoldMs`: after that it causes none again until it has caught up.
 */
import type { Clock } from "./clock.ts";
import type { Cursor } from "./event-log.ts";
import type { BrokerObserver } from "./observer.ts";
import type { ResolvedBrokerOptions } from "./options.ts";

/** A reader this far behind, as a part of its bounds, is worth a hold. */
const HOLD_AT = 1 / 4;
/** A reader no further behind than this has caught up. */
const RELEASE_AT = 1 / 8;
/** Events after which it is worth looking at all readers again. */
const LOOK_EVERY = 256;

/** What a hold wants to know of a stream. */
export interface Reader {
  readonly cursor: Pick<Cursor, "waitingEvents" | "waitingBytes">;
}

interface Progress {
  /** The log's newest event when the reader last took something. */
  lastTakeSequence: number;
  /** When it last took something, while it keeps a hold up. */
  lastTakeMs: number;
  /** It has kept a hold up for as long as it may, and has not caught up since. */
  spent: boolean;
}

interface Hold {
  readonly readers: Set<Reader>;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly startMs: number;
  disarm: () => void;
}

export class IngestHolds {
  readonly #options: ResolvedBrokerOptions;
  readonly #clock: Clock;
  readonly #observer: BrokerObserver;
  readonly #progress = new WeakMap<Reader, Progress>();
  #hold: Hold | undefined;
  #lookAt = 0;

  constructor(options: ResolvedBrokerOptions, clock: Clock, observer: BrokerObserver) {
    this.#options = options;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** The hold in force, or a new one if any of the readers is worth it. */
  hold(sequence: number, readers: Iterable<Reader>): Promise<void> | undefined {
    if (this.#hold !== undefined) return this.#hold.promise;
    if (sequence < this.#lookAt || this.#options.maxIngestHoldMs === 0) return undefined;
    this.#lookAt = sequence + LOOK_EVERY;
    const behind = new Set<Reader>();
    for (const reader of readers) if (this.#isWorthIt(reader, sequence)) behind.add(reader);
    return behind.size === 0 ? undefined : this.#start(behind);
  }

  /** A reader took something. */
  progress(reader: Reader, sequence: number): void {
    const progress = this.#of(reader);
    progress.lastTakeSequence = sequence;
    const hold = this.#hold;
    if (!progress.spent && hold === undefined) return;
    if (!this.#isBehind(reader, RELEASE_AT)) {
      progress.spent = false;
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

  #isWorthIt(reader: Reader, sequence: number): boolean {
    if (!this.#isBehind(reader, HOLD_AT)) return false;
    const { spent, lastTakeSequence } = this.#of(reader);
    const missed = sequence - lastTakeSequence;
    return !spent && missed < reader.cursor.waitingEvents / 2;
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
    this.#hold = { readers, promise, resolve, startMs, disarm: () => {} };
    this.#look(this.#hold);
    return promise;
  }

  /** Lets those go that have stalled, or all if the time is up; looks again when that may be. */
  #look(hold: Hold): void {
    const { maxIngestHoldMs, maxReaderStallMs } = this.#options;
    const nowMs = this.#clock.now();
    const heldMs = nowMs - hold.startMs;
    let nextMs = maxIngestHoldMs - heldMs;
    for (const reader of hold.readers) {
      const progress = this.#of(reader);
      const stallsInMs = progress.lastTakeMs + maxReaderStallMs - nowMs;
      if (heldMs >= maxIngestHoldMs) progress.spent = true;
      if (progress.spent || stallsInMs <= 0) hold.readers.delete(reader);
      else nextMs = Math.min(nextMs, stallsInMs);
    }
    if (hold.readers.size === 0) this.#release(hold);
    else hold.disarm = this.#clock.after(nextMs, () => this.#look(hold));
  }

  #release(hold: Hold): void {
    if (this.#hold !== hold) return;
    this.#hold = undefined;
    hold.disarm();
    this.#observer.ingestHeld(this.#clock.now() - hold.startMs);
    hold.resolve();
  }

  #of(reader: Reader): Progress {
    const known = this.#progress.get(reader);
    if (known !== undefined) return known;
    const progress = { lastTakeSequence: 0, lastTakeMs: 0, spent: false };
    this.#progress.set(reader, progress);
    return progress;
  }
}
