/** Ids as the network itself writes them. Pure. */
import { parseId } from "@seabird-chat/protocol";

/** `#games` of `irc://libera/%23games`; what is no absolute id stays as it is. */
export function relativeId(id: string): string {
  return parseId(id)?.relative ?? id;
}
