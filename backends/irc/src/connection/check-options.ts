/** Checks that each option that is sent to the server fits into a line. */

import { LineRefused, lineProblem, formatLine as toLine } from "../message/format-line.ts";
import type { IrcOptions } from "../options.ts";

type SentOptions = Pick<
  IrcOptions,
  "nick" | "user" | "realName" | "password" | "nickservPassword" | "channels"
>;

/** Throws RangeError. Its message names the option, but not the value, which may be secret. */
export function checkOptions(options: SentOptions): void {
  const { nick, user, realName, password = "x", nickservPassword = "x", channels } = options;
  check("nick", () => toLine("NICK", [nick, "x"]));
  check("user or realName", () => toLine("USER", [user, "0", "*", realName]));
  check("password", () => toLine("PASS", [password]));
  check("nickservPassword", () =>
    toLine("PRIVMSG", ["NickServ", `IDENTIFY ${nick} ${nickservPassword}`]),
  );
  for (const { name, key = "x" } of channels) {
    check(`channels: ${JSON.stringify(name)}`, () => toLine("JOIN", [name, key, "x"]));
  }
}

function check(what: string, line: () => string): void {
  try {
    const problem = lineProblem(line());
    if (problem !== undefined) throw new LineRefused(problem);
  } catch (cause) {
    if (!(cause instanceof LineRefused)) throw cause;
    throw new RangeError(`${what}: ${cause.message}`, { cause });
  }
}
