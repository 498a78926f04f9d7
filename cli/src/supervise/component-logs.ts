/** The logs of a project's parts under `.seabird/logs/`, each read from a pipe and rotated. */
import { join } from "node:path";
import { LIMITS } from "../limits.ts";
import type { PartOutput } from "./component.ts";
import { LineSplitter } from "./line-splitter.ts";
import { makeLogFolder } from "./logs.ts";
import { MergedLog } from "./merged-log.ts";
import { RotatingLog } from "./rotating-log.ts";

/** Of these the last ones are shown when a part has failed. */
const LAST_LINES = 20;
const ROTATION = { maxBytes: LIMITS.maxLogBytes, files: LIMITS.logFiles };

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

  path(part: string): string {
    return join(this.folder, logFileName(part));
  }

  /** A line of the supervisor's own, which no follower sees. */
  write(name: string, text: string): void {
    this.#file(name).write(Buffer.from(`${new Date().toISOString()} ${text}\n`));
  }

  /** Where a part's process writes. */
  output(part: string): PartOutput {
    const splitters = {
      stdout: new LineSplitter(LIMITS.maxLogLineBytes),
      stderr: new LineSplitter(LIMITS.maxLogLineBytes),
    };
    return {
      to: "lines",
      begin: () => void this.#fresh.set(part, 0),
      take: (from, chunk) => this.#take(part, splitters[from].push(chunk)),
      end: () => {
        for (const splitter of Object.values(splitters)) this.#take(part, splitter.end());
      },
    };
  }

  /** The last lines that are in a part's files. */
  tail(part: string, count: number): string[] {
    return this.#file(part).tail(count, LIMITS.maxTailBytes);
  }

  /** What a part wrote last in this run: `LAST_LINES` lines at most. */
  latest(part: string): readonly string[] {
    return this.#latest.get(part) ?? [];
  }

  /** Of these lines the ones that its present process has written, or the last one. */
  lastWords(part: string): readonly string[] {
    const count = this.#fresh.get(part) ?? 0;
    return count === 0 ? [] : this.latest(part).slice(-count);
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  #take(part: string, lines: Buffer): void {
    if (lines.length === 0) return;
    this.#file(part).write(lines);
    const texts = lines.toString("utf8", 0, lines.length - 1).split("\n");
    const before = this.#latest.get(part) ?? [];
    const latest = [...before, ...texts.slice(-LAST_LINES)].slice(-LAST_LINES);
    this.#latest.set(
      part,
      latest.map((line) => line.slice(0, LIMITS.maxMergedLineChars)),
    );
    this.#fresh.set(part, (this.#fresh.get(part) ?? 0) + texts.length);
    for (const text of texts) this.merged.add(part, text);
  }

  #file(part: string): RotatingLog {
    const known = this.#files.get(part);
    if (known !== undefined) return known;
    const file = new RotatingLog(this.path(part), ROTATION);
    this.#files.set(part, file);
    return file;
  }
}

/** `irc/libera` becomes `irc+libera.log`; no two parts have the same, and none leaves the folder. */
export function logFileName(part: string): string {
  const safe = part.replace(/[^A-Za-z0-9._/-]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `~${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  return `${safe.replaceAll("/", "+").replace(/^\./, "~2e")}.log`;
}
