/** Nicks to try in a room where the wanted one is taken. Pure. */

/** How many are tried. */
const MAX_CANDIDATES = 8;

/** `seabird_`, `seabird__`, `seabird3`, …; undefined: no more. */
export function nickCandidate(nick: string, attempt: number): string | undefined {
  if (attempt >= MAX_CANDIDATES) return undefined;
  return attempt < 2 ? nick + "_".repeat(attempt + 1) : `${nick}${attempt + 1}`;
}
