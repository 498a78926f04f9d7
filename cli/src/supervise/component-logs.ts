/** The logs of a project's components under `.seabird/logs/`, each read from a pipe and rotated. */

import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { EXIT, fileErrorReason } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { ComponentOutput } from "./component-process.ts";
import { LineSplitter } from "./line-splitter.ts";
import { MAX_MERGED_LINE_CHARS, MergedLog } from "./merged-log.ts";
import { RotatingLog } from "./rotating-log.ts";

/** How far back `seabird logs COMPONENT` looks. */
const MAX_TAIL_BYTES = 4 * 1024 * 1024;
/** One line of a component; a longer one becomes two. */
const MAX_LOG_LINE_BYTES = 65_536;
/** A component's log and its predecessors; the oldest is deleted. */
const LOG_FILES = 3;
/** A log of this size is rotated to NAME.log.1. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;
/** Of these the last ones are shown when a component has failed. */
const LAST_LINES = 20;
const ROTATION = { maxBytes: MAX_LOG_BYTES, files: LOG_FILES };

export class ComponentLogs {
  readonly folder: string;
  readonly merged = new MergedLog();
  readonly #files = new Map<string, RotatingLog>();
  readonly #latest = new Map<string, string[]>();
  /** How many of the latest lines the present process has written, or the last one. */
  readonly #fresh = new Map<string, number>();

  /** Makes the folder. Throws a CliError if it cannot. */
  constructor(folder: string) {
    this.folder = makeLogFolder(folder);
  }

  path(component: string): string {
    return join(this.folder, logFileName(component));
  }

  /** A line of the supervisor's own, which no follower sees. */
  write(name: string, text: string): void {
    this.#file(name).write(Buffer.from(`${new Date().toISOString()} ${text}\n`));
  }

  /** Where a component's process writes. */
  output(component: string): ComponentOutput {
    const splitters = {
      stdout: new LineSplitter(MAX_LOG_LINE_BYTES),
      stderr: new LineSplitter(MAX_LOG_LINE_BYTES),
    };
    return {
      to: "lines",
      begin: () => void this.#fresh.set(component, 0),
      take: (from, chunk) => this.#take(component, splitters[from].push(chunk)),
      end: () => {
        for (const splitter of Object.values(splitters)) this.#take(component, splitter.end());
      },
    };
  }

  /** The last lines that are in a component's files. */
  tail(component: string, count: number): string[] {
    return this.#file(component).tail(count, MAX_TAIL_BYTES);
  }

  /** What a component wrote last in this run: `LAST_LINES` lines at most. */
  latest(component: string): readonly string[] {
    return this.#latest.get(component) ?? [];
  }

  /** Of these lines the ones that its present process has written, or the last one. */
  logTail(component: string): readonly string[] {
    const count = this.#fresh.get(component) ?? 0;
    return count === 0 ? [] : this.latest(component).slice(-count);
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  #take(component: string, lines: Buffer): void {
    if (lines.length === 0) return;
    this.#file(component).write(lines);
    const texts = lines.toString("utf8", 0, lines.length - 1).split("\n");
    const before = this.#latest.get(component) ?? [];
    const latest = [...before, ...texts.slice(-LAST_LINES)].slice(-LAST_LINES);
    this.#latest.set(
      component,
      latest.map((line) => line.slice(0, MAX_MERGED_LINE_CHARS)),
    );
    this.#fresh.set(component, (this.#fresh.get(component) ?? 0) + texts.length);
    for (const text of texts) this.merged.add(component, text);
  }

  #file(component: string): RotatingLog {
    const known = this.#files.get(component);
    if (known !== undefined) return known;
    const file = new RotatingLog(this.path(component), ROTATION);
    this.#files.set(component, file);
    return file;
  }
}

/** `irc/libera` becomes `irc+libera.log`; no two components have the same, and none leaves the folder. */
export function logFileName(component: string): string {
  const safe = component.replace(/[^A-Za-z0-9._/-]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `~${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  return `${safe.replaceAll("/", "+").replace(/^\./, "~2e")}.log`;
}

/** Returns the folder. Throws a CliError if it cannot be made or written in. */
function makeLogFolder(folder: string): string {
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
