/** A callback for an AbortSignal, with its undo. */

/** Calls back once, at once if the signal is aborted already; returns the undo. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
  return () => signal.removeEventListener("abort", callback);
}
