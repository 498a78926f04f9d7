/** A message's text from the arguments, or from standard input. */

import { EXIT } from "@seabird-chat/runtime";
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
  const text = await readStandardInput();
  if (text !== "") return text;
  throw new CliError(
    EXIT.usage,
    "no text on standard input",
    "give it as arguments, or pipe it in",
  );
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > MAX_TEXT_BYTES) {
      throw new CliError(EXIT.usage, `more than ${MAX_TEXT_BYTES} bytes on standard input`);
    }
    chunks.push(buffer);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
