/** How a long-running program of ours learns that it should stop, and tells that it is ready. */
import { systemClock, unlessEnded } from "./clock.ts";

/** A second signal within this time is the same stop, delivered twice (terminal and supervisor). */
const REPEAT_MS = 500;
/** How long a process whose supervisor has gone may still take to end by itself. */
const ORPHAN_MS = 1_500;
/** Nobody is left to read it. */
const ORPHANED = 1;

export interface ProcessLife {
  /** Aborted by SIGTERM, by SIGINT, or when the supervisor's IPC channel closes. */
  readonly signal: AbortSignal;
  /** True if a supervisor started this process with an IPC channel. */
  readonly isSupervised: boolean;
  /** Sends `{ type: "ready" }` to the supervisor, if there is one. */
  ready(): void;
  /** Calls back for each object the supervisor sends; returns its undo. */
  onMessage(callback: (message: { readonly type?: unknown }) => void): () => void;
  /** Stops listening, so that the process can end by itself. Idempotent. */
  end(): void;
}

/** To be called once, in a program's main. A second signal, 500 ms after the first, ends at once. */
export function startProcessLife(): ProcessLife {
  const stop = new AbortController();
  let stoppedAt: number | undefined;
  const onSignal = () => {
    const nowMs = systemClock.now();
    if (stoppedAt !== undefined && nowMs - stoppedAt > REPEAT_MS) process.exit(130);
    stoppedAt ??= nowMs;
    stop.abort();
  };
  const onDisconnect = () => {
    unlessEnded(ORPHAN_MS, () => process.exit(ORPHANED));
    stop.abort();
  };
  process.on("SIGTERM", onSignal).on("SIGINT", onSignal).on("disconnect", onDisconnect);
  return {
    signal: stop.signal,
    isSupervised: process.send !== undefined,
    ready: () => sendToSupervisor({ type: "ready" }),
    onMessage(callback) {
      const listener = (message: unknown) => {
        if (typeof message === "object" && message !== null) callback(message);
      };
      process.on("message", listener);
      return () => process.off("message", listener);
    },
    end() {
      process.off("SIGTERM", onSignal).off("SIGINT", onSignal).off("disconnect", onDisconnect);
      if (process.connected) process.disconnect?.();
    },
  };
}

function sendToSupervisor(message: object): void {
  if (!process.connected) return;
  process.send?.(message, undefined, undefined, () => undefined);
}
