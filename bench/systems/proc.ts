/** What Linux knows of a process (/proc): its processor time and its memory. */
import { readFileSync, writeFileSync } from "node:fs";

const TICK_MS = 10;
/** In /proc/PID/stat, counted from behind the name in brackets. */
const FIELD = { user: 11, system: 12, childrenUser: 13, childrenSystem: 14 } as const;

/**
 * Processor time that a process has had, all its threads, in milliseconds; NaN if it cannot be
 * known. The kernel counts in 10 ms.
 */
export function processorMs(pid: number | undefined): number {
  const stat = statOf(pid);
  return (stat(FIELD.user) + stat(FIELD.system)) * TICK_MS;
}

/** The same of those of its children that have ended, and theirs. */
export function endedChildrenMs(pid: number | undefined): number {
  const stat = statOf(pid);
  return (stat(FIELD.childrenUser) + stat(FIELD.childrenSystem)) * TICK_MS;
}

function statOf(pid: number | undefined): (field: number) => number {
  if (pid === undefined || process.platform !== "linux") return () => Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (field) => Number(fields[field]);
}

/** Its own memory and its share of what it has in common with others (PSS), in KiB. */
export function pssKb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? Number.NaN);
}

/** What it has resident, in MiB; NaN where that cannot be known. */
export function residentMib(pid: number | undefined): number {
  return statusMib(pid, "VmRSS");
}

/** The most that it had resident since `forgetPeak`, in MiB; NaN where that cannot be known. */
export function peakMib(pid: number | undefined): number {
  return statusMib(pid, "VmHWM");
}

/** The most begins anew (man 5 proc: clear_refs). */
export function forgetPeak(pid: number | undefined): void {
  if (pid === undefined || process.platform !== "linux") return;
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function statusMib(pid: number | undefined, name: string): number {
  if (pid === undefined || process.platform !== "linux") return Number.NaN;
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? Number.NaN) / 1_024;
}
