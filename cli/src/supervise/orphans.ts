/**
 * Ends what a supervisor that was killed leaves behind. A component notices by its channel and goes;
 * one in an endless loop, or a suspended one, cannot. So a shell, which is small, holds a pipe to
 * this process and a list of its children: when the pipe closes, who is still there after
 * a while is killed, with its group.
 */
import { type ChildProcess, spawn } from "node:child_process";

/** Longer than components need to leave by themselves, shorter than the two seconds promised. */
const ORPHAN_SECONDS = "1.7";

const SHELL = `pids=' '
while read -r sign pid; do
  kept=' '
  for other in $pids; do [ "$other" = "$pid" ] || kept="$kept$other "; done
  pids=$kept
  [ "$sign" = '+' ] && pids="$pids$pid "
done
[ "$pids" = ' ' ] && exit
sleep ${ORPHAN_SECONDS}
for pid in $pids; do kill -9 -- "-$pid"; kill -9 "$pid"; done`;

const pids = new Set<number>();
let shell: ChildProcess | undefined;

/** From now on the child does not outlive this process by more than two seconds. */
export function endWithUs(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || process.platform === "win32") return;
  shell ??= startShell();
  pids.add(pid);
  write(`+ ${pid}`);
  child.once("exit", () => {
    pids.delete(pid);
    write(`- ${pid}`);
  });
}

function startShell(): ChildProcess {
  const started = spawn("/bin/sh", ["-c", SHELL], {
    cwd: "/",
    detached: true,
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without it all else still works.
  started.on("error", () => undefined);
  started.stdin?.on("error", () => undefined);
  started.once("exit", () => {
    if (shell === started) shell = undefined;
  });
  started.unref();
  if (started.stdin !== null && "unref" in started.stdin)
    (started.stdin as { unref(): void }).unref();
  for (const pid of pids) started.stdin?.write(`+ ${pid}\n`);
  return started;
}

function write(line: string): void {
  if (shell?.stdin?.writable) shell.stdin.write(`${line}\n`);
}
