/** Which characters a token may hold: those that a header may carry, without blanks. */

/** For messages, which never quote the token: `the token of --token ${TOKEN_PROBLEM}`. */
export const TOKEN_PROBLEM =
  "holds characters that no token has; look for blanks, line breaks and quotes in it";

/** Blanks and line breaks around it are no part of it. Undefined: it is empty, or cannot be one. */
export function parseToken(text: string): string | undefined {
  const token = text.trim();
  return /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}
