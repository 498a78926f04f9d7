/**
 * JSON Schemas as components give them, read without trusting them: what stands at one place.
 */
import { asRecord } from "./as-record.ts";
import type { JsonSchema } from "./project.ts";

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
    if (typeof next["$ref"] === "string") waiting.push(resolveReference(next["$ref"], root));
    for (const name of ["allOf", "anyOf", "oneOf", "then", "else"]) {
      waiting.push(...[next[name] ?? []].flat());
    }
    waiting.push(...Object.values(asRecord(next["dependentSchemas"])));
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

/** `x-channel-id` marks the id of a channel. */
export function isChannelId(schemas: readonly JsonSchema[]): boolean {
  return schemas.some((schema) => schema["x-channel-id"] === true);
}

/** Whether one of them takes a value of this type. */
export function takes(schemas: readonly JsonSchema[], type: string): boolean {
  return schemas.some((schema) => [schema["type"]].flat().includes(type));
}

/** The names of the top-level settings that may change while a component runs. */
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
