/** The text and the tags that a command sends. */
import { EXIT, readStandardInput, StandardInputError } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { CliError } from "../process/cli-error.ts";

export interface TagOptions {
  readonly tag: Record<string, string>;
}

/** Adds the argument `text` and the option `--tag`. */
export function withText(command: Command): Command {
  return withTags(command).argument(
    "[text...]",
    "the text; without it, or as -, standard input is read",
  );
}

/** Adds the option `--tag`. */
export function withTags(command: Command): Command {
  return command.option("--tag <name=value>", "a tag to go with it; repeatable", addTag, {});
}

function addTag(text: string, tags: Record<string, string>): Record<string, string> {
  const at = text.indexOf("=");
  if (at > 0) return { ...tags, [text.slice(0, at)]: text.slice(at + 1) };
  throw new CliError(
    EXIT.usage,
    `--tag ${JSON.stringify(text)} has no value`,
    "give it as name=value",
  );
}

/** Text on standard input; core takes less. Of a longer one nothing is sent. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** From the arguments, or from standard input. Throws a CliError if there is no text, or too much. */
export async function readText(words: readonly string[]): Promise<string> {
  const fromArguments = words.join(" ");
  if (fromArguments !== "" && fromArguments !== "-") return fromArguments;
  const next = "give it as arguments, or pipe it in";
  if (process.stdin.isTTY && fromArguments === "") throw new CliError(EXIT.usage, "no text", next);
  const text = await readStandardInput(MAX_TEXT_BYTES).catch((error: unknown) => {
    if (error instanceof StandardInputError) throw new CliError(EXIT.usage, error.message);
    throw error;
  });
  if (text !== "") return text;
  throw new CliError(EXIT.usage, "no text on standard input", next);
}
