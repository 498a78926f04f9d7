/** What a component may be named: its token has the same name, and core has rules for those. */

/** In characters; as core's own bound of a token's name. */
const MAX_NAME_LENGTH = 64;
/** `up` is the supervisor, in the logs. */
const RESERVED = ["seabird", "core", "up"];

/** Undefined if it is a good name. */
export function nameProblem(name: string): string | undefined {
  const length = [...name].length;
  if (length > MAX_NAME_LENGTH) return `a name has ${MAX_NAME_LENGTH} characters at most`;
  if (name !== name.trim()) return "a name has no blanks at its ends";
  if (/\p{Cc}|\p{Cs}/u.test(name)) return "a name has no control characters";
  if (RESERVED.includes(name.toLowerCase())) return `the name ${name} is one of Seabird's own`;
  return undefined;
}
