/**
 * Turns this process into another program: same process id, terminal, signals and exit code, so
 * that there is no process between it and its parent.
 */
import { spawn } from "node:child_process";
import { flushCompileCache } from "node:module";

/** Never returns where the system can do it; elsewhere answers with the program's exit code. */
export function execScript(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const argv = [process.execPath, script, ...args];
  if (process.execve !== undefined && process.platform !== "win32") {
    // Node writes it at a process's end, which this one does not come to.
    flushCompileCache();
    process.execve(process.execPath, argv, definedOnly(env));
  }
  const child = spawn(process.execPath, argv.slice(1), { stdio: "inherit", env });
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("exit", (code) => done(code ?? 1));
  });
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
