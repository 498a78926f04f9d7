/** A program on a pseudo-terminal: type, read what it shows, see how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { until } from "./until.ts";

const PTY = join(import.meta.dirname, "on-a-pty.py");
/** A loaded machine needs this long to start six processes. */
const PATIENCE_MS = 90_000;

export interface PtyOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export class PtyProgram {
  readonly #child: ChildProcess;
  #shown = "";
  #errors = "";

  /** Starts it; at the end of the test the terminal is hung up. */
  constructor(command: readonly string[], { cwd, env }: PtyOptions, t: Pick<TestContext, "after">) {
    this.#child = spawn("python3", [PTY, ...command], { cwd, env, stdio: "pipe" });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#shown += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    this.#child.stdin?.on("error", () => undefined);
    // Nothing at the end of a test may hold it: the checkout sees to the processes.
    t.after(() => void this.hangUp());
  }

  /** All that was shown, without colours and cursor movements. */
  get shown(): string {
    return stripVTControlCharacters(this.#shown);
  }

  /** The process on the terminal. */
  async pid(): Promise<number> {
    await until("the pid", () => /pid \d+\n/.test(this.#errors), PATIENCE_MS);
    return Number(/pid (\d+)\n/.exec(this.#errors)?.[1]);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Rejects early if the program ends before. */
  async untilShown(text: string | RegExp): Promise<void> {
    const seen = () =>
      typeof text === "string" ? this.shown.includes(text) : text.test(this.shown);
    const over = () => this.#child.exitCode !== null;
    await until("it to be shown", () => seen() || over(), PATIENCE_MS).catch(() => undefined);
    if (seen()) return;
    throw new Error(`waited for ${text}; shown:\n${this.shown}\nerrors: ${this.#errors}`);
  }

  /** The exit code, as a shell gives it. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      await once(this.#child, "exit", { signal }).catch(() => {
        throw new Error(`has not ended; the terminal shows:\n${this.shown}`);
      });
    }
    return this.#child.exitCode;
  }

  async hangUp(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.stdin?.end();
    await exited;
  }
}
