/** Refuses an option that an argument or a flag does not have. */
import { SeabirdError } from "../link/errors.ts";

/** Throws a SeabirdError `bad_option` that names the unknown option and those allowed. */
export function checkOptionNames(
  what: string,
  options: object | undefined,
  allowed: readonly string[],
): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw new SeabirdError("bad_option", `${what} takes { ${allowed.join(", ")} }`);
  }
  const unknown = Object.keys(options).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  const known = `allowed: ${allowed.join(", ")}`;
  throw new SeabirdError("bad_option", `${what} has an unknown option "${unknown}"; ${known}`);
}
