/** The parts' logs under `.seabird/logs/`, readable by their owner only. */
import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { safeText } from "../safe-text.ts";
import { MAX_LOG_BYTES } from "./limits.ts";

/** How much of a log's end is looked at for its last words. */
const TAIL_BYTES = 4096;
/** Where in the code something happened is for the log, not for the terminal. */
const STACK = /^\s+at /;

export class Logs {
  readonly folder: string;
  readonly #files = new Map<string, number>();
  readonly #startedAt = new Map<string, number>();

  /** Makes the folder. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  path(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  /** The descriptor of a part's log, opened once, for appending. */
  fd(name: string): number {
    const open = this.#files.get(name);
    if (open !== undefined) return open;
    const path = this.path(name);
    const bytes = sizeOf(path);
    if (bytes > MAX_LOG_BYTES) renameSync(path, `${path}.old`);
    const fd = openSync(path, "a", 0o600);
    this.#files.set(name, fd);
    this.#startedAt.set(name, bytes > MAX_LOG_BYTES ? 0 : bytes);
    return fd;
  }

  write(name: string, text: string): void {
    writeSync(this.fd(name), `${new Date().toISOString()} ${text}\n`);
  }

  /** The last lines that a part wrote in this run, made safe to show, without stack traces. */
  lastLines(name: string, count: number): string[] {
    const path = this.path(name);
    const end = sizeOf(path);
    const from = Math.max(this.#startedAt.get(name) ?? 0, end - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.max(0, end - from));
    const fd = openSync(path, "r");
    try {
      readSync(fd, buffer, 0, buffer.length, from);
    } finally {
      closeSync(fd);
    }
    const lines = buffer.toString("utf8").split("\n").filter(Boolean);
    return lines
      .filter((line) => !STACK.test(line))
      .slice(-count)
      .map(safeText);
  }

  close(): void {
    for (const fd of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
