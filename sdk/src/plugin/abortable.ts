/** Work of handlers that an abort signal cuts short. */
import { unlessEnded } from "../link/clock.ts";

/** Settles as `work` does, or rejects with the signal's reason once it is aborted. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Real time, also in tests with a fake clock. */
const YIELD_MS = 1;

/**
 * Waits a moment if one of the signals is aborted, so that a handler that retries for ever keeps
 * neither other handlers from running nor the process from ending.
 */
export async function yieldIfAborted(...signals: readonly AbortSignal[]): Promise<void> {
  if (!signals.some(({ aborted }) => aborted)) return;
  await new Promise<void>((resolve) => unlessEnded(YIELD_MS, resolve));
}
