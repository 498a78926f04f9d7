/** The settings of one backend or plugin: what is reserved, and what is its own. */

import type { Place } from "./origin.ts";
import type { Path } from "./path.ts";
import type { ComponentConfig, JsonSchema, PartDescription, PartLogLevel } from "./project.ts";
import { pick, type Reading, topKeysOf } from "./reading.ts";
import { liveKeysOf } from "./schema.ts";
import type { YamlMap } from "./yaml-tree.ts";

export interface PartValuesRequest {
  readonly node: YamlMap;
  readonly key: Place;
  readonly path: Path;
  readonly reserved: JsonSchema;
  /** Null: they are not known, and go to the part unchecked. */
  readonly schema: JsonSchema | null;
  readonly fromEnvironment: boolean;
}

type PartValues = Pick<ComponentConfig, "settings" | "logLevel" | "liveKeys">;

export function partValues(
  request: PartValuesRequest,
  reading: Reading,
  projectLevel: PartLogLevel,
): PartValues {
  const { node, key, path, reserved, schema, fromEnvironment } = request;
  const except = topKeysOf(reserved);
  const own = reading.values({ node, key, path, schema, except, fromEnvironment });
  const common = reading.values({
    node: pick(node, except),
    key,
    path,
    schema: reserved,
    fromEnvironment: false,
  });
  const logLevel = (common["log_level"] ?? projectLevel) as PartLogLevel;
  return { settings: own, logLevel, liveKeys: liveKeysOf(schema) };
}

/** Several plugins of one file have their settings by name. */
export function schemaOf(parts: readonly PartDescription[]): JsonSchema | null {
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return first?.settings ?? null;
  const properties = parts.map(({ name, settings }) => [name, settings ?? {}]);
  return { type: "object", properties: Object.fromEntries(properties) };
}
