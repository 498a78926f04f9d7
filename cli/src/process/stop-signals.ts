/** How a person or the system asks this command to stop, also through its launcher. */
import {
  type StopSignal,
  type StopWatch,
  sendToSupervisor,
  watchStopSignals,
} from "@seabird-chat/runtime";

/**
 * Calls `onStop` for the first signal, `onInsist` for a later one. `onHangUp` may take a SIGHUP
 * for itself, by answering true: then it stops nothing.
 */
export function watchCommandSignals(
  onStop: (signal: StopSignal) => void,
  onInsist: (signal: StopSignal) => void,
  onHangUp: () => boolean = () => false,
): StopWatch {
  return watchStopSignals({
    signals: ["SIGINT", "SIGTERM", "SIGHUP"],
    onStop,
    onInsist,
    onSignal(signal, isStopping) {
      acknowledge(signal);
      return signal === "SIGHUP" && !isStopping && onHangUp();
    },
  });
}

/** Tells bin/seabird.js, on an old Node, that the signal has arrived and need not be repeated. */
function acknowledge(name: StopSignal): void {
  if (process.env["SEABIRD_LAUNCHED"] !== undefined) sendToSupervisor({ type: "signal", name });
}

/** Ends this process, as if asked to, when the launcher that started it is gone. */
export function followLauncher(): void {
  if (process.env["SEABIRD_LAUNCHED"] === undefined || process.channel === undefined) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}
