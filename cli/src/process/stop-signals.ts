/** How a person or the system asks this process to stop. */

/** Signals within this time after the first are the same one once more; a later one insists. */
const INSIST_AFTER_MS = 500;

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

export interface StopWatch {
  /** The stop has begun without a signal: the next one, `insistAfterMs` later, insists. */
  begun(): void;
  /** Leaves the signals to their usual fate again. */
  end(): void;
}

/**
 * Calls `onStop` for the first signal, `onInsist` for a later one. `onHangUp` may take a SIGHUP
 * for itself, by answering true: then it stops nothing.
 * A repeat within `insistAfterMs`
 * is the same stop once more: a terminal signals every process of its group, npm passes it on
 * again, and so does the doorman of an old Node.
 */
export function watchStopSignals(
  onStop: (signal: StopSignal) => void,
  onInsist: (signal: StopSignal) => void,
  onHangUp: () => boolean = () => false,
): StopWatch {
  let firstAtMs: number | undefined;
  const receive = (signal: StopSignal) => {
    acknowledge(signal);
    if (signal === "SIGHUP" && firstAtMs === undefined && onHangUp()) return;
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      onStop(signal);
    } else if (nowMs - firstAtMs >= INSIST_AFTER_MS) {
      onInsist(signal);
    }
  };
  for (const signal of STOP_SIGNALS) process.on(signal, receive);
  return {
    begun: () => {
      firstAtMs ??= performance.now();
    },
    end: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, receive);
    },
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

/** How often the parent is looked at. */
const PARENT_LOOK_MS = 500;

/**
 * Under npm a shell stands between, and dies of a SIGTERM without passing it on: calls back when
 * this process was started by npm and its parent is gone. Returns the undo.
 */
export function watchNpm(onGone: () => void): () => void {
  if (process.env["npm_lifecycle_event"] === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
