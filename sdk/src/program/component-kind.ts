/**
 * Tells a plugin or a backend from anything else that a file exports. Not by `instanceof`: the
 * file may import its own copy of the SDK.
 */

/** A property of each plugin and each backend; its value is which of the two it is. */
export const KIND: unique symbol = Symbol.for("seabird.component") as never;

export interface OfKind<Kind extends "plugin" | "backend"> {
  readonly [KIND]: Kind;
}

export function isOfKind<Kind extends "plugin" | "backend">(
  value: unknown,
  kind: Kind,
): value is OfKind<Kind> {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject && (value as Partial<OfKind<Kind>>)[KIND] === kind;
}
