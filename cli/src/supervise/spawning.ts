/** How a component's process is connected to this one: its files, its hand-over, its channel. */
import type { ChildProcess, StdioOptions } from "node:child_process";
import type { Writable } from "node:stream";
import type { ComponentSpec } from "./component.ts";

/** For the last output of a process that has ended; what comes later is lost. */
const LAST_OUTPUT_MS = 1_000;
/** Where the room reads its line: its standard input is the person's, 3 is the channel. */
export const TERMINAL_BOOTSTRAP_FD = 4;
const HANDOVER_FD = 0;

/** The descriptor that a component reads its hand-over from. */
export function handoverFd(isTerminal: boolean): number {
  return isTerminal ? TERMINAL_BOOTSTRAP_FD : HANDOVER_FD;
}

export function stdioOf({ output, handover }: ComponentSpec): StdioOptions {
  if (output.to === "terminal") {
    const more = handover === undefined ? [] : (["pipe"] as const);
    return ["inherit", "inherit", "inherit", "ipc", ...more];
  }
  const input = handover === undefined ? "ignore" : "pipe";
  return [input, "pipe", "pipe", "ipc"];
}

/** Hands over, and reads what the child writes. */
export function connectPipes(child: ChildProcess, { output, handover }: ComponentSpec): void {
  if (output.to === "lines") {
    for (const from of ["stdout", "stderr"] as const) {
      child[from]?.on("data", (chunk: Buffer) => output.take(from, chunk));
      child[from]?.on("error", () => undefined);
    }
  }
  if (handover === undefined) return;
  const pipe = child.stdio[handoverFd(output.to === "terminal")] as Writable | null | undefined;
  // A child that has ended already reads nothing more.
  pipe?.on("error", () => undefined);
  pipe?.end(`${handover()}\n`);
}

interface Close {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Resolves when the process has ended and its last words have been read; for those it waits no
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

/** A child's word is checked like anybody's: an object with a type, or nothing. */
export function messageType(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  return typeof message.type === "string" ? message.type : undefined;
}
