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
  if (user !== undefined && isIgnoredPerson(user, { people })) return true;
  if (command !== undefined) {
    const name = command.toLowerCase();
    if (commands.some((each) => each === "*" || each.toLowerCase() === name)) return true;
  }
  const lowered = words.toLowerCase();
  return patterns.some((pattern) => matchesGlob(pattern.toLowerCase().split("*"), lowered));
}

/** By id, by the network's own id, or by the name that is shown. */
export function isIgnoredPerson(
  { id, displayName }: Pick<User, "id" | "displayName">,
  { people }: Pick<BridgeSettings["ignore"], "people">,
): boolean {
  if (people.length === 0) return false;
  const names = [id, parseId(id)?.relative ?? "", displayName];
  return people.some((each) => names.includes(each));
}
