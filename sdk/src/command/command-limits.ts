/** Constants that bound commands. */

/** Characters (UTF-16) after a command's name; a longer line is answered with an error. */
export const MAX_ARGUMENT_CHARACTERS = 65_536;
/** Characters (code points) of a wrong argument that an answer repeats; the rest is cut. */
export const MAX_SHOWN_CHARACTERS = 40;
/** Default of `max` of a repeated argument: words; more are answered with an error. */
export const MAX_REPEATED_WORDS = 100;
/** Running cooldowns of one plugin, and as many remembered refusals; the oldest is forgotten. */
export const MAX_COOLDOWNS = 10_000;
/** Milliseconds for which a refused user gets no further answer from a command. */
export const REFUSAL_QUIET_MS = 600_000;
/** First words of one plugin's commands, as many as core takes of one stream; more are `bad_option`. */
export const MAX_COMMAND_NAMES = 256;
/** Characters of a command's name; a longer one is `bad_option`. */
export const MAX_NAME_CHARACTERS = 64;
/** Characters of a line of help or of an example; a longer one is `bad_option`. */
export const MAX_HELP_CHARACTERS = 400;
