/** What to call ourselves when the name we want is taken. Pure. */

import { MAX_NICK_ATTEMPTS } from "../limits.ts";

/** A server tells how long a nick may be only after it has taken one; RFC 1459 promises 9. */
export const SAFE_NICK_LENGTH = 9;

/**
 * The names to try, in order: the wanted one, with one and two underscores, then cut so that any
 * server takes it, with two digits. `random` gives numbers from 0 to below 1.
 */
export function nickCandidates(wanted: string, random: () => number): readonly string[] {
  const names = [wanted, `${wanted}_`, `${wanted}__`];
  while (names.length < MAX_NICK_ATTEMPTS) {
    names.push(wanted.slice(0, SAFE_NICK_LENGTH - 2) + String(10 + Math.floor(random() * 90)));
  }
  return names;
}
