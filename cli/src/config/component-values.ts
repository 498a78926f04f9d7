/** The settings of one backend or plugin: what is reserved, and what is its own. */

import type { Place } from "./origin.ts";
import type { Path } from "./path.ts";
import type { ComponentConfig, ComponentDescription, JsonSchema, LogLevel } from "./project.ts";
import { pick, type Reading, topKeysOf } from "./reading.ts";
import { liveKeysOf } from "./schema.ts";
import type { YamlMap } from "./yaml-tree.ts";

export interface ComponentValuesRequest {
  readonly node: YamlMap;
  readonly key: Place;
  readonly path: Path;
  readonly reserved: JsonSchema;
  /** Null: they are not known, and go to the component unchecked. */
  readonly schema: JsonSchema | null;
  readonly fromEnvironment: boolean;
}

type ComponentValues = Pick<ComponentConfig, "settings" | "logLevel" | "liveKeys">;

export function componentValues(
  request: ComponentValuesRequest,
  reading: Reading,
  projectLevel: LogLevel,
): ComponentValues {
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
  const logLevel = (common["log_level"] ?? projectLevel) as LogLevel;
  return { settings: own, logLevel, liveKeys: liveKeysOf(schema) };
}

/** Several plugins of one file have their settings by name. */
export function schemaOf(components: readonly ComponentDescription[]): JsonSchema | null {
  const [first, ...others] = components;
  if (first === undefined || others.length === 0) return first?.settings ?? null;
  const properties = components.map(({ name, settings }) => [name, settings ?? {}]);
  return { type: "object", properties: Object.fromEntries(properties) };
}
