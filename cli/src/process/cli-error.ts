/** A failure that a person can do something about: what happened, what to do next, exit code. */
import { EXIT, type ExitCode, errorMessage } from "@seabird-chat/runtime";

export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** One sentence: what to do now. */
  readonly next: string | undefined;

  /** What `--json` adds to the message. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    exitCode: ExitCode,
    message: string,
    next?: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "CliError";
    this.exitCode = exitCode;
    this.next = next;
    this.details = details;
  }
}

/** Anything that was thrown, as a failure to report; what is no CliError is a bug of ours. */
export function asFailure(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const stack = process.env["SEABIRD_DEBUG"] && error instanceof Error ? `\n${error.stack}` : "";
  return new CliError(
    EXIT.internal,
    `this should not have happened: ${errorMessage(error)}${stack}`,
    "set SEABIRD_DEBUG=1 to see where",
  );
}
