/** The whole file, section by section. */
import { parseId } from "@seabird-chat/protocol/ids";
import { readBackends } from "./backends-section.ts";
import { isRemote, readCore } from "./core-section.ts";
import { unknownKey } from "./keyword-message.ts";
import { nearest } from "./nearest.ts";
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
  checkChannels(top, reading);
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

/**
 * A channel of a backend that is not in the file. One with nearly its name was meant; another one may
 * connect from elsewhere, as all may to a core that runs elsewhere.
 */
function checkChannels(top: YamlMap, reading: Reading): void {
  const { node } = section(top, "backends");
  const names = node.kind === "map" ? [...node.entries.keys()] : [];
  const hasRemoteCore = isRemote(section(top, "core"));
  for (const { at, path, channelId } of reading.channels) {
    const id = parseId(channelId);
    const name = `${id?.type}/${id?.id}`;
    if (id === undefined || names.includes(name)) continue;
    const near = nearBackend(id, names);
    const none = `there is no backend ${name} in this file`;
    if (near !== undefined && !hasRemoteCore) {
      reading.problem(at, path, `${none}; did you mean ${near}?`);
    } else if (near !== undefined || !hasRemoteCore) {
      const known = names.length === 0 ? "no backends" : names.join(", ");
      const meant = near === undefined ? `there are ${known}` : `did you mean ${near}?`;
      reading.options.warnings.add(at, path, `${none}, so it has to run elsewhere; ${meant}`);
    }
  }
}

/** One mistake in the type or in the id; two networks may well have short names that are alike. */
function nearBackend({ type, id }: { type: string; id: string }, names: readonly string[]) {
  const parts = names.map((name): [string, string] => [
    name.slice(0, name.indexOf("/")),
    name.slice(name.indexOf("/") + 1),
  ]);
  const ids = parts.filter(([each]) => each === type).map(([, each]) => each);
  const types = parts.filter(([, each]) => each === id).map(([each]) => each);
  const [nearId, nearType] = [nearest(id, ids), nearest(type, types)];
  if (nearId !== undefined) return `${type}/${nearId}`;
  return nearType === undefined ? undefined : `${nearType}/${id}`;
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
