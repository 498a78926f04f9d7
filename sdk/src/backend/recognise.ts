/** Whether a line in a channel is a command, a mention, or a message: one rule for all backends. Pure. */

/** Who the bot is on its network. */
export interface Self {
  readonly name: string;
  /** Whether a name of the same length is the bot's. Default: the same but for the case. */
  is?(name: string): boolean;
}

export interface RecogniseOptions {
  /** What commands begin with; empty: nothing is a command. */
  readonly prefix: string;
  readonly self?: Self | undefined;
}

export type Recognised =
  | { readonly kind: "message" }
  | { readonly kind: "command"; readonly command: string; readonly arg: string }
  /** `skip`: the characters (UTF-16) in front of the message to the bot, without blanks. */
  | { readonly kind: "mention"; readonly skip: number };

/**
 * - `!roll 2d6` is the command "roll" with the argument "2d6": all that follows the first blank,
 *   without blanks around it. The prefix alone, repeated, or with a blank behind it is none.
 * - `seabird: hi` and `seabird, hi` (any one sign) are mentions, and so are `@seabird hi`,
 *   `@seabird` and `seabird:` with nothing behind them. Not `seabird` alone, nor `seabird:hi`.
 */
export function recognise(text: string, { prefix, self }: RecogniseOptions): Recognised {
  const command = parseCommand(text, prefix);
  if (command !== undefined) return { kind: "command", ...command };
  const skip = self === undefined ? undefined : mentionLength(text, self);
  return skip === undefined ? { kind: "message" } : { kind: "mention", skip };
}

function parseCommand(text: string, prefix: string): { command: string; arg: string } | undefined {
  if (prefix === "" || !text.startsWith(prefix)) return undefined;
  const rest = text.slice(prefix.length);
  const command = /^\S*/.exec(rest)?.[0] ?? "";
  if (command === "" || command.startsWith(prefix)) return undefined;
  return { command, arg: rest.slice(command.length).trim() };
}

function mentionLength(text: string, self: Self): number | undefined {
  const at = text.startsWith("@") ? 1 : 0;
  const end = at + self.name.length;
  if (self.name === "" || !isSelf(text.slice(at, end), self)) return undefined;
  const rest = text.slice(end);
  const sign = (at === 1 ? AFTER_AT : AFTER_NAME).exec(rest)?.[0];
  return sign === undefined ? undefined : end + sign.length;
}

const AFTER_NAME = /^[\p{P}\p{S}](?=\s|$)/u;
const AFTER_AT = /^(?:[:,]|[\p{P}\p{S}](?=\s|$)|(?=\s|$))/u;

function isSelf(name: string, self: Self): boolean {
  return self.is?.(name) ?? name.toLowerCase() === self.name.toLowerCase();
}
