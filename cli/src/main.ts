/** Runs one command and reports what fails, with an exit code. */

import { EXIT } from "@seabird-chat/runtime";
import { CommanderError } from "commander";
import { asFailure, CliError } from "./process/cli-error.ts";
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
    const failure = error instanceof CommanderError ? usageFailure(error) : asFailure(error);
    process.exitCode = failure.exitCode;
    report(failure, args.includes("--json"));
  }
}

function usageFailure({ code, message }: CommanderError): CliError {
  const isMissing = code === "commander.help";
  return new CliError(
    EXIT.usage,
    isMissing ? "which command?" : message.replace(/^error: /, ""),
    "`seabird --help` and `seabird COMMAND --help` tell more",
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
