/** A failure that a person can do something about: what happened, what to do next, exit code. */
import type { ExitCode } from "@seabird-chat/runtime";

export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** One sentence: what to do now. */
  readonly next: string | undefined;

  constructor(exitCode: ExitCode, message: string, next?: string) {
    super(message);
    this.name = "CliError";
    this.exitCode = exitCode;
    this.next = next;
  }

  /** What `--json` adds to the message. */
  details(): Readonly<Record<string, unknown>> {
    return {};
  }
}
