/** What a run does to its terminal: output never blocks, and its modes are restored at the end. */
import { spawnSync } from "node:child_process";
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

/** How long `stty` may take. */
const STTY_MS = 2_000;
const SAVED = /^[0-9a-f:=;a-z]+$/i;

/** Returns what restores it. Does nothing where there is no terminal or no `stty`. */
export function rememberTerminal(): () => void {
  if (!process.stdin.isTTY) return () => undefined;
  const saved = stty(["-g"]);
  if (saved === undefined || !SAVED.test(saved)) return () => undefined;
  return () => void stty([saved]);
}

function stty(args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("stty", args, {
    stdio: ["inherit", "pipe", "ignore"],
    encoding: "utf8",
    timeout: STTY_MS,
  });
  return status === 0 ? stdout.trim() : undefined;
}
