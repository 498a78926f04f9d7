/** A message's text from the arguments, or from standard input. */

import { EXIT, readStandardInput, StandardInputError } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

/** Text on standard input; core takes less. Of a longer one nothing is sent. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** Throws a CliError if there is no text, or too much. */
export async function readText(words: readonly string[]): Promise<string> {
  const fromArguments = words.join(" ");
  if (fromArguments !== "" && fromArguments !== "-") return fromArguments;
  if (process.stdin.isTTY && fromArguments !== "-") {
    throw new CliError(EXIT.usage, "no text", "give it as arguments, or pipe it in");
  }
  const text = await readInput();
  if (text !== "") return text;
  throw new CliError(
    EXIT.usage,
    "no text on standard input",
    "give it as arguments, or pipe it in",
  );
}

async function readInput(): Promise<string> {
  try {
    return await readStandardInput(MAX_TEXT_BYTES);
  } catch (error) {
    if (error instanceof StandardInputError) throw new CliError(EXIT.usage, error.message);
    throw error;
  }
}
