/** Refuses what a test gives wrongly and would have no effect, with a TypeError. */
import { inspect } from "node:util";

/** For a misspelt option. */
export function checkNames(what: string, given: object, allowed: readonly string[]): void {
  const unknown = Object.keys(Object(given)).find((name) => !allowed.includes(name));
  if (typeof given === "object" && unknown === undefined) return;
  const found = unknown === undefined ? inspect(given) : `"${unknown}"`;
  throw new TypeError(`${what} takes { ${allowed.join(", ")} }, not ${found}`);
}

/** For arguments that are missing or in the wrong order. */
export function checkText(what: string, given: unknown, example: string): void {
  if (typeof given === "string" && given !== "") return;
  throw new TypeError(`${what} is ${inspect(given, { depth: 0 })}; write ${example}`);
}
