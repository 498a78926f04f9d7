/** Runs one command and reports what fails, with an exit code. */

import { EXIT, errorMessage } from "@seabird-chat/runtime";
import { CommanderError } from "commander";
import { CliError } from "./process/cli-error.ts";
import { withOwnCommand } from "./process/own-command.ts";
import { followLauncher } from "./process/stop-signals.ts";
import { createProgram } from "./program.ts";
import { styleError } from "./terminal/output.ts";

/** Sets the process's exit code; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  followLauncher();
  // A reader that has seen enough (`seabird tail | head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    // EIO: the terminal is gone, which SIGHUP reports too.
  });
  // A terminal that hung up takes no more output; the shutdown still runs in order.
  process.stderr.on("error", () => undefined);
  try {
    const program = createProgram();
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const failure = toCliError(error);
    process.exitCode = failure.exitCode;
    report(failure, args.includes("--json"));
  }
}

function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) {
    const isMissing = error.code === "commander.help";
    const message = isMissing ? "which command?" : error.message.replace(/^error: /, "");
    return new CliError(
      EXIT.usage,
      message,
      "`seabird --help` and `seabird COMMAND --help` tell more",
    );
  }
  const message = errorMessage(error);
  const more = process.env["SEABIRD_DEBUG"] && error instanceof Error ? `\n${error.stack}` : "";
  return new CliError(
    EXIT.internal,
    `this should not have happened: ${message}${more}`,
    "set SEABIRD_DEBUG=1 to see where",
  );
}

function report(failure: CliError, json: boolean): void {
  const { message, exitCode } = failure;
  const next = failure.next === undefined ? undefined : withOwnCommand(failure.next);
  if (json) {
    const error = {
      message,
      exitCode,
      ...failure.details,
      ...(next === undefined ? {} : { next }),
    };
    process.stderr.write(`${JSON.stringify({ error })}\n`);
    return;
  }
  process.stderr.write(`${styleError("red", "seabird:")} ${message}\n`);
  if (next !== undefined) process.stderr.write(`  Next: ${next}.\n`);
}
