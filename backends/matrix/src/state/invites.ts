/** Decides which invitations are accepted. Pure. */

/** `patterns`: `@ann:example.org`, or with `*` for any text. Time grows with the product of both lengths. */
export function mayInvite(userId: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(userId, pattern));
}

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
    } else if (sign !== "" && sign === text.charAt(at)) {
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
