/** What was thrown, in words. Code of strangers throws anything. Pure. */

/** Empty if it says nothing. */
export function errorMessage(reason: unknown): string {
  if (reason === undefined || reason === null) return "";
  try {
    return String(reason instanceof Error ? reason.message : reason);
  } catch {
    // Such as an object without a prototype.
    return "";
  }
}

/** The error itself, or one that says the words, or `nothing` if there are none. */
export function toError(reason: unknown, nothing: string): Error {
  return reason instanceof Error ? reason : new Error(errorMessage(reason) || nothing);
}
