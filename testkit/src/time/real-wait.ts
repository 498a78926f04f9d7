/** Waiting in real time, for what happens outside the fake clock, such as on a test's own sockets. */

const POLL_MS = 2;

/** Polls until the condition holds; rejects after so many real milliseconds. */
export async function realWait(
  timeoutMs: number,
  isDone: () => boolean | Promise<boolean>,
  message: () => string,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await isDone())) {
    if (performance.now() > deadlineMs) throw new Error(message());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The promise's value; rejects if that takes longer. */
export async function inRealTime<T>(
  timeoutMs: number,
  promise: Promise<T>,
  message: () => string,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(message())), timeoutMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
