/** The components' logs under `.seabird/logs/`, readable by their owner only. */
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
import { EXIT, fileErrorReason } from "@seabird-chat/runtime";
import { LIMITS } from "../limits.ts";
import { CliError } from "../process/cli-error.ts";
import { complaints } from "./log-words.ts";

/** How much of a log's end is looked at for its last words. */
const TAIL_BYTES = 4096;

export class Logs {
  readonly folder: string;
  readonly #files = new Map<string, number>();
  readonly #startedAt = new Map<string, number>();

  /** Makes the folder. Throws a CliError if it cannot. */
  constructor(folder: string) {
    this.folder = makeLogFolder(folder);
  }

  path(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  /** The descriptor of a component's log, opened once, for appending. */
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

  /** The last that a component complained of in this run, made safe to show, without stack traces. */
  lastWords(name: string, count: number): string[] {
    const lines = this.#tail(this.path(name), this.#startedAt.get(name) ?? 0).split("\n");
    return complaints(lines, count);
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

/** Returns the folder. Throws a CliError if it cannot be made or written in. */
export function makeLogFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return folder;
  } catch (error) {
    throw new CliError(
      EXIT.unavailable,
      `cannot write in ${folder}: ${fileErrorReason(error)}`,
      "run it in a folder of yours: it keeps logs and tokens in .seabird there",
    );
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
