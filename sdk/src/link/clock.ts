/**
 * Time and randomness of the SDK: nothing else in it reads the time, sets timers or makes random
 * numbers, so that a test controls both.
 */

/** Where the time comes from. */
export interface Clock {
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Unix milliseconds. */
  wallMs(): number;
  /** Calls `then` once after `delayMs`; returns the undo, which may be called twice. */
  after(delayMs: number, then: () => void): () => void;
}

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

/** Node fires a timer at once that is longer than this, some 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's own. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, then) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (leftMs: number) => {
      const isLong = leftMs > MAX_TIMER_MS;
      timer = isLong
        ? setTimeout(() => arm(leftMs - MAX_TIMER_MS), MAX_TIMER_MS)
        : setTimeout(then, leftMs);
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};

/** By the machine's clock, unless the process has ended by then: it keeps no process alive. */
export function unlessEnded(delayMs: number, then: () => void): void {
  setTimeout(then, delayMs).unref();
}

/** The machine's own. Not for secrets. */
export const systemRandom: Random = () => Math.random();

/** A name that nobody else has; not from the source that a test controls, whose sequence stays its own. */
export function uniqueName(): string {
  return crypto.randomUUID();
}

/** Resolves after `delayMs`, or at once when the signal is aborted. Never rejects. */
export function pause(
  clock: Pick<Clock, "after">,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** Resolves when everything that waits for this turn of the event loop has run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Until the work is done, at most so long; what it rejects with is thrown. */
export async function within(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const stop = new AbortController();
  await Promise.race([work, pause(clock, ms, stop.signal)]);
  stop.abort();
}
