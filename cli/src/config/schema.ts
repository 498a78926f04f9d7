/**
 * JSON Schemas as parts give them: read without trusting them, closed against unknown keys, and
 * looked into for what stands at one place.
 */
import { asRecord } from "../as-record.ts";
import type { JsonSchema } from "./house.ts";

/** Of what one place may have to fit, no more than this is looked at. */
const MAX_SCHEMAS = 256;

/** All schemas that a value at one place may have to fit: alternatives and parts, references followed. */
export function schemasOf(schema: unknown, root: JsonSchema): readonly JsonSchema[] {
  const found = new Set<JsonSchema>();
  const waiting: unknown[] = [schema];
  while (waiting.length > 0 && found.size < MAX_SCHEMAS) {
    const next = waiting.pop();
    if (!isSchema(next) || found.has(next)) continue;
    found.add(next);
    const { $ref, allOf, anyOf, oneOf } = next;
    if (typeof $ref === "string") waiting.push(resolveReference($ref, root));
    for (const list of [allOf, anyOf, oneOf]) if (Array.isArray(list)) waiting.push(...list);
  }
  return [...found];
}

/** The schemas of a key's value; none for a key that is not mentioned. */
export function schemasAt(
  schemas: readonly JsonSchema[],
  step: string | number,
  root: JsonSchema,
): readonly JsonSchema[] {
  const inner = schemas.flatMap((schema) =>
    typeof step === "number" ? [itemOf(schema, step)] : [propertyOf(schema, step)],
  );
  return inner.flatMap((each) => schemasOf(each, root));
}

function itemOf({ prefixItems, items }: JsonSchema, index: number): unknown {
  const own = Array.isArray(prefixItems) ? prefixItems[index] : undefined;
  return own ?? items;
}

function propertyOf(
  { properties, patternProperties, additionalProperties }: JsonSchema,
  key: string,
) {
  const own = asRecord(properties);
  if (Object.hasOwn(own, key)) return own[key];
  for (const [pattern, schema] of Object.entries(asRecord(patternProperties))) {
    if (matches(pattern, key)) return schema;
  }
  return additionalProperties;
}

function matches(pattern: string, key: string): boolean {
  try {
    return new RegExp(pattern, "u").test(key);
  } catch {
    return false;
  }
}

/** The keys that are mentioned. */
export function keysOf(schemas: readonly JsonSchema[]): readonly string[] {
  return [...new Set(schemas.flatMap(({ properties }) => Object.keys(asRecord(properties))))];
}

/** `writeOnly` marks a secret. */
export function isSecret(schemas: readonly JsonSchema[]): boolean {
  return schemas.some((schema) => schema["writeOnly"] === true);
}

/** Whether one of them takes a value of this type. */
export function takes(schemas: readonly JsonSchema[], type: string): boolean {
  return schemas.some((schema) => [schema["type"]].flat().includes(type));
}

/** The names of the top-level settings that may change while a part runs. */
export function liveKeysOf(schema: JsonSchema | null): readonly string[] {
  if (schema === null) return [];
  const top = schemasOf(schema, schema);
  return keysOf(top).filter((key) =>
    schemasAt(top, key, schema).some((each) => each["x-live"] === true),
  );
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function resolveReference(reference: string, root: JsonSchema): unknown {
  if (!reference.startsWith("#")) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    at = Array.isArray(at) ? at[Number(name)] : asRecord(at)[name];
  }
  return at;
}

/** Where a schema holds schemas: one, a list, or by name. */
const ONE = ["additionalProperties", "items", "contains", "if", "then", "else", "propertyNames"];
const LISTS = ["anyOf", "oneOf", "prefixItems"];
const BY_NAME = ["properties", "patternProperties", "$defs", "definitions"];

/** A schema made anew from the inside out. */
export function mapSchema(
  schema: JsonSchema,
  change: (schema: JsonSchema, inAllOf: boolean) => JsonSchema,
  inAllOf = false,
): JsonSchema {
  const inner = (value: unknown, within = false) =>
    isSchema(value) ? mapSchema(value, change, within) : value;
  const fresh: Record<string, unknown> = { ...schema };
  for (const name of ONE) if (name in fresh) fresh[name] = inner(fresh[name]);
  for (const name of [...LISTS, "allOf"]) {
    const list = fresh[name];
    // The alternatives of a part are parts as well.
    const within = name === "allOf" || (inAllOf && name !== "prefixItems");
    if (Array.isArray(list)) fresh[name] = list.map((each) => inner(each, within));
  }
  for (const name of BY_NAME) {
    if (!isSchema(fresh[name])) continue;
    const entries = Object.entries(fresh[name]).map(([key, value]) => [key, inner(value)]);
    fresh[name] = Object.fromEntries(entries);
  }
  return change(fresh, inAllOf);
}

/**
 * The schema with unknown keys refused wherever it names keys and says nothing of others. Parts
 * leave this open for programs; for a person who mistypes a key it would be silence.
 */
export function closed(schema: JsonSchema): JsonSchema {
  const parts = referencesInAllOf(schema);
  const close = (each: JsonSchema, inAllOf: boolean) => {
    const open = "additionalProperties" in each || "unevaluatedProperties" in each;
    if (open || inAllOf || "patternProperties" in each) return each;
    if (Array.isArray(each["allOf"])) return { ...each, unevaluatedProperties: false };
    return "properties" in each ? { ...each, additionalProperties: false } : each;
  };
  const made = mapSchema(schema, close);
  return parts.size === 0 ? made : reopened(made, schema, parts);
}

/** Definitions that are a part of something larger cannot refuse the other parts' keys. */
function referencesInAllOf(schema: JsonSchema): ReadonlySet<string> {
  const found = new Set<string>();
  mapSchema(schema, (each, inAllOf) => {
    if (inAllOf && typeof each["$ref"] === "string") found.add(each["$ref"]);
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
