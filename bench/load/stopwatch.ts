/** Measures over a window of time: what a counter gained, and how busy this process was. */

export interface Gain {
  readonly perSecond: number;
  readonly loadBusy: number;
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Warms up for a third of `ms`, then counts for `ms`. `begin` is called between the two. */
export async function countFor(
  ms: number,
  count: () => number,
  begin: () => void = () => undefined,
): Promise<Gain> {
  await pause(ms / 3);
  begin();
  const from = count();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await pause(ms);
  const tookMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: ((count() - from) * 1000) / tookMs,
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
