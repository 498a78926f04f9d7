/**
 * The schema of a whole `seabird.yaml`, put together from the answers of core and the components
 * themselves. It is for editors; `seabird config check` asks the components anew.
 */

import type { Program } from "../process/run-program.ts";
import { schemaOf } from "./component-values.ts";
import type { Describe, Description } from "./describe-component.ts";
import { forEditor, referenceTo, under } from "./editor-schema.ts";
import {
  BACKEND_RESERVED_SCHEMA,
  FROM_SCHEMA,
  PROJECT_SCHEMA,
  REMOTE_CORE_SCHEMA,
  RESERVED_SCHEMA,
} from "./own-schemas.ts";
import { isFile, type Programs } from "./programs.ts";
import type { JsonSchema } from "./project.ts";
import type { YamlMap, YamlNode } from "./yaml-tree.ts";

export interface ProjectSchema {
  readonly schema: JsonSchema;
  /** What could not be asked, and why. */
  readonly missing: readonly string[];
}

export interface ProjectSchemaOptions {
  readonly programs: Programs;
  readonly describe: Describe;
  /** The file there is, if it can be read: it names the components that do not come with us. */
  readonly root: YamlNode | undefined;
}

export async function projectSchema(options: ProjectSchemaOptions): Promise<ProjectSchema> {
  const asking = new Asking(options.describe);
  const answers = await askAll(options, asking);
  return { schema: assemble(answers), missing: asking.missing };
}

interface ProjectAnswers {
  readonly core: Answer | undefined;
  /** Our plugins, which are one program. */
  readonly ours: Answer | undefined;
  /** By network. */
  readonly networks: Answers;
  /** By the backend's name in the file. */
  readonly strangers: Answers;
  /** By the plugin's path. */
  readonly files: Answers;
}

async function askAll(options: ProjectSchemaOptions, asking: Asking): Promise<ProjectAnswers> {
  const { programs, root } = options;
  const own = keysOf(section(root, "plugins")).filter(isFile);
  const from = strangersIn(section(root, "backends"));
  const [core, ours, networks, strangers, files] = await Promise.all([
    asking.ask("core", programs.core),
    asking.ask("plugins", programs.plugin()),
    asking.all(programs.networks(), (name) => programs.backend(name)),
    asking.all([...from.keys()], (name) => programs.backendFile(from.get(name) ?? "")),
    asking.all(own, (file) => programs.plugin(file)),
  ]);
  return { core, ours, networks, strangers, files };
}

function assemble(answers: ProjectAnswers): JsonSchema {
  const definitions = new Definitions();
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "seabird.yaml",
    type: ["object", "null"],
    properties: {
      core: coreSchema(answers, definitions),
      ...(forEditor(PROJECT_SCHEMA)["properties"] as object),
      backends: backendsSchema(answers, definitions),
      plugins: pluginsSchema(answers, definitions),
    },
    additionalProperties: false,
    $defs: definitions.definitions,
  };
}

function coreSchema({ core }: ProjectAnswers, definitions: Definitions): JsonSchema {
  const own = definitions.add("core", core?.components[0].settings ?? {});
  const remote = definitions.add("remote core", REMOTE_CORE_SCHEMA);
  const description = "core, which everything talks to: here, or elsewhere";
  return { description, anyOf: [own, remote, { type: "null" }] };
}

function backendsSchema(
  { networks, strangers }: ProjectAnswers,
  definitions: Definitions,
): JsonSchema {
  return {
    type: ["object", "null"],
    description: "chat networks, by TYPE/ID",
    properties: definitions.backends(strangers, (name) => name),
    patternProperties: definitions.backends(networks, (type) => `^${type}/.+`),
    additionalProperties: {
      type: "object",
      properties: { from: FROM_SCHEMA },
      required: ["from"],
    },
  };
}

function pluginsSchema({ ours, files }: ProjectAnswers, definitions: Definitions): JsonSchema {
  return {
    type: ["object", "null"],
    description: "plugins, by name or by the path of their file",
    properties: { ...definitions.ours(ours), ...definitions.plugins(files) },
    patternProperties: { "^(\\.\\.?/|/)": { type: ["object", "null"] } },
    additionalProperties: false,
  };
}

type Answer = Exclude<Description, { problem: string }>;
type Answers = readonly (readonly [name: string, answer: Answer])[];

class Asking {
  readonly missing: string[] = [];
  readonly #describe: Describe;

  constructor(describe: Describe) {
    this.#describe = describe;
  }

  async ask(name: string, program: Program): Promise<Answer | undefined> {
    const answer = await this.#describe(program);
    if (!("problem" in answer)) return answer;
    this.missing.push(`${name} ${answer.problem}`);
    return undefined;
  }

  async all(names: readonly string[], programOf: (name: string) => Program): Promise<Answers> {
    const asked = names.map(async (name) => [name, await this.ask(name, programOf(name))] as const);
    const answers = await Promise.all(asked);
    return answers.flatMap(([name, answer]) => (answer === undefined ? [] : [[name, answer]]));
  }
}

/** The components' schemas as definitions, so that their own references can be led there. */
class Definitions {
  readonly definitions: Record<string, JsonSchema> = {};

  /** Returns what refers to it. */
  add(what: string, schema: JsonSchema): JsonSchema {
    // A reference is an URI: no blanks, no slashes.
    const plain = what.replace(/[^\w-]+/g, "-");
    const name =
      plain in this.definitions ? `${plain}-${Object.keys(this.definitions).length}` : plain;
    this.definitions[name] = under(name, forEditor(schema));
    return referenceTo(name);
  }

  backends(answers: Answers, keyOf: (name: string) => string): JsonSchema {
    return Object.fromEntries(
      answers.map(([name, { components }]) => {
        const schema = withReserved(schemaOf(components), BACKEND_RESERVED_SCHEMA);
        return [keyOf(name), this.add(`backend ${name}`, schema)];
      }),
    );
  }

  ours(answer: Answer | undefined): JsonSchema {
    const components = answer?.components ?? [];
    return Object.fromEntries(components.map((one) => [one.name, this.#plugin(one.name, [one])]));
  }

  plugins(answers: Answers): JsonSchema {
    return Object.fromEntries(
      answers.map(([file, { components }]) => [file, this.#plugin(file, components)]),
    );
  }

  /** A plugin without settings may stand there with nothing behind it. */
  #plugin(
    name: string,
    components: Answer["components"] | [Answer["components"][number]],
  ): JsonSchema {
    const schema = withReserved(schemaOf(components), RESERVED_SCHEMA);
    return { anyOf: [this.add(`plugin ${name}`, schema), { type: "null" }] };
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

/** The files of the backends that do not come with us, by the backends' names. */
function strangersIn(backends: YamlMap | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, { node }] of backends?.entries ?? []) {
    const from = node.kind === "map" ? node.entries.get("from")?.node : undefined;
    const isFrom = from?.kind === "scalar" && typeof from.value === "string";
    if (isFrom) found.set(name, String(from.value));
  }
  return found;
}
