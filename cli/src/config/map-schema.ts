/** Copies of JSON Schemas with changes, such as a copy that refuses unknown keys. */
import { asRecord } from "./as-record.ts";
import type { JsonSchema } from "./project.ts";
import { isSchema, keysOf, schemasOf } from "./schema.ts";

/** Keywords whose schemas are for other values: those below, such as a property's. */
const BELOW = ["additionalProperties", "items", "contains", "propertyNames", "prefixItems"];
/** The same, as schemas by name. */
const BELOW_BY_NAME = ["properties", "patternProperties", "$defs", "definitions"];
/** Keywords whose schemas add to what the schema requires of the same value. */
const PARTS = ["if", "then", "else", "allOf"];
const PARTS_BY_NAME = ["dependentSchemas"];
/** Either the whole schema, or, beside other keywords, parts of it. */
const ALTERNATIVES = ["anyOf", "oneOf"];

/** `isPart`: the schema is a part of one around it, which has more to say of the same value. */
export type Change = (schema: JsonSchema, isPart: boolean) => JsonSchema;

/** A copy with each schema in it changed, the inner ones first. */
export function mapSchema(schema: JsonSchema, change: Change, isPart = false): JsonSchema {
  const mapped = (keyword: string, value: unknown): unknown => {
    const isAlternative = ALTERNATIVES.includes(keyword);
    const below =
      PARTS.includes(keyword) ||
      PARTS_BY_NAME.includes(keyword) ||
      (isAlternative && (isPart || isComposite(schema)));
    if (isAlternative || BELOW.includes(keyword) || PARTS.includes(keyword)) {
      return mapAny(value, change, below);
    }
    const isByName = BELOW_BY_NAME.includes(keyword) || PARTS_BY_NAME.includes(keyword);
    if (!isByName || !isSchema(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, mapAny(each, change, below)]),
    );
  };
  const entries = Object.entries(schema).map(([keyword, value]) => [
    keyword,
    mapped(keyword, value),
  ]);
  return change(Object.fromEntries(entries), isPart);
}

function mapAny(value: unknown, change: Change, isPart: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => mapAny(each, change, isPart));
  return isSchema(value) ? mapSchema(value, change, isPart) : value;
}

/** Whether it defines keys beside its alternatives. */
function isComposite(schema: JsonSchema): boolean {
  return "properties" in schema || hasParts(schema);
}

function hasParts(schema: JsonSchema): boolean {
  return [...PARTS, ...PARTS_BY_NAME].some((name) => name in schema);
}

/**
 * The schema with unknown keys refused wherever it defines keys and allows no others. Components
 * leave that open, and a mistyped key would go unnoticed.
 */
export function closed(schema: JsonSchema): JsonSchema {
  const parts = referencedParts(schema);
  const made = mapSchema(schema, (each, isPart) => {
    const isOpen = ["additionalProperties", "unevaluatedProperties", "patternProperties"];
    if (isPart || isOpen.some((name) => name in each)) return each;
    const hasAlternatives = "properties" in each && ALTERNATIVES.some((name) => name in each);
    if (!hasParts(each) && !hasAlternatives) {
      return "properties" in each ? { ...each, additionalProperties: false } : each;
    }
    const named = keysOf(schemasOf(each, schema)).length > 0;
    return named ? { ...each, unevaluatedProperties: false } : each;
  });
  return parts.size === 0 ? made : reopened(made, schema, parts);
}

/** A definition that is used as a part must accept the keys of the other parts. */
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
