/** Reads JSON of strangers: whatever is of another type than expected counts as missing. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object; of anything else, an empty one. */
export function objectIn(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list; of anything else, an empty one. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Well-formed Unicode. Undefined for anything but a text. */
export function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value.toWellFormed() : undefined;
}

/** Undefined for anything but a finite number. */
export function numberIn(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
