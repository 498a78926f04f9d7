/** `core`: a core of our own, or the address of one that runs elsewhere. */

import { REMOTE_CORE_SCHEMA } from "./own-schemas.ts";
import type { Place } from "./path.ts";
import type { CoreConfig, JsonSchema, ProjectFlags } from "./project.ts";
import type { Reading } from "./reading.ts";
import { isSchema } from "./schema.ts";
import type { YamlEntry, YamlMap } from "./yaml-tree.ts";

const PATH = ["core"];

/** Undefined if there was a problem, which is reported. */
export async function readCore(
  entry: YamlEntry,
  reading: Reading,
  logLevel: string,
): Promise<CoreConfig | undefined> {
  const node = reading.map(
    entry,
    PATH,
    "{ listen: HOST:PORT } or { url: ADDRESS, token_file: FILE }",
  );
  if (node === undefined) return undefined;
  return isRemote(entry)
    ? readRemote(node, entry.key, reading)
    : await readOwn(node, entry.key, reading, logLevel);
}

/** Whether core runs elsewhere, where the one token decides on every scope. */
export function isRemote({ node }: YamlEntry): boolean {
  return node.kind === "map" && node.entries.has("url");
}

function readRemote(node: YamlMap, key: Place, reading: Reading): CoreConfig | undefined {
  const schema = REMOTE_CORE_SCHEMA;
  const { url, token } = reading.values({ node, key, path: PATH, schema, fromEnvironment: true });
  if (reading.options.flags.bind !== undefined) {
    reading.problem(key, PATH, "--bind has no meaning for a core that runs elsewhere");
  }
  if (!reading.options.problems.isEmpty) return undefined;
  return { kind: "remote", url: String(url), token: String(token) };
}

async function readOwn(
  node: YamlMap,
  key: Place,
  reading: Reading,
  logLevel: string,
): Promise<CoreConfig | undefined> {
  const { programs } = reading.options;
  const description = await reading.describe(programs.core, key, PATH);
  const schema = description?.components[0].settings;
  if (!schema) return undefined;
  const given = reading.values({
    node,
    key,
    path: PATH,
    schema,
    flags: flagsOf(reading.options.flags),
    fromEnvironment: true,
  });
  // A value of a wrong kind is reported already.
  if (!reading.options.problems.isEmpty) return undefined;
  const { listen, log_level: level = logLevel, ...settings } = given;
  const env = environmentOf({ ...given, log_level: level }, schema);
  return { kind: "own", listen: String(listen), logLevel: String(level), settings, env };
}

function flagsOf({ bind, logLevel }: ProjectFlags) {
  const flags = new Map<string, { readonly name: string; readonly value: string }>();
  if (bind !== undefined) flags.set("listen", { name: "--bind", value: bind });
  if (logLevel !== undefined) flags.set("log_level", { name: "--log-level", value: logLevel });
  return flags;
}

/** Each setting under the first of the names that core knows it by. */
function environmentOf(values: Readonly<Record<string, unknown>>, schema: JsonSchema) {
  const env: Record<string, string> = {};
  const { properties } = schema;
  for (const [name, value] of Object.entries(values)) {
    const own = isSchema(properties) ? properties[name] : undefined;
    if (!isSchema(own) || value === undefined) continue;
    const [variable] = [own["x-env"]].flat();
    if (typeof variable === "string") {
      env[variable] = isSchema(value) ? JSON.stringify(value) : [value].flat().join(",");
    } else if (isSchema(value)) Object.assign(env, environmentOf(value, own));
  }
  return env;
}
