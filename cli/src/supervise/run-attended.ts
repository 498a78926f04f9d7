/** Runs `seabird up` until a person, the system or npm stops it. */

import { EXIT, type ExitCode, errorMessage, watchNpmShell } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import { watchCommandSignals } from "../process/stop-signals.ts";

export interface AttendedRun {
  /** `onStopping`: everything begins to stop, for whatever reason. */
  run(onStopping: () => void): Promise<ExitCode>;
  /** Idempotent. */
  askToStop(why: string): void;
  /** Stops at once, without draining. */
  endAtOnce(): void;
  /** SIGHUP: true if it does not stop the run. */
  hangUp?(): boolean;
}

/** Runs it; resolves with the exit code when everything has ended. */
export async function runAttended(run: AttendedRun): Promise<ExitCode> {
  const watch = watchCommandSignals(
    (signal) => run.askToStop(signal),
    () => run.endAtOnce(),
    () => run.hangUp?.() === true,
  );
  const forgetNpm = watchNpmShell(() => run.askToStop("npm is gone"));
  try {
    return await run.run(() => watch.begun());
  } finally {
    forgetNpm();
    watch.end();
  }
}

/** Anything that was thrown, as what `run` may throw. */
export function asFailure(error: unknown): CliError {
  if (error instanceof CliError) return error;
  return new CliError(EXIT.internal, errorMessage(error));
}
