/** Remembers how the terminal was set, and restores it if the component could not. */
import { spawnSync } from "node:child_process";

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
