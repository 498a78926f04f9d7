/** The life of the core process: start, say where it listens, stop when it is told to. */
import { EXIT, sendToSupervisor, watchStopSignals, watchSupervisor } from "@seabird-chat/runtime";
import type { CoreLog } from "./log.ts";
import type { Core } from "./serve.ts";
import { obeySupervisor } from "./supervisor-messages.ts";

/** How long the process may outlive its core, for what it has not let go of. */
const LINGER_MS = 1_000;
/** How long core drains when its supervisor has gone: what it would answer to is going too. */
const ORPHAN_LIMIT_MS = 1_500;

export interface RunInit {
  readonly log: CoreLog;
  /** How long after a stop the process is ended, whatever it still waits for. */
  readonly stopLimitMs: number;
  start(signal: AbortSignal): Promise<Core>;
}

/** Resolves when core has stopped; rejects if it cannot start. */
export async function runUntilStopped({ log, stopLimitMs, start }: RunInit): Promise<void> {
  const stop = new AbortController();
  endOnFaults(log);
  stopOnSignals(stop, log);
  stop.signal.addEventListener("abort", () => endAfter(stopLimitMs, EXIT.internal, log));
  const forgetSupervisor = stopWithSupervisor(stop, log);
  let stopObeying = (): void => undefined;
  try {
    const core = await start(stop.signal).catch((error: unknown) => {
      // What it was about to do is of no interest any more.
      if (!stop.signal.aborted) throw error;
    });
    if (core !== undefined) {
      stopObeying = obeySupervisor(core, log);
      sayListening(core, log);
    }
    await core?.closed;
    log.info({}, "stopped");
    endAfter(LINGER_MS, EXIT.ok, log);
  } finally {
    stopObeying();
    // An open channel would keep the process.
    forgetSupervisor();
  }
}

function sayListening({ url, metricsUrl }: Core, log: CoreLog): void {
  log.info({ url }, `listening on ${url}`);
  if (metricsUrl !== undefined) log.info({ url: metricsUrl }, `metrics on ${metricsUrl}`);
  sendToSupervisor({ type: "listening", url });
}

/** A fault that nobody caught leaves core in a state that nobody knows. */
function endOnFaults(log: CoreLog): void {
  process.on("uncaughtException", (error) => {
    log.error({ error }, "core ends by a fault of its own");
    void end(EXIT.internal, log);
  });
}

async function end(code: number, log: CoreLog): Promise<never> {
  await log.flush();
  process.exit(code);
}

/** Ends the process, unless it has ended by itself before. */
function endAfter(delayMs: number, code: number, log: CoreLog): void {
  setTimeout(() => void end(code, log), delayMs).unref();
}

function stopOnSignals(stop: AbortController, log: CoreLog): void {
  watchStopSignals({
    onStop: (signal) => {
      log.info({ signal }, "stopping; once more ends at once");
      stop.abort();
    },
    onInsist: () => void end(EXIT.interrupted, log),
  });
}

/** With a supervisor: its end is ours. Returns the undo. */
function stopWithSupervisor(stop: AbortController, log: CoreLog): () => void {
  return watchSupervisor(() => {
    log.info({}, "stopping: the program that started this one has gone");
    endAfter(ORPHAN_LIMIT_MS, EXIT.ok, log);
    stop.abort();
  });
}
