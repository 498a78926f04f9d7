/** Waiting for what happens outside of the bed, such as on an author's own sockets. */

const LOOK_EVERY_MS = 2;

/** Looks again and again; rejects after so many real milliseconds. */
export async function realWait(
  patienceMs: number,
  isDone: () => boolean | Promise<boolean>,
  complaint: () => string,
): Promise<void> {
  const giveUpAtMs = performance.now() + patienceMs;
  while (!(await isDone())) {
    if (performance.now() > giveUpAtMs) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** The promise's value; rejects if that takes longer. */
export async function inRealTime<T>(
  patienceMs: number,
  promise: Promise<T>,
  complaint: () => string,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(complaint())), patienceMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
