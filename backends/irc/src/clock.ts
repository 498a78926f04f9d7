/** The clock of a connection, given from outside so that tests control it, and timers on it. */

export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls back after `ms` milliseconds; returns its undo. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Named timers: each name has at most one. */
export class Timers {
  readonly #clock: Clock;
  readonly #undos = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Replaces the timer of that name. */
  set(name: string, ms: number, callback: () => void): void {
    this.cancel(name);
    const undo = this.#clock.after(ms, () => {
      this.#undos.delete(name);
      callback();
    });
    this.#undos.set(name, undo);
  }

  cancel(name: string): void {
    this.#undos.get(name)?.();
    this.#undos.delete(name);
  }

  cancelAll(): void {
    for (const name of [...this.#undos.keys()]) this.cancel(name);
  }
}
