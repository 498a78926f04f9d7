/** The clock that the broker and the transport use. */
export interface Clock {
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Unix milliseconds. */
  wallMs(): number;
  /** Calls `then` once after `delayMs`; returns the undo, which may be called twice. */
  after(delayMs: number, then: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};
