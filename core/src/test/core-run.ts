/** For tests of the real process: runs the bin, and keeps its output and exit code. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

const BIN = join(import.meta.dirname, "../../bin/seabird-core.js");
const WAIT_MS = 30_000;

/** A folder that goes with the test. */
export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "seabird-main-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file to write to. Default: what is written is kept in `stdout`. */
  readonly stdout?: number;
}

export class Run {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly exit: Promise<{ code: number | null; signal: string | null }>;

  constructor(t: TestContext, args: readonly string[], { cwd, env = {}, stdout }: RunOptions) {
    this.child = fork(BIN, args, {
      cwd,
      env: { PATH: "", ...env },
      stdio: ["ignore", stdout ?? "pipe", "pipe", "ipc"],
      execArgv: [],
    });
    this.child.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    // "close" never comes where the channel was closed from here.
    const ends = [this.child.stdout, this.child.stderr].map(
      (stream) => stream && once(stream, "close"),
    );
    this.exit = once(this.child, "exit").then(async ([code, signal]) => {
      await Promise.all(ends);
      return { code, signal };
    });
    const timer = setTimeout(() => this.child.kill("SIGKILL"), WAIT_MS);
    t.after(() => {
      clearTimeout(timer);
      this.child.kill("SIGKILL");
    });
  }

  /** Resolves with the url when core listens; rejects if it ends before. */
  async listening(): Promise<string> {
    const ended = this.exit.then(({ code }) => {
      throw new Error(`ended with ${code}: ${this.stdout}${this.stderr}`);
    });
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(this.child, "message"), ended])) as unknown[];
    const { type, url } = message as { type: string; url: string };
    assert.equal(type, "listening");
    return url;
  }
}

export const ANY_PORT = { SEABIRD_BIND_HOST: "127.0.0.1:0" };

export async function ended(t: TestContext, args: readonly string[], options: RunOptions) {
  const run = new Run(t, args, options);
  const { code } = await run.exit;
  return { code, stdout: run.stdout, stderr: run.stderr };
}
