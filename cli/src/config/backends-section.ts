/** `backends`: the chat networks, by type and id. */

import type { Program } from "../process/run-program.ts";
import {
  configureComponent,
  nameProblem,
  type SectionComponent,
  schemaOf,
} from "./component-values.ts";
import type { Description } from "./describe-component.ts";
import { expand } from "./expand.ts";
import { suggestion } from "./nearest.ts";
import { BACKEND_RESERVED_SCHEMA } from "./own-schemas.ts";
import { formatPath, type Path } from "./path.ts";
import { isInteractive, type LogLevel } from "./project.ts";
import type { Reading } from "./reading.ts";
import type { YamlEntry, YamlMap } from "./yaml-tree.ts";

/** Of the chat room's token besides its own: it shows which networks core calls lost. */
const ROOM_SCOPES = ["read"];

interface BackendKey {
  readonly name: string;
  readonly type: string;
  readonly id: string;
  readonly path: Path;
  readonly entry: YamlEntry;
  /** The only one of its type: the environment's variables mean it. */
  readonly alone: boolean;
}

export async function readBackends(
  entry: YamlEntry,
  reading: Reading,
  logLevel: LogLevel,
): Promise<readonly SectionComponent[]> {
  const node = reading.map(entry, ["backends"], "backends by TYPE/ID, such as irc/libera");
  const keys = node === undefined ? [] : keysOf(node, reading);
  const components = await Promise.all(keys.map((key) => readBackend(key, reading, logLevel)));
  return components.filter((component) => component !== undefined);
}

function keysOf(node: YamlMap, reading: Reading): BackendKey[] {
  const keys: Omit<BackendKey, "alone">[] = [];
  for (const [name, entry] of node.entries) {
    const path = ["backends", name];
    const slash = name.indexOf("/");
    const [type, id] = [name.slice(0, slash), name.slice(slash + 1)];
    const problem =
      slash < 1 || id === ""
        ? "a backend is named TYPE/ID, such as irc/libera"
        : type === "*" || id === "*"
          ? "* would mean all backends; give it a name"
          : nameProblem(name);
    if (problem === undefined) keys.push({ name, type, id, path, entry });
    else reading.problem(entry.key, path, problem);
  }
  return keys.map((key) => ({
    ...key,
    alone: keys.filter(({ type }) => type === key.type).length === 1,
  }));
}

async function readBackend(
  key: BackendKey,
  reading: Reading,
  logLevel: LogLevel,
): Promise<SectionComponent | undefined> {
  const { name, type, id, path, entry } = key;
  const node = reading.map(entry, path, "the backend's settings");
  const program = node && programOf(key, node, reading);
  const description = program && (await reading.describe(program, entry.key, path));
  if (node === undefined || program === undefined || description === undefined) return undefined;
  if (!isRightType(description, key, reading)) return undefined;
  const [about] = description.components;
  const scopes = [
    `backend:${name}`,
    ...(isInteractive({ kind: "backend", type }) ? ROOM_SCOPES : []),
  ];
  return configureComponent(
    {
      name,
      kind: "backend",
      type,
      id,
      path: formatPath(path),
      ...program,
      scopes,
      description: about,
    },
    {
      node,
      key: entry.key,
      path,
      reserved: BACKEND_RESERVED_SCHEMA,
      schema: schemaOf(description.components),
      fromEnvironment: key.alone,
      logLevel,
    },
    reading,
  );
}

function programOf(key: BackendKey, node: YamlMap, reading: Reading): Program | undefined {
  const { programs, environment } = reading.options;
  const from = node.entries.get("from");
  if (from !== undefined) {
    const { node: named } = from;
    const text = named.kind === "scalar" && typeof named.value === "string" ? named.value : "";
    const expanded = expand(text, (name) => environment.find(name)?.value);
    const file = "text" in expanded ? expanded.text : "";
    if (file !== "") return programs.backendFile(file);
    const message = "problem" in expanded ? expanded.problem : "must be the path of a file";
    reading.problem(named.at, [...key.path, "from"], message);
    return undefined;
  }
  const networks = programs.networks();
  if (networks.includes(key.type)) return programs.backend(key.type);
  const meant = suggestion(key.type, networks);
  const message = `no backend of type "${key.type}" comes with Seabird, ${meant}; \`from: ./FILE\` names one of your own`;
  reading.problem(key.entry.key, key.path, message);
  return undefined;
}

function isRightType(
  { kind, components }: Exclude<Description, { problem: string }>,
  { type, id, path, entry }: BackendKey,
  reading: Reading,
): boolean {
  const [first, ...others] = components;
  if (kind !== "backend") {
    reading.problem(entry.key, path, `this is a ${kind}, no backend`);
  } else if (others.length > 0) {
    reading.problem(entry.key, path, "the file exports several backends; give each its own file");
  } else if ((first.type ?? first.name) !== type) {
    const right = first.type ?? first.name;
    reading.problem(entry.key, path, `this backend's type is ${right}: name it ${right}/${id}`);
  } else return true;
  return false;
}
