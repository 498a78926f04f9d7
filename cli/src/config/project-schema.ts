/**
 * The schema of a whole `seabird.yaml`, from the descriptions of core and the components. It is for
 * editors; `seabird config check` asks the components anew.
 */

import type { Program } from "../process/run-program.ts";
import { VariableUses } from "./component-env.ts";
import { schemaOf } from "./component-values.ts";
import type { Describe } from "./describe-component.ts";
import { forEditor, referenceTo, under } from "./editor-schema.ts";
import {
  BACKEND_RESERVED_SCHEMA,
  FROM_SCHEMA,
  PLUGIN_RESERVED_SCHEMA,
  PROJECT_SCHEMA,
  REMOTE_CORE_SCHEMA,
} from "./own-schemas.ts";
import { formatPath, type Path } from "./path.ts";
import { isFile, type Programs } from "./programs.ts";
import type { ComponentDescription, JsonSchema } from "./project.ts";
import type { YamlMap, YamlNode } from "./yaml-tree.ts";

export interface ProjectSchema {
  readonly schema: JsonSchema;
  /** What could not be asked, and why. */
  readonly missing: readonly string[];
}

export interface ProjectSchemaOptions {
  readonly programs: Programs;
  readonly describe: Describe;
  /** The present file, if it can be read: it names components that do not come with Seabird. */
  readonly root: YamlNode | undefined;
}

export async function projectSchema(options: ProjectSchemaOptions): Promise<ProjectSchema> {
  const { programs, describe, root } = options;
  const missing: string[] = [];
  const definitions = new Definitions();
  const uses = new VariableUses();
  if (root?.kind === "map") uses.addReferences(root);
  const ask = async (name: string, program: Program, path: Path): Promise<Components> => {
    const answer = await describe(program, uses.ofOthers(formatPath(path)));
    if (!("problem" in answer)) return answer.components;
    missing.push(`${name} ${answer.problem}`);
    return [];
  };
  const askAll = async (
    top: string,
    names: readonly string[],
    programOf: (name: string) => Program,
  ) => {
    const asked = names.map(
      async (name) => [name, await ask(name, programOf(name), [top, name])] as const,
    );
    return (await Promise.all(asked)).filter(([, components]) => components.length > 0);
  };
  const files = keysOf(section(root, "plugins")).filter(isFile);
  const from = backendFiles(section(root, "backends"));
  const [core, ours, networks, ownBackends, ownPlugins] = await Promise.all([
    ask("core", programs.core, ["core"]),
    ask("plugins", programs.plugin(), ["plugins"]),
    askAll("backends", programs.networks(), (name) => programs.backend(name)),
    askAll("backends", [...from.keys()], (name) => programs.backendFile(from.get(name) ?? "")),
    askAll("plugins", files, (file) => programs.plugin(file)),
  ]);
  const coreSchema = {
    description: "core, which everything talks to: here, or elsewhere",
    anyOf: [
      definitions.add("core", core[0]?.settings ?? {}),
      definitions.add("remote core", REMOTE_CORE_SCHEMA),
      { type: "null" },
    ],
  };
  const backends = {
    type: ["object", "null"],
    description: "chat networks, by TYPE/ID",
    properties: definitions.backends(ownBackends),
    patternProperties: definitions.backends(networks, (type) => `^${type}/.+`),
    additionalProperties: { type: "object", properties: { from: FROM_SCHEMA }, required: ["from"] },
  };
  const plugins = {
    type: ["object", "null"],
    description: "plugins, by name or by the path of their file",
    properties: {
      ...definitions.plugins(ours.map((component) => [component.name, [component]])),
      ...definitions.plugins(ownPlugins),
    },
    patternProperties: { "^(\\.\\.?/|/)": { type: ["object", "null"] } },
    additionalProperties: false,
  };
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "seabird.yaml",
    type: ["object", "null"],
    properties: {
      core: coreSchema,
      ...(forEditor(PROJECT_SCHEMA)["properties"] as object),
      backends,
      plugins,
    },
    additionalProperties: false,
    $defs: definitions.definitions,
  };
  return { schema, missing };
}

type Components = readonly ComponentDescription[];
type NamedComponents = readonly (readonly [name: string, components: Components])[];

/** The components' schemas as definitions, with their references adapted to that place. */
class Definitions {
  readonly definitions: Record<string, JsonSchema> = {};

  /** Returns a reference to it. */
  add(what: string, schema: JsonSchema): JsonSchema {
    // A reference is an URI: no blanks, no slashes.
    const plain = what.replace(/[^\w-]+/g, "-");
    const name =
      plain in this.definitions ? `${plain}-${Object.keys(this.definitions).length}` : plain;
    this.definitions[name] = under(name, forEditor(schema));
    return referenceTo(name);
  }

  backends(named: NamedComponents, keyOf = (name: string) => name): JsonSchema {
    const entries = named.map(([name, components]) => {
      const schema = withReserved(schemaOf(components), BACKEND_RESERVED_SCHEMA);
      return [keyOf(name), this.add(`backend ${name}`, schema)];
    });
    return Object.fromEntries(entries);
  }

  /** A plugin without settings may stand there with nothing behind it. */
  plugins(named: NamedComponents): JsonSchema {
    const entries = named.map(([name, components]) => {
      const schema = withReserved(schemaOf(components), PLUGIN_RESERVED_SCHEMA);
      return [name, { anyOf: [this.add(`plugin ${name}`, schema), { type: "null" }] }];
    });
    return Object.fromEntries(entries);
  }
}

function withReserved(schema: JsonSchema | null, reserved: JsonSchema): JsonSchema {
  if (schema === null) return { ...reserved, additionalProperties: true };
  const properties = { ...(schema["properties"] as object), ...(reserved["properties"] as object) };
  return { ...schema, properties };
}

function section(root: YamlNode | undefined, name: string): YamlMap | undefined {
  const node = root?.kind === "map" ? root.entries.get(name)?.node : undefined;
  return node?.kind === "map" ? node : undefined;
}

function keysOf(node: YamlMap | undefined): string[] {
  return [...(node?.entries.keys() ?? [])];
}

/** The files of the backends that do not come with Seabird, by the backends' names. */
function backendFiles(backends: YamlMap | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, { node }] of backends?.entries ?? []) {
    const from = node.kind === "map" ? node.entries.get("from")?.node : undefined;
    if (from?.kind === "scalar" && typeof from.value === "string") found.set(name, from.value);
  }
  return found;
}
