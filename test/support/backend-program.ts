/** A backend's program with settings that end it, started as a supervisor starts it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export interface ProgramStart {
  /** The type of the backend; its id is `one`. */
  readonly type: string;
  readonly core: { readonly url: string; readonly token: string };
  readonly settings: object;
}

export interface ProgramEnd {
  readonly code: number | null;
  /** All that it wrote on standard error. */
  readonly errors: string;
  readonly lastLine: string;
}

/** Resolves after its end. */
export async function runUntilEnd(
  t: TestContext,
  { type, core, settings }: ProgramStart,
): Promise<ProgramEnd> {
  const path = `../../backends/${type}/bin/seabird-backend-${type}.js`;
  const program = fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(process.execPath, [program, "--bootstrap-fd", "0"], {
    ...{ cwd: "/", env: { PATH: process.env["PATH"] }, stdio: "pipe" },
  });
  t.after(() => child.kill("SIGKILL"));
  child.stdin.end(`${JSON.stringify({ ...core, id: "one", settings })}\n`);
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, errors, lastLine: errors.trim().split("\n").at(-1) ?? "" };
}
