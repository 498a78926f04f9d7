/** Decides which invitations are accepted. Pure. */
import type { Origin } from "./irc-event.ts";

const ACCOUNT = "account:";

/**
 * `patterns`: `account:alice`, or masks as in `*!*@example.org`. Anybody can
 * take the name in a mask; for an account the network vouches.
 */
export function mayInvite(
  { mask, account }: Origin,
  patterns: readonly string[],
  fold: (name: string) => string,
): boolean {
  return patterns.some((pattern) => {
    if (!pattern.startsWith(ACCOUNT)) return matches(fold(mask), fold(pattern));
    return account !== undefined && fold(account) === fold(pattern.slice(ACCOUNT.length));
  });
}

/** `*` is any text, `?` any one character. Time grows with the product of both lengths. */
function matches(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const sign = pattern.charAt(inPattern);
    if (sign === "*") {
      star = inPattern++;
      starAt = at;
    } else if (sign === "?" || (sign !== "" && sign === text.charAt(at))) {
      at += 1;
      inPattern += 1;
    } else if (star !== -1) {
      inPattern = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
