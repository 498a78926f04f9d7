/** The whole file, section by section. */
import { readBackends } from "./backends-section.ts";
import { isRemote, readCore } from "./core-section.ts";
import { unknownKey } from "./keyword-message.ts";
import { PROJECT_SCHEMA, TOP_KEYS } from "./own-schemas.ts";
import type { Place } from "./path.ts";
import { readPlugins } from "./plugins-section.ts";
import type { ComponentConfig, LogLevel, ProjectConfig } from "./project.ts";
import { pick, type Reading } from "./reading.ts";
import { readTree, type YamlEntry, type YamlMap } from "./yaml-tree.ts";

type Content = Pick<ProjectConfig, "core" | "logLevel" | "components">;

const START: Place = { line: 1, col: 1 };

/** Undefined if there was a problem, which is reported. */
export async function readProject(text: string, reading: Reading): Promise<Content | undefined> {
  const { root, problems } = readTree(text);
  for (const { at, path, message, isWhole } of problems) {
    reading.problem(at, path, message);
    if (isWhole === true) reading.options.problems.settle(path);
  }
  if (root === undefined) return undefined;
  const top = reading.map({ key: root.at, node: root }, [], "keys such as core, backends, plugins");
  if (top === undefined) return undefined;
  refuseUnknown(top, reading);
  reading.options.uses.addReferences(top);
  const logLevel = readLogLevel(top, reading);
  const [core, backends, plugins] = await Promise.all([
    readCore(section(top, "core"), reading, logLevel),
    readBackends(section(top, "backends"), reading, logLevel),
    readPlugins(section(top, "plugins"), reading, {
      logLevel,
      hasRemoteCore: isRemote(section(top, "core")),
    }),
  ]);
  const { uses, environment } = reading.options;
  const components = [...backends, ...plugins].map((component) => ({
    ...component,
    env: uses.envOf(component.path, environment.dotEnv),
  }));
  refuseSameNames(components, top, reading);
  return core === undefined ? undefined : { core, logLevel, components };
}

function section(top: YamlMap, name: string): YamlEntry {
  const none = { key: top.at, node: { kind: "map", at: top.at, entries: new Map() } } as const;
  return top.entries.get(name) ?? none;
}

function refuseUnknown(top: YamlMap, reading: Reading): void {
  for (const [name, { key }] of top.entries) {
    if (!TOP_KEYS.includes(name)) reading.problem(key, [name], unknownKey(name, TOP_KEYS));
  }
}

function readLogLevel(top: YamlMap, reading: Reading): LogLevel {
  const { logLevel } = reading.options.flags;
  const flag =
    logLevel === undefined
      ? []
      : [["log_level", { name: "--log-level", value: logLevel }] as const];
  const { log_level: level } = reading.values({
    node: pick(top, ["log_level"]),
    key: START,
    path: [],
    schema: PROJECT_SCHEMA,
    flags: new Map(flag),
    fromEnvironment: true,
  });
  return level as LogLevel;
}

/** Two components with one name would have one token and one log. */
function refuseSameNames(
  components: readonly ComponentConfig[],
  top: YamlMap,
  reading: Reading,
): void {
  const seen = new Map<string, ComponentConfig>();
  for (const component of components) {
    const other = seen.get(component.name);
    seen.set(component.name, component);
    if (other === undefined) continue;
    const message = `two components are named ${component.name}: ${other.path} and ${component.path}`;
    reading.problem(top.entries.get("plugins")?.key ?? top.at, ["plugins"], message);
  }
}
