/** The figures of runs that were kept: a line of JSON each in history.jsonl, oldest first. */
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { Result } from "./report.ts";
import type { SystemName } from "./systems/system.ts";

export interface HistoryRecord {
  /** ISO 8601. */
  readonly date: string;
  /** Abbreviated; `+` behind it: with changes that are not committed. */
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
  readonly rounds: number;
  /** Milliseconds that each figure was measured for in each round. */
  readonly ms: number;
  /** Medians by row. */
  readonly figures: Readonly<Record<string, Figure>>;
}

export interface Figure {
  readonly unit: string;
  readonly better: Result["better"];
  readonly values: Partial<Record<SystemName, number>>;
}

export const HISTORY_FILE = new URL("history.jsonl", import.meta.url);

const DIGITS = 4;

export function describeMachine(): string {
  const [cpu, ...more] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${more.length + 1} × ${cpu?.model.trim() ?? "?"}, ${gib} GiB`;
}

/** Throws an Error that names the line which is no record. */
export function parseHistory(text: string): HistoryRecord[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      try {
        return JSON.parse(line) as HistoryRecord;
      } catch {
        throw new Error(`bench/history.jsonl:${index + 1} is no JSON`);
      }
    });
}

export function readHistory(file: URL | string = HISTORY_FILE): HistoryRecord[] {
  return parseHistory(readFileSync(file, "utf8"));
}

export function recordOf(
  results: readonly Result[],
  { rounds, ms }: Pick<HistoryRecord, "rounds" | "ms">,
): HistoryRecord {
  const figures = results.map(({ row, unit, better, values }) => {
    const rounded = Object.entries(values).map(([name, value]) => [
      name,
      Number(value.toPrecision(DIGITS)),
    ]);
    return [row, { unit, better, values: Object.fromEntries(rounded) }] as const;
  });
  return {
    date: new Date().toISOString(),
    commit: commitOf(),
    machine: describeMachine(),
    node: process.versions.node,
    rounds,
    ms,
    figures: Object.fromEntries(figures),
  };
}

export function appendRecord(record: HistoryRecord, file: URL | string = HISTORY_FILE): void {
  appendFileSync(file, `${JSON.stringify(record)}\n`);
}

function commitOf(): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
  return `${git("rev-parse", "--short", "HEAD")}${isChanged ? "+" : ""}`;
}
