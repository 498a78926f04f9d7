/** The short and full help of a command's first word, as registered at core. Pure. */
import type { CommandHelp } from "../plugin/plugin-client.ts";
import { allOf, type Named, type Root } from "./command-names.ts";
import { fullHelpOf, subUsageOf, usageOf } from "./usage.ts";

/** Core takes 65,536 bytes; a character has at most three of them (UTF-16 unit to UTF-8). */
const MAX_FULL_HELP_CHARACTERS = 20_000;

export function helpOf<H>(word: string, root: Root<H>): CommandHelp {
  const { own, subs } = root;
  if (subs.size === 0 && own !== undefined) return ofOne(own);
  return {
    shortHelp: own === undefined ? subUsageOf(word, subs.keys()) : shortOf(own),
    fullHelp: cut(
      allOf(root)
        .map(({ command }) =>
          [command.help, fullHelpOf(command)].filter((each) => each !== "").join("\n"),
        )
        .join("\n"),
    ),
  };
}

function ofOne<H>(named: Named<H>): CommandHelp {
  const { command, isAlias } = named;
  const before = isAlias ? `Another name for ${command.name}.\n` : "";
  return { shortHelp: shortOf(named), fullHelp: cut(before + fullHelpOf(command)) };
}

function shortOf<H>({ command, isAlias }: Named<H>): string {
  const line = command.help === "" ? usageOf(command) : command.help;
  return isAlias ? `same as ${command.name}: ${line}` : line;
}

function cut(text: string): string {
  if (text.length <= MAX_FULL_HELP_CHARACTERS) return text;
  return `${text.slice(0, MAX_FULL_HELP_CHARACTERS - 1).toWellFormed()}…`;
}
