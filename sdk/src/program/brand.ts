/**
 * How a plugin or backend in a file is recognised. Not by its class: the file may have brought
 * its own copy of the SDK.
 */

/** Each plugin and each backend has it as a property, with what it is. */
export const BRAND: unique symbol = Symbol.for("seabird.part") as never;

export interface Branded<Kind extends "plugin" | "backend"> {
  readonly [BRAND]: Kind;
}

export function isBranded<Kind extends "plugin" | "backend">(
  value: unknown,
  kind: Kind,
): value is Branded<Kind> {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject && (value as Partial<Branded<Kind>>)[BRAND] === kind;
}
