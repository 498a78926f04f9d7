/** One reading of a configuration: what all its sections share, and how a section becomes values. */
import type { Describe, Description } from "./describe-component.ts";
import { originRows } from "./origin-rows.ts";
import { formatPath, type OriginRow, type Path, type Place } from "./path.ts";
import type { Programs } from "./programs.ts";
import type { JsonSchema, ProjectFlags } from "./project.ts";
import { type SettleDeps, type SettleRequest, settle } from "./settle.ts";
import { validate } from "./validate.ts";
import type { YamlEntry, YamlMap } from "./yaml-tree.ts";

export interface ReadingOptions extends SettleDeps {
  readonly flags: ProjectFlags;
  readonly programs: Programs;
  readonly describe: Describe;
}

/** A setting that names a channel. */
export interface ChannelSpot {
  readonly at: Place;
  readonly path: Path;
  readonly channelId: string;
}

export class Reading {
  readonly options: ReadingOptions;
  readonly #sections: { readonly key: Place; readonly rows: readonly OriginRow[] }[] = [];

  readonly #channels: ChannelSpot[] = [];

  constructor(options: ReadingOptions) {
    this.options = options;
  }

  /** Where each value read so far comes from, in the order of the file. */
  get origins(): readonly OriginRow[] {
    const inOrder = this.#sections.toSorted(
      ({ key: a }, { key: b }) => a.line - b.line || a.col - b.col,
    );
    return inOrder.flatMap(({ rows }) => rows);
  }

  /** The channels that settings read so far name. */
  get channels(): readonly ChannelSpot[] {
    return this.#channels;
  }

  problem(at: Place, path: Path, message: string): void {
    this.options.problems.add(at, path, message);
  }

  /** Asks a program; a failure is reported at its place, and is undefined. */
  async describe(
    program: Parameters<Describe>[0],
    at: Place,
    path: Path,
  ): Promise<Exclude<Description, { problem: string }> | undefined> {
    const description = await this.options.describe(
      program,
      this.options.uses.ofOthers(formatPath(path)),
    );
    if (!("problem" in description)) return description;
    this.problem(at, path, description.problem);
    return undefined;
  }

  /** Values as their schema has them, checked if there is one; notes where each comes from. */
  values(request: SettleRequest): Record<string, unknown> {
    const { schema, path, key, except: reserved = [] } = request;
    this.options.uses.addSchema(formatPath(path), schema);
    const settled = settle(request, this.options);
    for (const { at, path, channelId } of settled.spots.values()) {
      if (channelId !== undefined) this.#channels.push({ at, path, channelId });
    }
    const value =
      schema === null
        ? { ...settled.value }
        : validate({ settled, schema, path, key, reserved }, this.options.problems);
    this.#sections.push({ key, rows: originRows(value, settled, { path, schema }) });
    return value;
  }

  /** A section that has to be a map; nothing at all is an empty one. Undefined if there was a problem. */
  map({ node, key }: YamlEntry, path: Path, what: string): YamlMap | undefined {
    if (node.kind === "map") return node;
    if (node.kind === "scalar" && node.value === null) {
      return { kind: "map", at: key, entries: new Map() };
    }
    this.problem(node.at, path, `must be ${what}`);
    return undefined;
  }
}

/** Only these keys of a map. */
export function pick(node: YamlMap, keys: readonly string[]): YamlMap {
  return { ...node, entries: new Map([...node.entries].filter(([name]) => keys.includes(name))) };
}

/** The keys that a schema names at its top, for what is reserved. */
export function topKeysOf(schema: JsonSchema): readonly string[] {
  return Object.keys((schema["properties"] ?? {}) as object);
}
