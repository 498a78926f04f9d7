/** The parts' logs under `.seabird/logs/`, readable by their owner only. */
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { LIMITS } from "../limits.ts";
import { safeText } from "../safe-text.ts";
import { systemReason } from "../system-reason.ts";

/** How much of a log's end is looked at for its last words. */
const TAIL_BYTES = 4096;
/** Where in the code something happened is for the log, not for the terminal. */
const STACK = /^\s+at /;

export class Logs {
  readonly folder: string;
  readonly #files = new Map<string, number>();
  readonly #startedAt = new Map<string, number>();

  /** Makes the folder. Throws a CliError if it cannot. */
  constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new CliError(
        EXIT.environment,
        `cannot write in ${folder}: ${systemReason(error)}`,
        "run it in a folder of yours: it keeps logs and tokens in .seabird there",
      );
    }
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
    if (bytes > LIMITS.maxLogBytes) renameSync(path, `${path}.old`);
    const fd = openSync(path, "a", 0o600);
    this.#files.set(name, fd);
    this.#startedAt.set(name, bytes > LIMITS.maxLogBytes ? 0 : bytes);
    return fd;
  }

  /** Lost if the disk is full: what runs goes on without it. */
  write(name: string, text: string): void {
    try {
      writeSync(this.fd(name), `${new Date().toISOString()} ${text}\n`);
    } catch {
      // There is nowhere left to say it.
    }
  }

  /** The last that a part complained of in this run, made safe to show, without stack traces. */
  lastWords(name: string, count: number): string[] {
    const lines = this.#tail(this.path(name), this.#startedAt.get(name) ?? 0).split("\n");
    return lines
      .filter(Boolean)
      .filter((line) => !STACK.test(line))
      .map(complaint)
      .filter((line) => line !== undefined)
      .slice(-count)
      .map(safeText);
  }

  /** Empty if somebody has removed the file. */
  #tail(path: string, startedAt: number): string {
    const end = sizeOf(path);
    const from = Math.max(startedAt, end - TAIL_BYTES);
    if (end <= from) return "";
    const buffer = Buffer.alloc(end - from);
    const fd = openSync(path, "r");
    try {
      return buffer.toString("utf8", 0, readSync(fd, buffer, 0, buffer.length, from));
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    for (const fd of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }
}

/** Core logs JSON: of that the warnings and errors, in words. What is no JSON was meant for people. */
function complaint(line: string): string | undefined {
  if (!line.startsWith("{")) return line;
  const entry = readEntry(line);
  if (entry === undefined) return line;
  const { level, msg, error } = entry;
  if (!["warn", "error", "fatal"].includes(String(level))) return undefined;
  const why =
    typeof error === "object" && error !== null && "message" in error ? error.message : "";
  return [msg, why].filter((part) => typeof part === "string" && part !== "").join(": ");
}

function readEntry(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
