/** Replaces secrets in lines for the log. Pure. */
import type { IrcOptions } from "../options.ts";

const HIDDEN = "***";

/** Shorter secrets also occur in ordinary text; the lines that carry them are matched by PATTERNS. */
const MIN_LENGTH = 4;

type Secrets = Pick<IrcOptions, "password" | "nickservPassword" | "sasl" | "channels">;

/** Returns a function that replaces secrets in a line, in either direction, by `***`. */
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

/** Secrets by their position in a line: also other users' keys, and passwords from plugins. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^(PASS) .*/is, `$1 ${HIDDEN}`],
  // Also in the echo of the server (echo-message), and behind a label.
  [/^((?:@\S+ +)?(?::\S+ +)?(?:PRIVMSG|NOTICE) +(?=\S*Serv)\S+) .*/is, `$1 :${HIDDEN}`],
  [/^(AUTHENTICATE) (?!(?:[*+]|PLAIN|EXTERNAL)$).*/is, `$1 ${HIDDEN}`],
  [/^((?:@\S+ +)?JOIN \S+) .*/is, `$1 ${HIDDEN}`],
  // `:op!o@h MODE #a +k key` and `:server 324 us #a +nk key`; some servers show the key that is removed.
  [
    /^((?:@\S+ +)?(?::\S+ +)?(?:MODE +\S+|324 +\S+ +\S+) +:?[+-](?=[\w+-]*k)[\w+-]+) .*/is,
    `$1 ${HIDDEN}`,
  ],
];
