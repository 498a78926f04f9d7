/** Measures over a window of time: what a counter gained, and how busy both sides were. */
import { processorMs } from "../systems/proc.ts";

export interface Gain {
  readonly perSecond: number;
  /**
   * Processor time of the measured process for each, in microseconds, all its threads; `undefined`
   * where it cannot be read. Says more than the speed on a machine that others use too.
   */
  readonly processorUs: number | undefined;
  readonly loadBusy: number;
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

export interface Counting {
  readonly ms: number;
  readonly count: () => number;
  /** The measured process. */
  readonly pid: number | undefined;
  /** Called when the warming up is over. */
  readonly begin?: () => void;
}

/** Warms up for a third of the time, then counts. */
export async function countFor({ ms, count, pid, begin }: Counting): Promise<Gain> {
  await pause(ms / 3);
  begin?.();
  return await countDuring(() => pause(ms), { count, pid });
}

/** Counts until `work` is done. */
export async function countDuring(
  work: () => Promise<unknown>,
  { count, pid }: Pick<Counting, "count" | "pid">,
): Promise<Gain> {
  const subjectFrom = processorMs(pid);
  const from = count();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const tookMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  const gained = count() - from;
  return {
    perSecond: (gained * 1000) / tookMs,
    processorUs: ((processorMs(pid) - subjectFrom) * 1000) / gained || undefined,
    loadBusy: (user + system) / 1000 / tookMs,
  };
}

/** Resolves when `done` says so; rejects after `ms`, saying what was waited for. */
export async function until(ms: number, what: string, done: () => boolean): Promise<void> {
  const lateAt = performance.now() + ms;
  while (!done()) {
    if (performance.now() > lateAt) throw new Error(`no ${what} within ${ms} ms`);
    await pause(5);
  }
}
