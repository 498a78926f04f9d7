/** One handler's turn: its place in the queue of its channel, and its time. */
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";

export interface Turn {
  /** Aborted when the handler's time is up, or when the plugin closes and will not wait longer. */
  readonly signal: AbortSignal;
  /**
   * Gives the place back and stops the handler's clock while `wait` is pending; takes a place
   * again, before everything that is queued, and settles as `wait` does.
   */
  away<T>(wait: Promise<T>): Promise<T>;
  /**
   * What is waited for has come: takes the place again at once, before anything else is queued.
   * Nothing while the place is held.
   */
  comeBack(): void;
}

/** What a turn does to the queue it stands in. */
export interface Place {
  /** Gives the place back for good. */
  release(): void;
  /** Gives it back, to take it again later. */
  leave(): void;
  /** After `leave`: calls `then` when there is a place again. */
  retake(then: () => void): void;
  /** After `leave`: it will not be taken again. */
  forgo(): void;
}

export interface TurnOptions {
  readonly clock: Clock;
  /** Milliseconds, waiting not counted. */
  readonly timeoutMs: number;
  readonly place: Place;
}

export class HandlerTurn implements Turn {
  readonly #abort = new AbortController();
  readonly #options: TurnOptions;
  #leftMs: number;
  #startedAt = 0;
  #stopTimer: () => void = () => {};
  #isAway = false;
  #isOver = false;
  #return: Promise<void> | undefined;

  /** The place is taken already. */
  constructor(options: TurnOptions) {
    this.#options = options;
    this.#leftMs = options.timeoutMs;
    this.#startClock();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async away<T>(wait: Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await wait;
    } finally {
      this.comeBack();
      await this.#return;
    }
  }

  /** Of several waits at once, the first to end takes the place. */
  comeBack(): void {
    if (this.#isAway && !this.#isOver) this.#return ??= this.#retake();
  }

  /** The handler has ended; what it left running may go on, but without a place. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopClock();
    if (!this.#isAway) this.#options.place.release();
    else if (this.#return === undefined) this.#options.place.forgo();
  }

  abort(reason: SeabirdError): void {
    this.#abort.abort(reason);
  }

  #leave(): void {
    if (this.#isAway || this.#isOver) return;
    this.#isAway = true;
    this.#return = undefined;
    this.#stopClock();
    this.#options.place.leave();
  }

  #retake(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // The place may be given before this returns, so it is not told by `#return` alone.
    this.#options.place.retake(() => {
      this.#isAway = false;
      if (this.#isOver) this.#options.place.release();
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
