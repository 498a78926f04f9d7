/** What bounds a command, in one table, from which that of `docs/commands.md` is made. */

/** Characters (UTF-16) after a command's name. */
export const MAX_ARGUMENT_CHARACTERS = 65_536;
/** Characters (code points) of a wrong argument that an answer repeats. */
export const MAX_SHOWN_CHARACTERS = 40;
/** Words of one repeated argument, unless it is told another number. */
export const MAX_REPEATED_WORDS = 100;
/** Running cooldowns of one plugin, and as many refusals that were told. */
export const MAX_COOLDOWNS = 10_000;
/** Milliseconds for which somebody who may not use a command hears nothing more of it. */
export const REFUSAL_QUIET_MS = 600_000;
/** First words of one plugin: as many as core takes of one stream. */
export const MAX_COMMAND_NAMES = 256;
/** Characters of a whole name. */
export const MAX_NAME_CHARACTERS = 64;
/** Characters of a line of help or of an example. */
export const MAX_HELP_CHARACTERS = 400;

/** One row of the table in `docs/commands.md`. */
interface CommandLimit {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  readonly policy: string;
}

const REFUSED = "the declaration is refused (`bad_option`)";

export const COMMAND_LIMITS: readonly CommandLimit[] = [
  row("argument", MAX_ARGUMENT_CHARACTERS, "characters", "after a command's name", "answered so"),
  row("echo", MAX_SHOWN_CHARACTERS, "characters", "of a wrong argument in an answer", "cut with …"),
  row("repeated", MAX_REPEATED_WORDS, "words", "of one repeated argument", "answered so"),
  row("cooldowns", MAX_COOLDOWNS, "", "running in one plugin", "the oldest is forgotten"),
  row("refusalQuiet", REFUSAL_QUIET_MS, "ms", "after `you may not use …`", "nothing is said"),
  row("names", MAX_COMMAND_NAMES, "", "first words of one plugin's commands", REFUSED),
  row("nameLength", MAX_NAME_CHARACTERS, "characters", "a command's name", REFUSED),
  row("helpLength", MAX_HELP_CHARACTERS, "characters", "a line of help or an example", REFUSED),
];

function row(
  name: string,
  value: number,
  unit: string,
  what: string,
  policy: string,
): CommandLimit {
  return { name, value, unit, what, policy };
}
