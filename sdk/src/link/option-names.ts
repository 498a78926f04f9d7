/** Refuses options that do not exist: types do not stop authors who write JavaScript. */
import { argumentError } from "./call-site.ts";

/** Throws a SeabirdError `bad_option` that names the unknown option and those allowed. */
export function checkOptionNames(
  what: string,
  options: object | undefined,
  allowed: readonly string[],
): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw argumentError("bad_option", `${what} takes { ${allowed.join(", ")} }`);
  }
  const unknown = Object.keys(options).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  const known = `allowed: ${allowed.join(", ")}`;
  throw argumentError("bad_option", `${what} has an unknown option "${unknown}"; ${known}`);
}

/** For a function without options. Throws a SeabirdError `bad_option` if it was given something. */
export function checkNoOptions(what: string, given: readonly unknown[]): void {
  if (given.every((each) => each === undefined)) return;
  throw argumentError("bad_option", `${what} takes no options`);
}
