/** The IRC backend's program with settings that end it, started as a supervisor starts it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(
  new URL("../../backends/irc/bin/seabird-backend-irc.js", import.meta.url),
);

/** Resolves with its exit code and the last line that it wrote, after its end. Its id is `irc/one`. */
export async function runUntilEnd(
  t: TestContext,
  core: { readonly url: string; readonly token: string },
  settings: object,
): Promise<{ readonly code: number | null; readonly lastLine: string }> {
  const child = spawn(process.execPath, [PROGRAM, "--bootstrap-fd", "0"], {
    ...{ cwd: "/", env: { PATH: process.env["PATH"] }, stdio: "pipe" },
  });
  t.after(() => child.kill("SIGKILL"));
  child.stdin.end(`${JSON.stringify({ ...core, id: "one", settings })}\n`);
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, lastLine: errors.trim().split("\n").at(-1) ?? "" };
}
