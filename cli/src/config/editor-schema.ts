/** A component's schema as an editor may use it for the file: variables and files of secrets are fine. */
import { asRecord } from "./as-record.ts";
import { closed, mapSchema } from "./map-schema.ts";
import { pointerOf } from "./path.ts";
import type { JsonSchema } from "./project.ts";
import { isSchema, isSecret, keysOf, schemasOf } from "./schema.ts";

/** Stands for whatever the variable is. */
const VARIABLE = { type: "string", pattern: "\\$\\{" };

export function forEditor(schema: JsonSchema): JsonSchema {
  const { $schema: _, $id: __, ...rest } = schema;
  const root = closed(rest);
  const all = new Set<string>();
  mapSchema(root, (each) => {
    for (const name of secretsOf(each, root)) all.add(name);
    return each;
  });
  return mapSchema(root, (each) => withVariables(eitherRequired(withFiles(each, root), all)));
}

function secretsOf(schema: JsonSchema, root: JsonSchema): readonly string[] {
  const properties = asRecord(schema["properties"]);
  return keysOf([schema]).filter((name) => isSecret(schemasOf(properties[name], root)));
}

/** `x_file` beside each secret `x`. */
function withFiles(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const secrets = secretsOf(schema, root);
  if (secrets.length === 0) return schema;
  const files = secrets.map((name) => [
    `${name}_file`,
    { type: "string", description: `the path of a file that holds ${name}` },
  ]);
  const properties = { ...asRecord(schema["properties"]), ...Object.fromEntries(files) };
  return { ...schema, properties };
}

/** Of a secret that has to be there, its file serves. */
function eitherRequired(schema: JsonSchema, secrets: ReadonlySet<string>): JsonSchema {
  const required = [schema["required"] ?? []].flat().map(String);
  const either = required
    .filter((name) => secrets.has(name))
    .map((name) => ({ anyOf: [{ required: [name] }, { required: [`${name}_file`] }] }));
  if (either.length === 0) return schema;
  return {
    ...schema,
    required: required.filter((name) => !secrets.has(name)),
    allOf: [schema["allOf"] ?? [], either].flat(),
  };
}

/** What a text may be in place of anything but a list or keys with values. */
function withVariables(schema: JsonSchema): JsonSchema {
  const { type, description, default: byDefault } = schema;
  const isOther = ["integer", "number", "boolean"].includes(String(type));
  const isNarrow = ["enum", "pattern", "format"].some((keyword) => keyword in schema);
  if (!isOther && !(isNarrow && (type === "string" || type === undefined))) return schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    anyOf: [schema, VARIABLE],
  };
}

export function referenceTo(definition: string): JsonSchema {
  return { $ref: `#${pointerOf(["$defs", definition])}` };
}

/** Its references, led to where it will stand. */
export function under(definition: string, schema: JsonSchema): JsonSchema {
  return mapSchema(schema, (each) => {
    const reference = each["$ref"];
    if (!isSchema(each) || typeof reference !== "string" || !reference.startsWith("#")) return each;
    const place = `#${pointerOf(["$defs", definition])}`;
    return { ...each, $ref: `${place}${reference.slice(1)}` };
  });
}
