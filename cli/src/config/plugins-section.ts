/** `plugins`: ours by name, a person's own by the path of their file. */
import { basename } from "node:path";
import { isPluginScope } from "@seabird-chat/runtime";
import {
  configureComponent,
  nameProblem,
  type SectionComponent,
  schemaOf,
} from "./component-values.ts";
import { suggestion } from "./nearest.ts";
import { PLUGIN_RESERVED_SCHEMA } from "./own-schemas.ts";
import { formatPath, type Path } from "./path.ts";
import { isFile } from "./programs.ts";
import type { ComponentDescription, LogLevel } from "./project.ts";
import type { Reading } from "./reading.ts";
import type { YamlEntry } from "./yaml-tree.ts";

interface PluginKey {
  readonly name: string;
  readonly path: Path;
  readonly entry: YamlEntry;
}

interface PluginDefaults {
  readonly logLevel: LogLevel;
  readonly hasRemoteCore: boolean;
}

export async function readPlugins(
  entry: YamlEntry,
  reading: Reading,
  defaults: PluginDefaults,
): Promise<readonly SectionComponent[]> {
  const node = reading.map(entry, ["plugins"], "plugins by name, or by the path of their file");
  const keys = [...(node?.entries ?? [])].map(([name, each]) => ({
    name,
    path: ["plugins", name],
    entry: each,
  }));
  const components = await Promise.all(keys.map((key) => readPlugin(key, reading, defaults)));
  return components.filter((component) => component !== undefined);
}

async function readPlugin(
  key: PluginKey,
  reading: Reading,
  { logLevel, hasRemoteCore }: PluginDefaults,
): Promise<SectionComponent | undefined> {
  const { name, path, entry } = key;
  const node = reading.map(entry, path, "the plugin's settings, or {}");
  const described = await describePlugin(key, reading);
  if (node === undefined || described === undefined) return undefined;
  const [first, ...others] = described;
  const own = others.length === 0 ? first.name : basename(name).replace(/\.\w+$/, "");
  const problem = nameProblem(own);
  if (problem !== undefined) reading.problem(entry.key, path, problem);
  const program = reading.options.programs.plugin(name);
  const description = { ...first, name: own };
  const needs = new Set(described.flatMap((each) => each.needs ?? []));
  const component = configureComponent(
    {
      name: own,
      kind: "plugin",
      path: formatPath(path),
      ...program,
      scopes: isFile(name) ? ["plugin"] : ["plugin", ...needs],
      description,
    },
    {
      node,
      key: entry.key,
      path,
      reserved: PLUGIN_RESERVED_SCHEMA,
      schema: schemaOf(described),
      fromEnvironment: false,
      logLevel,
    },
    reading,
  );
  const missing = [...needs].filter((scope) => !component.scopes.includes(scope));
  if (missing.length > 0) {
    const text = hasRemoteCore ? ofRemoteCore(missing) : mayGrant(missing, component.scopes);
    reading.options.warnings.add(entry.key, path, text);
  }
  return component;
}

/** Only plugins that come with Seabird get what they ask for by themselves. */
function mayGrant(missing: readonly string[], granted: readonly string[]): string {
  const all = [...granted.filter(isPluginScope), ...missing].join(", ");
  const what = missing.join(", ");
  return `the plugin asks for ${what}, which it does not get; to allow it, write scopes: [${all}]`;
}

/** `scopes` here gives nothing then. */
function ofRemoteCore(missing: readonly string[]): string {
  const what = missing.join(", ");
  return `the plugin asks for ${what}; core runs elsewhere, so the token in core.token_file needs it`;
}

const NO_SETTINGS = { type: "object", properties: {}, additionalProperties: false };

type Described = readonly [ComponentDescription, ...ComponentDescription[]];

/** Our plugins are one program, which describes all of them. */
async function describePlugin(
  { name, path, entry }: PluginKey,
  reading: Reading,
): Promise<Described | undefined> {
  const { programs } = reading.options;
  const program = isFile(name) ? programs.plugin(name) : programs.plugin();
  const answer = await reading.describe(program, entry.key, path);
  if (answer === undefined) return undefined;
  if (answer.kind !== "plugin") {
    reading.problem(entry.key, path, `this is a ${answer.kind}, no plugin`);
    return undefined;
  }
  if (isFile(name)) return answer.components;
  const one = answer.components.find((component) => component.name === name);
  // Of ours it is known that one which names no settings has none.
  if (one !== undefined) return [{ ...one, settings: one.settings ?? NO_SETTINGS }];
  const meant = suggestion(
    name,
    answer.components.map((component) => component.name),
  );
  reading.problem(entry.key, path, `no such plugin, ${meant}; a file's path begins with ./`);
  return undefined;
}
