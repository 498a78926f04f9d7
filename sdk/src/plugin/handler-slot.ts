/** A running handler's slot in the queue of its channel, with its time limit. */
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";

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

/** What a slot does to the queue that it belongs to. */
export interface QueuePosition {
  /** Gives the position up; it was held. */
  finish(): void;
  /** Gives it up for now. */
  release(): void;
  /** After `release`: calls `then` when the position is held again. */
  reacquire(then: () => void): void;
  /** After `release`: it will not be reacquired. */
  abandon(): void;
}

export interface SlotOptions {
  readonly clock: Clock;
  /** Milliseconds, waiting not counted. */
  readonly timeoutMs: number;
  readonly position: QueuePosition;
}

export class HandlerSlot implements Slot {
  readonly #abort = new AbortController();
  readonly #options: SlotOptions;
  #leftMs: number;
  #startedAt = 0;
  #stopTimer: () => void = () => {};
  #isReleased = false;
  #isOver = false;
  #reacquired: Promise<void> | undefined;

  /** The position is held already. */
  constructor(options: SlotOptions) {
    this.#options = options;
    this.#leftMs = options.timeoutMs;
    this.#startClock();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
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
    this.#stopClock();
    if (!this.#isReleased) this.#options.position.finish();
    else if (this.#reacquired === undefined) this.#options.position.abandon();
  }

  abort(reason: SeabirdError): void {
    this.#abort.abort(reason);
  }

  #release(): void {
    if (this.#isReleased || this.#isOver) return;
    this.#isReleased = true;
    this.#reacquired = undefined;
    this.#stopClock();
    this.#options.position.release();
  }

  #waitForPosition(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // The callback may run before this returns, so `#reacquired` alone does not tell.
    this.#options.position.reacquire(() => {
      this.#isReleased = false;
      if (this.#isOver) this.#options.position.finish();
      else this.#startClock();
      resolve();
    });
    return promise;
  }

  #startClock(): void {
    const { clock, timeoutMs } = this.#options;
    this.#startedAt = clock.now();
    this.#stopTimer = clock.after(this.#leftMs, () => {
      const late = `the handler took longer than ${timeoutMs} ms`;
      this.abort(new SeabirdError("deadline_exceeded", late));
    });
  }

  #stopClock(): void {
    this.#stopTimer();
    const spentMs = this.#options.clock.now() - this.#startedAt;
    this.#leftMs = Math.max(1, this.#leftMs - spentMs);
  }
}
