/** How a person, the system or a parent process asks this process to stop. */
import { isNohup, watchNpmShell } from "../npm-shell.js";

/**
 * A signal that comes again within this time is the same stop: a terminal signals the whole
 * process group, and npm, a supervisor or a launcher pass the signal on.
 */
export const SAME_STOP_MS = 500;

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface StopSignalOptions {
  /** Default: SIGINT and SIGTERM. */
  readonly signals?: readonly StopSignal[];
  /** The first signal. */
  onStop(signal: StopSignal): void;
  /** A later one, SAME_STOP_MS or more after the first: somebody does not want to wait. */
  onInsist(signal: StopSignal): void;
  /** Each signal, before the others; true if it means something else and stops nothing. */
  onSignal?(signal: StopSignal, isStopping: boolean): boolean;
}

export interface StopWatch {
  /** Stopping has begun without a signal: the next one, SAME_STOP_MS later, insists. */
  begun(): void;
  /** Signals have their usual effect again. Idempotent. */
  end(): void;
}

/**
 * Also when npm or npx started this process, and the shell that they put between ended by a SIGTERM,
 * which it does not pass on: that counts as the SIGTERM. Started with nohup, a SIGHUP stops nothing.
 */
export function watchStopSignals(options: StopSignalOptions): StopWatch {
  const { signals = ["SIGINT", "SIGTERM"], onStop, onInsist, onSignal } = options;
  const survivesHangUp = isNohup();
  const watched = new Set([...signals, ...(survivesHangUp ? (["SIGHUP"] as const) : [])]);
  let firstAtMs: number | undefined;
  const receive = (signal: StopSignal): void => {
    if (onSignal?.(signal, firstAtMs !== undefined) === true) return;
    if (signal === "SIGHUP" && survivesHangUp) return;
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      onStop(signal);
    } else if (nowMs - firstAtMs >= SAME_STOP_MS) {
      onInsist(signal);
    }
  };
  for (const signal of watched) process.on(signal, receive);
  const forgetShell = watchNpmShell(() => {
    if (firstAtMs === undefined) receive("SIGTERM");
  });
  return {
    begun: () => {
      firstAtMs ??= performance.now();
    },
    end: () => {
      for (const signal of watched) process.off(signal, receive);
      forgetShell();
    },
  };
}

/** Whether this process was started with an IPC channel. */
export function hasSupervisor(): boolean {
  return process.send !== undefined;
}

/**
 * Calls back when the parent at the other end of the IPC channel has gone, even if it went before
 * this call; never without a channel. The undo also closes the channel, which would keep this
 * process alive.
 */
export function watchSupervisor(onGone: () => void): () => void {
  const { connected } = process as { readonly connected?: boolean };
  if (connected === undefined) return () => undefined;
  if (connected) process.once("disconnect", onGone);
  else queueMicrotask(onGone);
  return () => {
    process.off("disconnect", onGone);
    if (process.connected) process.disconnect();
  };
}
