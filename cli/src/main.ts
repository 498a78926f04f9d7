/** Runs one command and reports what fails, with an exit code. */

import { EXIT } from "@seabird-chat/runtime";
import { type Command, CommanderError } from "commander";
import { asFailure, CliError } from "./process/cli-error.ts";
import { withOwnCommand } from "./process/own-command.ts";
import { followLauncher } from "./process/stop-signals.ts";
import { createProgram } from "./program.ts";
import { styleError } from "./terminal/output.ts";
import { safeJson, safeLines } from "./terminal/safe-text.ts";

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
  const program = createProgram();
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const failure =
      error instanceof CommanderError
        ? usageFailure(error, commandOf(program, args))
        : asFailure(error);
    process.exitCode = failure.exitCode;
    report(failure, args.includes("--json"));
  }
}

/** By Commander's codes: what shells and options do to words. */
const USAGE_HINTS: Readonly<Record<string, string>> = {
  "commander.missingArgument": "; a word that begins with # needs quotes",
  "commander.unknownOption": "; a text that begins with - stands behind --",
};

function usageFailure({ code, message }: CommanderError, command: string): CliError {
  const isMissing = code === "commander.help";
  const more = USAGE_HINTS[code] ?? "";
  return new CliError(
    EXIT.usage,
    isMissing ? "which command?" : message.replace(/^error: /, "").replace("\n", " "),
    `\`seabird ${command}--help\` tells more${more}`,
  );
}

/** `token create `: the words that are commands, each with a blank. */
function commandOf(program: Command, args: readonly string[]): string {
  let words = "";
  let at: Command | undefined = program;
  for (const word of args) {
    at = at.commands.find((each) => each.name() === word);
    if (at === undefined) break;
    words += `${word} `;
  }
  return words;
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
    process.stderr.write(`${safeJson({ error })}\n`);
    return;
  }
  process.stderr.write(`${styleError("red", "seabird:")} ${safeLines(message)}\n`);
  if (next !== undefined) process.stderr.write(`  Next: ${safeLines(next)}.\n`);
}
