/** Output for people must not block the run when it is not read. */
import { accessSync, constants } from "node:fs";

/** At the end of a run, for its last output to be read. */
const UNREAD_WORDS_MS = 2_000;

interface Handle {
  readonly setBlocking?: (isBlocking: boolean) => unknown;
}

/**
 * On a terminal that is stopped (Ctrl-S) Node waits in the midst of a write, and everything with
 * it. From now on it keeps what is not taken, as it does with a pipe; `writableLength` tells how
 * much that is. Not for a terminal that components share: they would set it back.
 */
export function setNonBlocking(): void {
  for (const [fd, stream] of [process.stdout, process.stderr].entries()) {
    if (!stream.isTTY || !isOurs(fd + 1)) continue;
    // Node has no public way to undo what it does to terminals.
    const { _handle: handle } = stream as { readonly _handle?: Handle };
    handle?.setBlocking?.(false);
  }
}

/** Node opens a terminal anew, if it may: only then is the mode not shared. */
function isOurs(fd: number): boolean {
  try {
    accessSync(`/dev/fd/${fd}`, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ends this process even if its last output is never read. */
export function endWithoutReaders(): void {
  setTimeout(() => process.exit(), UNREAD_WORDS_MS).unref();
}
