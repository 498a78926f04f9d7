/** Checks settings by the schema that an author gave, and says all that is wrong in one error. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { SeabirdError } from "../link/errors.ts";

/** A schema of any library that follows Standard Schema, such as zod. */
export type SettingsSchema<Output = unknown> = StandardSchemaV1<unknown, Output>;

/** JSON Schema as one reads it: with anything in it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a secret has `writeOnly: true`, of a live setting `x-live: true`. */
export const SECRET_KEY = "writeOnly";
const LIVE_KEY = "x-live";

/** Of a component that has none. */
export const NO_SETTINGS: JsonSchema = {
  type: "object",
  properties: {},
  additionalProperties: false,
};

export interface SettingsProblem {
  /** From the settings' root, such as `sasl.account`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Settings that cannot work. A program that throws it ends with exit code 78. */
export class SettingsError extends SeabirdError {
  readonly problems: readonly SettingsProblem[];

  /** `whose`: the component's name, such as `irc/libera`. */
  constructor(whose: string, problems: readonly SettingsProblem[]) {
    const shown = problems.slice(0, MAX_SHOWN).map(({ path, message }) => {
      return path === "" ? message : `${path}: ${message}`;
    });
    const more = problems.length > MAX_SHOWN ? [`and ${problems.length - MAX_SHOWN} more`] : [];
    super("bad_option", `settings of ${whose}: ${[...shown, ...more].join("; ")}`);
    this.name = "SettingsError";
    this.problems = problems;
  }
}

const MAX_SHOWN = 20;

/** The settings as the schema makes them, defaults filled in. Throws a SettingsError. */
export async function checkSettings<Output>(
  whose: string,
  schema: SettingsSchema<Output>,
  given: unknown,
): Promise<Output> {
  const result = await schema["~standard"].validate(given ?? {});
  if (result.issues === undefined) return result.value;
  throw new SettingsError(whose, result.issues.map(toProblem));
}

function toProblem({ message, path = [] }: StandardSchemaV1.Issue): SettingsProblem {
  const keys = path.map((step) => String(typeof step === "object" ? step.key : step));
  return { path: keys.join("."), message };
}

/**
 * The schema as JSON Schema of what is written down (defaults are optional). Null if its library
 * cannot tell, or there are no settings.
 */
export function toJsonSchema(schema: SettingsSchema | undefined): JsonSchema | null {
  if (schema === undefined) return null;
  const standard: Partial<StandardJSONSchemaV1.Props> = schema["~standard"];
  try {
    return standard.jsonSchema?.input({ target: "draft-2020-12" }) ?? null;
  } catch {
    return null;
  }
}

/** The settings at the root that may change while the component runs. */
export function liveKeys(schema: JsonSchema | null): readonly string[] {
  const properties = schema?.["properties"];
  if (typeof properties !== "object" || properties === null) return [];
  return Object.entries(properties)
    .filter(([, property]) => (property as JsonSchema | null)?.[LIVE_KEY] === true)
    .map(([name]) => name);
}
