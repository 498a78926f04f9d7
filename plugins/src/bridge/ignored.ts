/** Whether a message is on one of the lists of what is not carried over. Pure. */
import { parseId } from "@seabird-chat/protocol";
import type { User } from "@seabird-chat/sdk";
import type { BridgeSettings } from "./settings.ts";

export function isIgnored(
  said: { readonly user: User | undefined; readonly command?: string | undefined },
  words: string,
  { people, patterns, commands }: BridgeSettings["ignore"],
): boolean {
  const { user, command } = said;
  if (user !== undefined) {
    const names = [user.id, parseId(user.id)?.relative ?? "", user.displayName];
    if (people.some((each) => names.includes(each))) return true;
  }
  if (command !== undefined) {
    const name = command.toLowerCase();
    if (commands.some((each) => each === "*" || each.toLowerCase() === name)) return true;
  }
  return patterns.some((pattern) => matches(pattern.toLowerCase(), words.toLowerCase()));
}

/** `*` stands for anything. In time proportional to the text for each part of the pattern. */
export function matches(pattern: string, words: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...others] = parts;
  const last = others.pop();
  if (last === undefined) return words === first;
  if (!words.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = words.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return words.length - last.length >= at && words.endsWith(last);
}
