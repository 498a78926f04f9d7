/** The life of the core process: it starts, reports its address, and stops when asked to. */
import { EXIT, sendToSupervisor, watchStopSignals, watchSupervisor } from "@seabird-chat/runtime";
import type { Tokens } from "../auth/tokens.ts";
import type { Broker } from "../broker/broker.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { CoreLog } from "./log.ts";
import { reportNetworks } from "./network-reports.ts";
import { showPluginMetrics } from "./plugin-metrics.ts";
import { obeySupervisor } from "./supervisor-messages.ts";

/** How long the process may outlive its core, if something still keeps it alive. */
const LINGER_MS = 1_000;
/** How long core drains when its supervisor has ended: its clients are ending too. */
const ORPHAN_LIMIT_MS = 1_500;

/** What `serve` resolves with. */
interface RunningCore {
  readonly url: string;
  readonly metricsUrl: string | undefined;
  readonly tokens: Pick<Tokens, "replaceExtra">;
  readonly broker: Pick<Broker, "watchStatus">;
  readonly metrics: Pick<Metrics, "showPlugins">;
  readonly closed: Promise<void>;
}

export interface RunOptions {
  readonly log: CoreLog;
  /** How long after a stop the process is ended, whatever it still waits for. */
  readonly stopLimitMs: number;
  start(signal: AbortSignal): Promise<RunningCore>;
}

/** Resolves when core has stopped; rejects if it cannot start. */
export async function runUntilStopped({ log, stopLimitMs, start }: RunOptions): Promise<void> {
  const stop = new AbortController();
  endOnExceptions(log);
  stopOnSignals(stop, log);
  stop.signal.addEventListener("abort", () => endAfter(stopLimitMs, EXIT.internal, log));
  const forgetSupervisor = stopWithSupervisor(stop, log);
  let stopListening = (): void => undefined;
  try {
    const core = await start(stop.signal).catch((error: unknown) => {
      // A start that was stopped may fail in any way.
      if (!stop.signal.aborted) throw error;
    });
    if (core !== undefined) {
      const forget = [obeySupervisor(core.tokens, log), showPluginMetrics(core.metrics, log)];
      stopListening = () => {
        for (const each of forget) each();
      };
      reportListening(core, log);
      reportNetworks(core.broker);
    }
    await core?.closed;
    log.info({}, "stopped");
    endAfter(LINGER_MS, EXIT.ok, log);
  } finally {
    stopListening();
    // An open IPC channel would keep the process alive.
    forgetSupervisor();
  }
}

function reportListening({ url, metricsUrl }: RunningCore, log: CoreLog): void {
  log.info({ url }, `listening on ${url}`);
  if (metricsUrl !== undefined) log.info({ url: metricsUrl }, `metrics on ${metricsUrl}`);
  sendToSupervisor({ type: "listening", url });
}

/** After an uncaught exception core's state is unknown, so the process ends. */
function endOnExceptions(log: CoreLog): void {
  process.on("uncaughtException", (error) => {
    log.error({ error }, "core ends after an uncaught exception");
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
      log.info({ signal }, "stopping; a second signal ends core at once");
      stop.abort();
    },
    onInsist: () => void end(EXIT.interrupted, log),
  });
}

/** Stops when the supervisor, if there is one, has ended. Returns the undo. */
function stopWithSupervisor(stop: AbortController, log: CoreLog): () => void {
  return watchSupervisor(() => {
    log.info({}, "stopping: the program that started core has ended");
    endAfter(ORPHAN_LIMIT_MS, EXIT.ok, log);
    stop.abort();
  });
}
