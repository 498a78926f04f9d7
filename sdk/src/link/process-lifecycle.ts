/** When a long-running process should stop, by signals or its supervisor, and when it is ready. */
import {
  EXIT,
  hasSupervisor,
  onSupervisorMessage,
  type SupervisorMessage,
  sendToSupervisor,
  watchStopSignals,
  watchSupervisor,
} from "@seabird-chat/runtime";
import { unlessEnded } from "./clock.ts";

/** How long a process whose supervisor has gone may still take to end by itself. */
const ORPHAN_MS = 1_500;

export interface ProcessLifecycle {
  /** Aborted by SIGTERM, by SIGINT, or when the supervisor's IPC channel closes. */
  readonly signal: AbortSignal;
  /** True if a supervisor started this process with an IPC channel. */
  readonly isSupervised: boolean;
  /** Sends `{ type: "ready" }` to the supervisor, if there is one. */
  ready(): void;
  /** Calls back for each message of the supervisor; returns its undo. */
  onMessage(callback: (message: SupervisorMessage) => void): () => void;
  /** Stops listening, so that the process can end by itself. Idempotent. */
  end(): void;
}

/** To be called once, in a program's main. A second signal, 500 ms after the first, ends at once. */
export function startProcessLifecycle(): ProcessLifecycle {
  const stop = new AbortController();
  const signals = watchStopSignals({
    onStop: () => stop.abort(),
    onInsist: () => process.exit(EXIT.interrupted),
  });
  const forgetSupervisor = watchSupervisor(() => {
    unlessEnded(ORPHAN_MS, () => process.exit(EXIT.failed));
    stop.abort();
  });
  return {
    signal: stop.signal,
    isSupervised: hasSupervisor(),
    ready: () => void sendToSupervisor({ type: "ready" }),
    onMessage: onSupervisorMessage,
    end() {
      signals.end();
      forgetSupervisor();
    },
  };
}
