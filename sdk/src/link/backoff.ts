/** How long to wait before the next attempt. Pure. */

export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** Between 0 and 1. */
  readonly random: number;
}

/** `failures` counts from 1. Doubles up to `maxMs`; half is random, so that many clients spread. */
export function backoffMs(failures: number, { minMs, maxMs, random }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
