/** Whether a line in a channel is a command, a mention, or a message: one rule for all backends. Pure. */
import { type Block, plainText, walkBlocks } from "@seabird-chat/protocol";
import {
  foldCase,
  isBlank,
  lengthOfStart,
  marksLength,
  normalise,
  prefixLength,
  typedName,
} from "../command/normalise.ts";

/** Who the bot is on its network. */
export interface Self {
  readonly name: string;
  /** The network's id of the bot: a mention block with it addresses the bot. Default: none. */
  readonly id?: string | undefined;
  /** Whether a name of the same length is the bot's. Default: the same but for the case. */
  is?(name: string): boolean;
}

export interface RecogniseOptions {
  /** What commands begin with; empty: nothing is a command. */
  readonly prefix: string;
  readonly self?: Self | undefined;
  /** The same text with its formatting. Default: it has none. */
  readonly block?: Block | undefined;
}

export type Recognised =
  | { readonly kind: "message" }
  | { readonly kind: "command"; readonly command: string; readonly arg: string }
  /** `skip`: the characters (UTF-16) in front of the message to the bot, without blanks. */
  | { readonly kind: "mention"; readonly skip: number };

/**
 * - `!roll 2d6` is the command "roll" with the argument "2d6": all that follows the first blank,
 *   without blanks around it. The prefix alone, repeated, or with a blank behind it is none.
 *   Prefix and name may be in full width and have invisible marks; the name is without them.
 * - `seabird: hi` and `seabird, hi` (any one sign) are mentions, and so are `@seabird hi`,
 *   `@seabird` and `seabird:` with nothing behind them, and `seabird : hi` as in French. Not
 *   `seabird` alone, nor `seabird:hi`.
 * - A mention block of the bot's id at the beginning is a mention, whatever its text is.
 */
export function recognise(text: string, { prefix, self, block }: RecogniseOptions): Recognised {
  const command = parseCommand(text, prefix);
  if (command !== undefined) return { kind: "command", ...command };
  const byId = self?.id && block ? mentionBlockLength(text, block, self.id) : undefined;
  const skip = byId ?? (self === undefined ? undefined : mentionLength(text, self));
  return skip === undefined ? { kind: "message" } : { kind: "mention", skip };
}

function parseCommand(text: string, prefix: string): { command: string; arg: string } | undefined {
  const start = prefixLength(text, prefix);
  if (start === undefined) return undefined;
  let end = start;
  while (end < text.length && !isBlank(text, end)) end += 1;
  const command = typedName(text.slice(start, end));
  if (command === "" || prefixLength(command, prefix) !== undefined) return undefined;
  return { command, arg: text.slice(end).trim() };
}

function mentionLength(text: string, self: Self): number | undefined {
  if (self.name === "") return undefined;
  const first = marksLength(text, 0);
  const at = text[first] === "@" || text[first] === "＠" ? first + 1 : first;
  const start = text.slice(at);
  const length = lengthOfStart(start, normalise(self.name).length, (name) => isSelf(name, self));
  if (length === undefined) return undefined;
  const rest = start.slice(length);
  const sign = (at > first ? AFTER_AT : AFTER_NAME).exec(rest)?.[0];
  return sign === undefined ? undefined : at + length + sign.length;
}

/** Blocks that read as what is in them does. */
const TRANSPARENT: ReadonlySet<Block["inner"]["case"]> = new Set<Block["inner"]["case"]>([
  ...(["container", "bold", "italics", "underline", "strikethrough"] as const),
]);

function mentionBlockLength(text: string, block: Block, userId: string): number | undefined {
  let at = 0;
  for (const each of walkBlocks(block)) {
    const { inner } = each;
    if (TRANSPARENT.has(inner.case)) continue;
    const plain = plainText(each);
    if (inner.case === "mention") {
      const { case: kind, value } = inner.value.target;
      if (kind !== "userId" || value !== userId) return undefined;
      const end = at + plain.length;
      return end + (AFTER_AT.exec(text.slice(end))?.[0].length ?? 0);
    }
    if (inner.case !== "text" || plain.trim() !== "") return undefined;
    at += plain.length;
  }
  return undefined;
}

/** After a name: any sign and a blank; a blank and a sign that French puts behind one; a wide sign. */
const AFTER_NAME = /^(?:[\p{P}\p{S}](?=\s|$)|\s[:;,!?](?=\s|$)|\s?[：，、；])/u;
const AFTER_AT = /^(?:[:,：，、；]|[\p{P}\p{S}](?=\s|$)|\s[:;,!?](?=\s|$)|(?=\s|$))/u;

function isSelf(name: string, self: Self): boolean {
  return self.is?.(name) ?? foldCase(name) === foldCase(self.name);
}
