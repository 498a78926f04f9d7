/** The clock of a connection: given from outside, so that tests control it. Imports nothing. */

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
