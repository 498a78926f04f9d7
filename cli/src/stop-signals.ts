/** How a person or the system asks this process to stop. */

/**
 * A repeat within this time is the same stop once more: a terminal signals every process of its
 * group, npm passes it on again, and so does the doorman of an old Node.
 */
export const REPEAT_MS = 500;

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Calls `onStop` for the first signal, `onInsist` for a later one; returns the undo. */
export function watchStopSignals(
  onStop: (signal: StopSignal) => void,
  onInsist: (signal: StopSignal) => void,
): () => void {
  let firstAtMs: number | undefined;
  const receive = (signal: StopSignal) => {
    acknowledge(signal);
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      onStop(signal);
    } else if (nowMs - firstAtMs >= REPEAT_MS) {
      onInsist(signal);
    }
  };
  for (const signal of STOP_SIGNALS) process.on(signal, receive);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, receive);
  };
}

/** Tells the doorman of bin/seabird.js that the signal has arrived, so that it is not repeated. */
function acknowledge(name: StopSignal): void {
  if (process.env["SEABIRD_LAUNCHED"] !== undefined && process.connected) {
    process.send?.({ type: "signal", name });
  }
}

/** Ends this process, as if asked to, when the doorman that started it is gone. */
export function followLauncher(): void {
  if (process.env["SEABIRD_LAUNCHED"] === undefined || process.channel === undefined) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}
