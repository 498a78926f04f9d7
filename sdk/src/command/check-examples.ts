/** Parses each example when its command is declared, so that help never shows a broken one. */
import { SeabirdError } from "../link/errors.ts";
import { bindWords, WrongInput } from "./bind-words.ts";
import type { DeclaredCommand } from "./declared-command.ts";
import type { Reader } from "./reader.ts";
import { quoteInput } from "./safe-text.ts";

/** Throws a SeabirdError `bad_option` that names the command, the example and what is wrong. */
export function checkExamples(command: DeclaredCommand): void {
  for (const example of command.examples) {
    const wrong = problemOf(command, example);
    if (wrong === undefined) continue;
    const what = `the example ${JSON.stringify(example)} does not work: ${wrong}`;
    throw new SeabirdError("bad_option", `command ${JSON.stringify(command.name)}: ${what}`);
  }
}

function problemOf(command: DeclaredCommand, example: string): string | undefined {
  try {
    const { args, flags } = bindWords(command, example);
    for (const { name, reader } of command.args ?? []) {
      for (const word of args.get(name) ?? []) tryPure(name, reader, word);
    }
    for (const { name, long, reader } of command.flags) {
      const typed = flags.get(name);
      if (reader && typeof typed === "string") tryPure(`--${long}`, reader, typed);
    }
    return undefined;
  } catch (error) {
    if (error instanceof WrongInput) return error.message;
    throw error;
  }
}

/** Only pure readers: an author's validator may query a database. */
function tryPure(name: string, reader: Reader<unknown>, typed: string): void {
  if (reader.pure !== true) return;
  const reading = reader.read(typed, { user: { id: "", displayName: "" }, channelId: undefined });
  if ("wrong" in reading) throw new WrongInput(`${name}: ${quoteInput(typed)} ${reading.wrong}`);
}
