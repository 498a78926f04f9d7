/** Content types: what a header says, and whether it is allowed. */
import { MIMEType } from "node:util";
import { SeabirdError } from "../link/errors.ts";

const UNKNOWN = "application/octet-stream";
/** RFC 6838: 127 on each side. */
const MAX_CHARACTERS = 255;
const PATTERN = /^(\*\/\*|[a-z0-9!#$&^_.+-]+\/(\*|[a-z0-9!#$&^_.+-]+))$/i;

/**
 * In lower case, without parameters. Only the header counts, never the bytes: what is missing or
 * cannot be read is `application/octet-stream`.
 */
export function contentTypeOf(header: string | null): string {
  try {
    const { essence } = new MIMEType(header ?? UNKNOWN);
    return essence.length > MAX_CHARACTERS ? UNKNOWN : essence;
  } catch {
    return UNKNOWN;
  }
}

/** Whether one of the patterns is it: `image/png`, `image/*`, or `*` on both sides. */
export function isAllowedType(type: string, allowed: readonly string[]): boolean {
  const [group = ""] = type.split("/");
  return allowed
    .map((each) => each.toLowerCase())
    .some((each) => each === type || each === "*/*" || each === `${group}/*`);
}

/** Throws `bad_option`. */
export function checkTypePatterns(patterns: readonly string[]): void {
  const wrong = patterns.length === 0 ? "" : patterns.find((each) => !PATTERN.test(each));
  if (wrong === undefined) return;
  throw new SeabirdError(
    "bad_option",
    `option contentTypes has "${wrong}"; allowed: types such as image/png, image/*, */*`,
  );
}
