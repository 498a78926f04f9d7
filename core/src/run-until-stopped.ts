/** The life of the core process: start, say where it listens, stop when it is told to. */
import type { CoreLog } from "./log.ts";
import type { Core } from "./serve.ts";

/**
 * A stop that comes again within this time is the same one: a terminal signals the whole group,
 * and a supervisor its children too.
 */
const SAME_STOP_MS = 500;
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export interface RunInit {
  readonly log: CoreLog;
  start(signal: AbortSignal): Promise<Core>;
}

/** Resolves when core has stopped; rejects if it cannot start. */
export async function runUntilStopped({ log, start }: RunInit): Promise<void> {
  const stop = new AbortController();
  stopOnSignals(stop, log);
  stopWithParent(stop, log);
  const core = await start(stop.signal);
  log.info({ url: core.url }, `listening on ${core.url}`);
  if (process.connected) process.send?.({ type: "listening", url: core.url });
  await core.closed;
  log.info({}, "stopped");
  log.flush();
  letGoOfParent();
}

function stopOnSignals(stop: AbortController, log: CoreLog): void {
  let firstAtMs: number | undefined;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      const nowMs = performance.now();
      if (firstAtMs === undefined) {
        firstAtMs = nowMs;
        log.info({ signal: name }, "stopping; once more ends at once");
        stop.abort();
      } else if (nowMs - firstAtMs >= SAME_STOP_MS) {
        log.flush();
        process.exit(SIGNAL_CODES[name]);
      }
    });
  }
}

/** With a supervisor over an IPC channel: its end is ours. */
function stopWithParent(stop: AbortController, log: CoreLog): void {
  if (process.channel === undefined) return;
  process.once("disconnect", () => {
    log.info({}, "stopping: the program that started this one has gone");
    stop.abort();
  });
}

/** An open channel with a listener would keep the process. */
function letGoOfParent(): void {
  process.removeAllListeners("disconnect");
  if (process.connected) process.disconnect();
}
