/** Whether a message is on one of the lists of what is not carried over. Pure. */
import { parseId } from "@seabird-chat/protocol";
import { matchesGlob, type User } from "@seabird-chat/sdk";
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
  const lowered = words.toLowerCase();
  return patterns.some((pattern) => matchesGlob(pattern.toLowerCase().split("*"), lowered));
}
