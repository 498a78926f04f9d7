/** A part's schema as an editor may use it for the file: variables and files of secrets are fine. */
import { asRecord } from "../as-record.ts";
import type { JsonSchema } from "./house.ts";
import { pointerOf } from "./path.ts";
import { closed, isSchema, isSecret, mapSchema, schemasOf } from "./schema.ts";

/** Stands for whatever the variable is. */
const VARIABLE = { type: "string", pattern: "\\$\\{" };

export function forEditor(schema: JsonSchema): JsonSchema {
  const { $schema: _, $id: __, ...rest } = schema;
  const root = closed(rest);
  return mapSchema(root, (each) => withVariables(withFiles(each, root)));
}

/** `x_file` beside each secret `x`, one of which serves. */
function withFiles(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const properties = asRecord(schema["properties"]);
  const secrets = Object.keys(properties).filter((name) =>
    isSecret(schemasOf(properties[name], root)),
  );
  if (secrets.length === 0) return schema;
  const files = secrets.map((name) => [
    `${name}_file`,
    { type: "string", description: `the path of a file that holds ${name}` },
  ]);
  const required = [schema["required"] ?? []].flat();
  const either = secrets
    .filter((name) => required.includes(name))
    .map((name) => ({ anyOf: [{ required: [name] }, { required: [`${name}_file`] }] }));
  return {
    ...schema,
    properties: { ...properties, ...Object.fromEntries(files) },
    required: required.filter((name) => !secrets.includes(String(name))),
    ...(either.length === 0 ? {} : { allOf: [schema["allOf"] ?? [], either].flat() }),
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
