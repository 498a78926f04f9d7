/**
 * Turns a section of the tree into plain values: expands variables, reads secrets from their files,
 * and lets the environment override the file. The schema checks the values afterwards.
 */
import { resolve } from "node:path";
import { readSecretFile, TextFileError } from "@seabird-chat/runtime";
import type { VariableUses } from "./component-env.ts";
import type { Environment } from "./environment.ts";
import { expand } from "./expand.ts";
import { formatPath, type Origin, type Path, type Place, pointerOf } from "./path.ts";
import type { ProblemList } from "./problem-list.ts";
import type { JsonSchema } from "./project.ts";
import { isChannelId, isSchema, isSecret, keysOf, schemasAt, schemasOf, takes } from "./schema.ts";
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from "./yaml-tree.ts";

/** Where one value comes from, and where it stands. */
export interface Spot {
  /** As the file has it: `password_file` for a password. */
  readonly path: Path;
  /** Where its key stands, and where itself. */
  readonly key: Place;
  readonly at: Place;
  readonly origin: Origin;
  readonly secret: boolean;
  /** The value cannot be used, which is reported; no further problem of it is. */
  readonly broken: boolean;
  /** What stands there, if it is to be the id of a channel. */
  readonly channelId?: string;
}

export interface Settled {
  readonly value: Readonly<Record<string, unknown>>;
  /** By JSON pointer into the value. */
  readonly spots: ReadonlyMap<string, Spot>;
}

export interface SettleDeps {
  /** Where relative paths begin. */
  readonly folder: string;
  readonly environment: Environment;
  readonly uses: VariableUses;
  readonly problems: ProblemList;
  readonly warnings: ProblemList;
}

export interface SettleRequest {
  readonly node: YamlMap;
  /** Where its key stands. */
  readonly key: Place;
  readonly path: Path;
  /** Null: it is not known; values are only expanded. */
  readonly schema: JsonSchema | null;
  /** Keys that are not the schema's. */
  readonly except?: readonly string[];
  /** Values given by flags, by key. */
  readonly flags?: ReadonlyMap<string, { readonly name: string; readonly value: string }>;
  /** Whether the variables that the schema names (`x-env`) override the file. */
  readonly fromEnvironment: boolean;
}

export function settle(request: SettleRequest, deps: SettleDeps): Settled {
  return new Settling(request, deps).settled();
}

interface Here {
  readonly schemas: readonly JsonSchema[];
  readonly path: Path;
  /** Path within the value. */
  readonly inner: Path;
  readonly key: Place;
}

class Settling {
  readonly #request: SettleRequest;
  readonly #deps: SettleDeps;
  readonly #root: JsonSchema;
  readonly #spots = new Map<string, Spot>();

  constructor(request: SettleRequest, deps: SettleDeps) {
    this.#request = request;
    this.#deps = deps;
    this.#root = request.schema ?? {};
  }

  settled(): Settled {
    const { node, key, path, except = [] } = this.#request;
    const entries = [...node.entries].filter(([name]) => !except.includes(name));
    const here = { schemas: schemasOf(this.#root, this.#root), path, inner: [], key };
    const value = this.#map({ ...node, entries: new Map(entries) }, here);
    return { value, spots: this.#spots };
  }

  #node(node: YamlNode, here: Here): unknown {
    if (node.kind === "scalar") return this.#scalar(node, here);
    if (node.kind === "map") return this.#map(node, here);
    this.#note(here, node.at);
    return node.items.map((item, index) =>
      this.#node(item, { ...this.#below(here, index), key: item.at }),
    );
  }

  #map(node: YamlMap, here: Here): Record<string, unknown> {
    this.#note(here, node.at);
    const value: Record<string, unknown> = {};
    for (const [name, entry] of node.entries) {
      const secret = this.#secretOf(name, here.schemas);
      if (secret === undefined) {
        value[name] = this.#node(entry.node, { ...this.#below(here, name), key: entry.key });
      } else if (node.entries.has(secret)) {
        this.#problem(entry.key, [...here.path, name], `give ${secret} or ${name}, not both`);
      } else value[secret] = this.#secretFile(name, entry, this.#below(here, secret));
    }
    this.#override(value, node, here);
    return value;
  }

  /** The secret that a key names a file for. */
  #secretOf(name: string, schemas: readonly JsonSchema[]): string | undefined {
    if (!name.endsWith("_file") || keysOf(schemas).includes(name)) return undefined;
    const secret = name.slice(0, -"_file".length);
    return isSecret(schemasAt(schemas, secret, this.#root)) ? secret : undefined;
  }

  #secretFile(name: string, entry: YamlEntry, below: Here): string {
    const path = [...below.path.slice(0, -1), name];
    const { node, key } = entry;
    const spot = { path, key, at: node.at, secret: true };
    const named = node.kind === "scalar" ? this.#expanded(node, path, false) : "";
    if (typeof named !== "string" || named === "") {
      if (named !== undefined) this.#problem(node.at, path, "must be the path of a file");
      this.#keep(below, { ...spot, origin: { from: "file", place: node.at }, broken: true });
      return "";
    }
    const text = this.#readSecret(named, node.at, path);
    const origin: Origin = { from: "file", place: node.at, file: named };
    this.#keep(below, { ...spot, origin, broken: text === undefined });
    return text ?? "";
  }

  /** Undefined if there was a problem. */
  #readSecret(file: string, at: Place, path: Path): string | undefined {
    try {
      const { text, readableByOthers } = readSecretFile(resolve(this.#deps.folder, file), file);
      const warning = `other users can read ${file}; \`chmod 600 ${file}\` ends that`;
      if (readableByOthers) this.#deps.warnings.add(at, path, warning);
      return text;
    } catch (error) {
      if (!(error instanceof TextFileError)) throw error;
      this.#problem(at, path, error.message);
      return undefined;
    }
  }

  #scalar(node: YamlScalar, here: Here): unknown {
    const value = this.#expanded(node, here.path, isSecret(here.schemas));
    const channelId = isChannelId(here.schemas) && typeof value === "string" ? value : undefined;
    this.#note(here, node.at, { broken: value === undefined, ...(channelId && { channelId }) });
    if (value === undefined) return "";
    // Written without quotes, a variable may stand for a number or a boolean.
    const mayBeOther = node.plain && typeof value === "string" && value !== node.value;
    return mayBeOther ? readAs(value, here.schemas) : value;
  }

  /** Undefined if there was a problem. */
  #expanded(
    { value, at }: YamlScalar,
    path: Path,
    secret: boolean,
  ): YamlScalar["value"] | undefined {
    if (typeof value !== "string") return value;
    const section = formatPath(this.#request.path);
    const expanded = expand(value, (name) => {
      this.#deps.uses.add({ section, name, secret });
      return this.#deps.environment.find(name)?.value;
    });
    if ("text" in expanded) return expanded.text;
    this.#problem(at, path, expanded.problem);
    return undefined;
  }

  /** Flags and the environment override the file. */
  #override(value: Record<string, unknown>, node: YamlMap, here: Here): void {
    for (const name of keysOf(here.schemas)) {
      const below = { ...this.#below(here, name), key: node.entries.get(name)?.key ?? here.key };
      const given = this.#given(name, here, below.schemas);
      if (given !== undefined) {
        value[name] = readAs(given.value, below.schemas);
        const { from, name: source } = given;
        this.#forget(below);
        this.#note(below, below.key, { origin: { from, name: source } });
      } else if (!(name in value) && this.#givenBelow(below)) {
        value[name] = this.#map({ kind: "map", at: here.key, entries: new Map() }, below);
      }
    }
  }

  #given(name: string, here: Here, schemas: readonly JsonSchema[]) {
    const flag = here.inner.length === 0 ? this.#request.flags?.get(name) : undefined;
    if (flag !== undefined) return { ...flag, from: "flag" as const };
    if (!this.#request.fromEnvironment) return undefined;
    return this.#deps.environment.findSet(variablesOf(schemas));
  }

  #givenBelow(here: Here): boolean {
    return keysOf(here.schemas).some((name) => {
      const schemas = schemasAt(here.schemas, name, this.#root);
      return this.#given(name, { ...here, inner: [...here.inner, name] }, schemas) !== undefined;
    });
  }

  #below(here: Here, step: string | number): Here {
    const schemas = schemasAt(here.schemas, step, this.#root);
    const { path, inner, key } = here;
    return { schemas, path: [...path, step], inner: [...inner, step], key };
  }

  #note(here: Here, at: Place, more: Partial<Spot> = {}): void {
    const origin: Origin = { from: "file", place: at };
    const { path, key } = here;
    const secret = isSecret(here.schemas);
    this.#keep(here, { path, key, at, secret, origin, broken: false, ...more });
  }

  #keep(here: Here, spot: Spot): void {
    this.#spots.set(pointerOf(here.inner), spot);
  }

  /** Removes what the file has at that place. */
  #forget(here: Here): void {
    const pointer = pointerOf(here.inner);
    for (const each of this.#spots.keys()) {
      if (each === pointer || each.startsWith(`${pointer}/`)) this.#spots.delete(each);
    }
  }

  #problem(at: Place, path: Path, message: string): void {
    this.#deps.problems.add(at, path, message);
  }
}

/** `x-env`: the environment variables that set it. */
function variablesOf(schemas: readonly JsonSchema[]): readonly string[] {
  return schemas
    .flatMap((schema) => (isSchema(schema) ? [schema["x-env"]].flat() : []))
    .filter((name) => typeof name === "string");
}

/** A variable's text as the type that the setting takes; the text itself if it does not fit. */
function readAs(text: string, schemas: readonly JsonSchema[]): unknown {
  if (takes(schemas, "string")) return text;
  const isNumber = /^-?\d[\d_]*(\.\d+)?$/.test(text);
  if (isNumber && (takes(schemas, "integer") || takes(schemas, "number"))) {
    return Number(text.replaceAll("_", ""));
  }
  if (takes(schemas, "boolean") && /^(true|yes|false|no)$/.test(text)) {
    return text === "true" || text === "yes";
  }
  if (takes(schemas, "object")) return readJson(text);
  if (!takes(schemas, "array")) return text;
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** The text itself if it is not JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
