/** Waits for a condition of the world outside, such as a line in a file, with a deadline. */
import { setTimeout as pause } from "node:timers/promises";

/** Generous, for a slow machine with much to do; a passing test never waits so long. */
export const DEADLINE_MS = 60_000;

const POLL_MS = 20;

/**
 * Resolves with the first value that is neither undefined nor false. Rejects after `deadlineMs`
 * with `what`, which may tell what was there instead.
 */
export async function waitFor<T>(
  what: string | (() => string),
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) {
      throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`);
    }
    await pause(POLL_MS);
  }
}
