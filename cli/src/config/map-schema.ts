/** JSON Schemas made anew from the inside out; and closed against unknown keys that way. */
import { asRecord } from "./as-record.ts";
import type { JsonSchema } from "./project.ts";
import { isSchema, keysOf, schemasOf } from "./schema.ts";

/** Where a schema holds schemas of other values: one, a list, or by name. */
const ONE = ["additionalProperties", "items", "contains", "propertyNames"];
const LIST = ["prefixItems"];
const BY_NAME = ["properties", "patternProperties", "$defs", "definitions"];
/** Where it holds parts of itself. */
const PART = ["if", "then", "else"];
const PARTS = ["allOf"];
const PARTS_BY_NAME = ["dependentSchemas"];
/** Either whole alternatives, or, beside other things, parts of itself. */
const ALTERNATIVES = ["anyOf", "oneOf"];

/** `isPart`: what it is a part of says more of the same value. */
export type Change = (schema: JsonSchema, isPart: boolean) => JsonSchema;

export function mapSchema(schema: JsonSchema, change: Change, isPart = false): JsonSchema {
  const fresh: Record<string, unknown> = { ...schema };
  const each = (names: readonly string[], part: boolean) => {
    for (const name of names) if (name in fresh) fresh[name] = mapAny(fresh[name], change, part);
  };
  const byName = (names: readonly string[], part: boolean) => {
    for (const name of names) {
      if (!isSchema(fresh[name])) continue;
      const entries = Object.entries(fresh[name]);
      fresh[name] = Object.fromEntries(entries.map(([key, it]) => [key, mapAny(it, change, part)]));
    }
  };
  each([...ONE, ...LIST], false);
  each([...PART, ...PARTS], true);
  each(ALTERNATIVES, isPart || isComposite(schema));
  byName(BY_NAME, false);
  byName(PARTS_BY_NAME, true);
  return change(fresh, isPart);
}

function mapAny(value: unknown, change: Change, isPart: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => mapAny(each, change, isPart));
  return isSchema(value) ? mapSchema(value, change, isPart) : value;
}

/** Whether its alternatives are not all that it says of keys. */
function isComposite(schema: JsonSchema): boolean {
  return ["properties", ...PART, ...PARTS, ...PARTS_BY_NAME].some((name) => name in schema);
}

/**
 * The schema with unknown keys refused wherever it names keys and says nothing of others. Parts
 * leave this open for programs; for a person who mistypes a key it would be silence.
 */
export function closed(schema: JsonSchema): JsonSchema {
  const parts = referencedParts(schema);
  const made = mapSchema(schema, (each, isPart) => {
    const isOpen = ["additionalProperties", "unevaluatedProperties", "patternProperties"];
    if (isPart || isOpen.some((name) => name in each)) return each;
    const isWhole = [...PART, ...PARTS, ...PARTS_BY_NAME].some((name) => name in each);
    const hasAlternatives = "properties" in each && ALTERNATIVES.some((name) => name in each);
    if (!isWhole && !hasAlternatives) {
      return "properties" in each ? { ...each, additionalProperties: false } : each;
    }
    const named = keysOf(schemasOf(each, schema)).length > 0;
    return named ? { ...each, unevaluatedProperties: false } : each;
  });
  return parts.size === 0 ? made : reopened(made, schema, parts);
}

/** Definitions that are a part of something larger cannot refuse the other parts' keys. */
function referencedParts(schema: JsonSchema): ReadonlySet<string> {
  const found = new Set<string>();
  mapSchema(schema, (each, isPart) => {
    if (isPart && typeof each["$ref"] === "string") found.add(each["$ref"]);
    return each;
  });
  return found;
}

function reopened(made: JsonSchema, original: JsonSchema, parts: ReadonlySet<string>): JsonSchema {
  const fresh: Record<string, unknown> = { ...made };
  for (const place of ["$defs", "definitions"]) {
    if (!isSchema(fresh[place])) continue;
    const before = asRecord(original[place]);
    fresh[place] = Object.fromEntries(
      Object.entries(fresh[place]).map(([name, schema]) => [
        name,
        parts.has(`#/${place}/${name}`) ? before[name] : schema,
      ]),
    );
  }
  return fresh;
}
