/** The settings of one backend or plugin: what is reserved, and what is its own. */

import { nearest } from "./nearest.ts";
import type { Path, Place } from "./path.ts";
import type { ComponentConfig, ComponentDescription, JsonSchema, LogLevel } from "./project.ts";
import { pick, type Reading, topKeysOf } from "./reading.ts";
import { liveKeysOf } from "./schema.ts";
import type { YamlMap } from "./yaml-tree.ts";

export interface ComponentSection {
  readonly node: YamlMap;
  readonly key: Place;
  readonly path: Path;
  readonly reserved: JsonSchema;
  /** Null: they are not known, and go to the component unchecked. */
  readonly schema: JsonSchema | null;
  readonly fromEnvironment: boolean;
  /** The project's log level. */
  readonly logLevel: LogLevel;
}

/** Without what depends on the other sections too. */
export type SectionComponent = Omit<ComponentConfig, "env">;

/** The component with the settings of its section. */
export function configureComponent(
  component: Omit<SectionComponent, "settings" | "logLevel" | "liveKeys">,
  { reserved, logLevel, ...section }: ComponentSection,
  reading: Reading,
): SectionComponent {
  const except = topKeysOf(reserved);
  const settings = reading.values({ ...section, except });
  const node = pick(section.node, except);
  if (section.schema === null) warnOfTypingErrors(section, except, reading);
  const common = reading.values({ ...section, node, schema: reserved, fromEnvironment: false });
  const level = (common["log_level"] ?? logLevel) as LogLevel;
  const granted = (common["scopes"] ?? []) as readonly string[];
  const scopes = [...new Set([...component.scopes, ...granted])];
  return { ...component, scopes, settings, logLevel: level, liveKeys: liveKeysOf(section.schema) };
}

/** Without a schema any key may be meant for the program. */
function warnOfTypingErrors(
  { node, path }: Pick<ComponentSection, "node" | "path">,
  reserved: readonly string[],
  reading: Reading,
): void {
  for (const [name, { key }] of node.entries) {
    const meant = reserved.includes(name) ? undefined : nearest(name, reserved);
    if (meant === undefined) continue;
    const text = `is handed to the program as a setting of its own; did you mean "${meant}"?`;
    reading.options.warnings.add(key, [...path, name], text);
  }
}

/** Several plugins of one file have their settings by name. */
export function schemaOf(components: readonly ComponentDescription[]): JsonSchema | null {
  const [first, ...others] = components;
  if (first === undefined || others.length === 0) return first?.settings ?? null;
  const properties = components.map(({ name, settings }) => [name, settings ?? {}]);
  return { type: "object", properties: Object.fromEntries(properties) };
}

/** In characters; as core's own bound of a token's name. */
const MAX_NAME_LENGTH = 64;
/** `up` is the supervisor, in the logs. */
const RESERVED = ["seabird", "core", "up"];

/** Undefined if it is a good name. */
export function nameProblem(name: string): string | undefined {
  const length = [...name].length;
  if (length > MAX_NAME_LENGTH) return `a name has ${MAX_NAME_LENGTH} characters at most`;
  if (name !== name.trim()) return "a name has no blanks at its ends";
  if (/\p{Cc}|\p{Cs}/u.test(name)) return "a name has no control characters";
  if (RESERVED.includes(name.toLowerCase())) return `the name ${name} is one of Seabird's own`;
  return undefined;
}
