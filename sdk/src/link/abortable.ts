/** Waiting and callbacks that end with an AbortSignal. */
import { unlessEnded } from "./clock.ts";

/** Calls back once, at once if the signal is aborted already; returns the undo. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
  return () => signal.removeEventListener("abort", callback);
}

/** Settles as `work` does, or rejects with the signal's reason once it is aborted. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const forget = onAbort(signal, () => reject(signal.reason));
  try {
    return await Promise.race([work, promise]);
  } finally {
    forget();
  }
}

/** Real time, also in tests with a fake clock. */
const YIELD_MS = 1;

/**
 * Waits a moment if one of the signals is aborted, so that a handler that retries for ever keeps
 * neither other handlers from running nor the process from ending. Undefined if none is.
 */
export function yieldIfAborted(...signals: readonly AbortSignal[]): Promise<void> | undefined {
  if (!signals.some(({ aborted }) => aborted)) return undefined;
  return new Promise<void>((resolve) => unlessEnded(YIELD_MS, resolve));
}
