/** Takes secrets out of the lines that go into the log. Pure. */
import type { IrcOptions } from "../options.ts";

const HIDDEN = "***";

/** A shorter one would take ordinary words out with it; its own lines are cut all the same. */
const MIN_LENGTH = 4;

type Secrets = Pick<IrcOptions, "password" | "nickservPassword" | "sasl" | "channels">;

/** The log's form of a line, in either direction. */
export function hideSecrets({ password, nickservPassword, sasl, channels }: Secrets) {
  const keys = channels.map(({ key }) => key);
  const known = [password, nickservPassword, sasl?.password, ...keys].filter(
    (secret) => secret !== undefined && secret.length >= MIN_LENGTH,
  );
  return (line: string): string => {
    let shown = line;
    for (const secret of known) shown = shown.replaceAll(secret ?? HIDDEN, HIDDEN);
    for (const [pattern, replacement] of PATTERNS) shown = shown.replace(pattern, replacement);
    return shown;
  };
}

/** What is secret by its place: also other people's keys, and passwords that plugins hand on. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^(PASS) .*/is, `$1 ${HIDDEN}`],
  // Also as the server echoes it (echo-message), and with a label before it.
  [/^((?:@\S+ +)?(?::\S+ +)?(?:PRIVMSG|NOTICE) +\S*Serv\S*) .*/is, `$1 :${HIDDEN}`],
  [/^(AUTHENTICATE) (?!(?:[*+]|PLAIN|EXTERNAL)$).*/is, `$1 ${HIDDEN}`],
  [/^((?:@\S+ +)?JOIN \S+) .*/is, `$1 ${HIDDEN}`],
  // `:op!o@h MODE #a +k key` and `:server 324 us #a +nk key`; a key may be shown when it is taken off.
  [
    /^((?:@\S+ +)?(?::\S+ +)?(?:MODE +\S+|324 +\S+ +\S+) +:?[+-][\w+-]*k[\w+-]*) .*/is,
    `$1 ${HIDDEN}`,
  ],
];
