/** `plugins`: ours by name, a person's own by the path of their file. */
import { basename } from "node:path";
import { componentValues, schemaOf } from "./component-values.ts";
import type { Description } from "./describe-component.ts";
import { nameProblem } from "./names.ts";
import { nearest } from "./nearest.ts";
import { RESERVED_SCHEMA } from "./own-schemas.ts";
import { formatPath, type Path } from "./path.ts";
import { isFile } from "./programs.ts";
import type { ComponentConfig, ComponentDescription, LogLevel } from "./project.ts";
import type { Reading } from "./reading.ts";
import type { YamlEntry } from "./yaml-tree.ts";

interface PluginKey {
  readonly name: string;
  readonly path: Path;
  readonly entry: YamlEntry;
}

export async function readPlugins(
  entry: YamlEntry,
  reading: Reading,
  logLevel: LogLevel,
): Promise<readonly ComponentConfig[]> {
  const node = reading.map(entry, ["plugins"], "plugins by name, or by the path of their file");
  const keys = [...(node?.entries ?? [])].map(([name, each]) => ({
    name,
    path: ["plugins", name],
    entry: each,
  }));
  const components = await Promise.all(keys.map((key) => readPlugin(key, reading, logLevel)));
  return components.filter((component) => component !== undefined);
}

async function readPlugin(
  key: PluginKey,
  reading: Reading,
  logLevel: LogLevel,
): Promise<ComponentConfig | undefined> {
  const { name, path, entry } = key;
  const node = reading.map(entry, path, "the plugin's settings, or {}");
  const described = isFile(name) ? await ofFile(key, reading) : await ofOurs(key, reading);
  if (node === undefined || described === undefined) return undefined;
  const [first, ...others] = described;
  const own = others.length === 0 ? first.name : basename(name).replace(/\.\w+$/, "");
  const problem = nameProblem(own);
  if (problem !== undefined) reading.problem(entry.key, path, problem);
  const values = componentValues(
    {
      node,
      key: entry.key,
      path,
      reserved: RESERVED_SCHEMA,
      schema: schemaOf(described),
      fromEnvironment: false,
    },
    reading,
    logLevel,
  );
  const program = reading.options.programs.plugin(name);
  const where = formatPath(path);
  const description = others.length === 0 ? first : { ...first, name: own };
  return {
    name: own,
    kind: "plugin",
    path: where,
    ...program,
    scopes: ["plugin"],
    ...values,
    description,
  };
}

const NO_SETTINGS = { type: "object", properties: {}, additionalProperties: false };

type Described = readonly [ComponentDescription, ...ComponentDescription[]];

async function ofFile({ name, path, entry }: PluginKey, reading: Reading) {
  const program = reading.options.programs.plugin(name);
  return pluginsOf(
    await reading.describe(program, entry.key, path),
    { name, path, entry },
    reading,
  );
}

/** All of ours are asked at once: they are one program. */
async function ofOurs(key: PluginKey, reading: Reading): Promise<Described | undefined> {
  const { name, path, entry } = key;
  const answer = await reading.describe(reading.options.programs.plugin(), entry.key, path);
  const ours = pluginsOf(answer, key, reading);
  const one = ours?.find((component) => component.name === name);
  if (ours === undefined) return undefined;
  // Of ours it is known that one which names no settings has none.
  if (one !== undefined) return [{ ...one, settings: one.settings ?? NO_SETTINGS }];
  const names = ours.map((component) => component.name);
  const near = nearest(name, names);
  const meant = near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`;
  reading.problem(entry.key, path, `no such plugin, ${meant}; a file's path begins with ./`);
  return undefined;
}

function pluginsOf(
  answer: Exclude<Description, { problem: string }> | undefined,
  { path, entry }: PluginKey,
  reading: Reading,
): Described | undefined {
  if (answer === undefined || answer.kind === "plugin") return answer?.components;
  reading.problem(entry.key, path, `this is a ${answer.kind}, no plugin`);
  return undefined;
}
