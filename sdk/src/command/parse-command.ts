/** Parses the text after a command's name into the handler's values, or one line of error. */

import { type Bound, bindWords, WrongInput } from "./bind-words.ts";
import { MAX_ARGUMENT_CHARACTERS } from "./command-limits.ts";
import type { DeclaredArg, DeclaredCommand, DeclaredFlag } from "./declared-command.ts";
import type { ReadContext, Reader } from "./reader.ts";
import { quoteInput } from "./safe-text.ts";

export type Parsed =
  | { readonly values: Readonly<Record<string, unknown>> }
  | { readonly wrong: string };

/**
 * Typed input never makes it reject; it rejects only with what an author's validator throws.
 * `wrong` names the problem, without the usage.
 */
export async function parseCommand(
  command: DeclaredCommand,
  line: string,
  at: ReadContext,
): Promise<Parsed> {
  try {
    if (line.length > MAX_ARGUMENT_CHARACTERS) {
      const most = MAX_ARGUMENT_CHARACTERS.toLocaleString("en");
      throw new WrongInput(`that is too long (at most ${most} characters)`);
    }
    const names = [...(at.mentions?.keys() ?? [])].filter((name) => name.includes(" "));
    const bound = bindWords(command, line, names);
    const values: [string, unknown][] = [];
    for (const arg of command.args ?? []) values.push([arg.name, await readArg(arg, bound, at)]);
    for (const flag of command.flags) values.push([flag.name, await readFlag(flag, bound, at)]);
    return { values: Object.fromEntries(values) };
  } catch (error) {
    if (error instanceof WrongInput) return { wrong: error.message };
    throw error;
  }
}

async function readArg(arg: DeclaredArg, { args }: Bound, at: ReadContext): Promise<unknown> {
  const typed = args.get(arg.name);
  if (typed === undefined) return arg.absent?.value;
  const values: unknown[] = [];
  for (const word of typed) values.push(await readWord(arg.name, arg.reader, word, at));
  return arg.takes === "words" ? values : values[0];
}

async function readFlag(flag: DeclaredFlag, { flags }: Bound, at: ReadContext): Promise<unknown> {
  const typed = flags.get(flag.name);
  if (typed === undefined) return flag.absent;
  if (typeof typed === "boolean" || flag.reader === undefined) return typed;
  return readWord(`--${flag.long}`, flag.reader, typed, at);
}

async function readWord(
  name: string,
  reader: Reader<unknown>,
  typed: string,
  at: ReadContext,
): Promise<unknown> {
  const reading = await reader.read(typed, at);
  if ("wrong" in reading) throw new WrongInput(`${name}: ${quoteInput(typed)} ${reading.wrong}`);
  return reading.value;
}
