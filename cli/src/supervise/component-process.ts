/** How a component's process is connected to this one: its files, its bootstrap config, its channel. */
import type { ChildProcess, StdioOptions } from "node:child_process";
import type { Writable } from "node:stream";
import { type BootstrapConfig, writeBootstrapConfig } from "@seabird-chat/runtime";

/** For the last output of a process that has ended; what comes later is lost. */
const LAST_OUTPUT_MS = 1_000;
/** What becomes of what a component writes. */
export type ComponentOutput =
  /** An interactive component owns the terminal and stays in its foreground group. */
  | { readonly to: "terminal" }
  /** Read here, as it comes; `take` must be quick. A process's output is between the others. */
  | {
      readonly to: "lines";
      begin(): void;
      take(from: "stdout" | "stderr", chunk: Buffer): void;
      end(): void;
    };

export interface ComponentSpec {
  readonly name: string;
  readonly kind: "core" | "backend" | "plugin";
  readonly script: string;
  readonly args: readonly string[];
  /** Default: this process's. */
  readonly cwd?: string;
  /** Asked at each start. */
  env(): NodeJS.ProcessEnv;
  readonly output: ComponentOutput;
  /** One line for the component alone, asked at each start: on standard input, an interactive one's on fd 4. */
  bootstrap?(): BootstrapConfig;
}

/** For an interactive component: its standard input belongs to the person, 3 is the channel. */
const TERMINAL_BOOTSTRAP_FD = 4;
const BOOTSTRAP_FD = 0;

/** The descriptor that a component reads its bootstrap config from. */
export function bootstrapFd(isTerminal: boolean): number {
  return isTerminal ? TERMINAL_BOOTSTRAP_FD : BOOTSTRAP_FD;
}

export function stdioOf({ output, bootstrap }: ComponentSpec): StdioOptions {
  if (output.to === "terminal") {
    const more = bootstrap === undefined ? [] : (["pipe"] as const);
    return ["inherit", "inherit", "inherit", "ipc", ...more];
  }
  const input = bootstrap === undefined ? "ignore" : "pipe";
  return [input, "pipe", "pipe", "ipc"];
}

/** Writes the bootstrap config, and reads what the child writes. */
export function connectPipes(child: ChildProcess, { output, bootstrap }: ComponentSpec): void {
  if (output.to === "lines") {
    for (const from of ["stdout", "stderr"] as const) {
      child[from]?.on("data", (chunk: Buffer) => output.take(from, chunk));
      child[from]?.on("error", () => undefined);
    }
  }
  if (bootstrap === undefined) return;
  const pipe = child.stdio[bootstrapFd(output.to === "terminal")] as Writable | null | undefined;
  if (pipe) writeBootstrapConfig(pipe, bootstrap());
}

interface Close {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Resolves when the process has ended and its last output has been read; for that it waits no
 * longer than `lastOutputMs`, since a grandchild may hold the pipes.
 */
export function closeOf(child: ChildProcess): Promise<Close> {
  return new Promise((resolve) => {
    child.on("error", () => child.pid === undefined && resolve({ code: 1, signal: null }));
    child.on("exit", (code, signal) => {
      const late = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ code, signal });
      }, LAST_OUTPUT_MS);
      child.on("close", () => {
        clearTimeout(late);
        resolve({ code, signal });
      });
    });
  });
}
