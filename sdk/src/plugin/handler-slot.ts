/** A running handler's slot in the queue of its channel, with its time limit. */
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { Deadlines, Limited } from "./deadlines.ts";

export interface Slot {
  /** Aborted when the handler's time is up, or when the plugin closes and waits no longer. */
  readonly signal: AbortSignal;
  /**
   * Releases the slot and pauses the time limit while `wait` is pending; reacquires a slot, ahead
   * of everything that is queued, and settles as `wait` does.
   */
  releaseWhile<T>(wait: Promise<T>): Promise<T>;
  /** Reacquires the slot now, before anything else is queued. No effect while it is held. */
  reacquire(): void;
}

/** What a slot does to the queue of its key. */
export interface QueuePositions {
  /** Gives the position up; it was held. */
  finish(key: string): void;
  /** Gives it up for now. */
  release(key: string): void;
  /** After `release`: calls `then` when the position is held again. */
  reacquire(key: string, then: () => void): void;
  /** After `release`: it will not be reacquired. */
  abandon(key: string): void;
}

/** What all slots of a dispatcher share. */
export interface SlotDeps {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Milliseconds, waiting not counted. */
  readonly timeoutMs: number;
  readonly positions: QueuePositions;
}

export class HandlerSlot implements Slot, Limited {
  /** Changed by the slot alone. */
  endsAt: number;
  readonly #deps: SlotDeps;
  readonly #key: string;
  #leftMs: number;
  #isReleased = false;
  #isOver = false;
  #reacquired: Promise<void> | undefined;
  #abortedWith: SeabirdError | undefined;
  /** Most handlers never look at their signal. */
  #abort: AbortController | undefined;
  #onAbort: ((reason: SeabirdError) => void) | undefined;

  /** The position is held already. */
  constructor(deps: SlotDeps, key: string) {
    this.#deps = deps;
    this.#key = key;
    this.#leftMs = deps.timeoutMs;
    this.endsAt = deps.clock.now() + deps.timeoutMs;
    deps.deadlines.start(this);
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#abortedWith !== undefined) this.#abort.abort(this.#abortedWith);
    }
    return this.#abort.signal;
  }

  /**
   * Settles as `work` does, or rejects with the signal's reason once it is aborted. For one work at
   * a time.
   */
  untilAborted<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      this.#onAbort = reject;
      if (this.#abortedWith !== undefined) reject(this.#abortedWith);
    });
  }

  async releaseWhile<T>(wait: Promise<T>): Promise<T> {
    this.#release();
    try {
      return await wait;
    } finally {
      this.reacquire();
      await this.#reacquired;
    }
  }

  /** Of several waits at once, the first to end reacquires the slot. */
  reacquire(): void {
    if (this.#isReleased && !this.#isOver) this.#reacquired ??= this.#waitForPosition();
  }

  /** The handler has ended; what it left running may go on, but without a slot. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { deadlines, positions } = this.#deps;
    deadlines.stop(this);
    if (!this.#isReleased) positions.finish(this.#key);
    else if (this.#reacquired === undefined) positions.abandon(this.#key);
  }

  expire(): void {
    const late = `the handler took longer than ${this.#deps.timeoutMs} ms`;
    this.abort(new SeabirdError("deadline_exceeded", late));
  }

  abort(reason: SeabirdError): void {
    if (this.#abortedWith !== undefined) return;
    this.#abortedWith = reason;
    this.endsAt = Number.POSITIVE_INFINITY;
    this.#abort?.abort(reason);
    this.#onAbort?.(reason);
  }

  #release(): void {
    if (this.#isReleased || this.#isOver) return;
    const { clock, deadlines, positions } = this.#deps;
    this.#isReleased = true;
    this.#reacquired = undefined;
    deadlines.stop(this);
    this.#leftMs = Math.max(1, this.endsAt - clock.now());
    positions.release(this.#key);
  }

  #waitForPosition(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { positions } = this.#deps;
    // The callback may run before this returns, so `#reacquired` alone does not tell.
    positions.reacquire(this.#key, () => {
      this.#isReleased = false;
      if (this.#isOver) positions.finish(this.#key);
      else this.#resumeClock();
      resolve();
    });
    return promise;
  }

  #resumeClock(): void {
    const { clock, deadlines } = this.#deps;
    if (this.#abortedWith === undefined) this.endsAt = clock.now() + this.#leftMs;
    deadlines.start(this);
  }
}
