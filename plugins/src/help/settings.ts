/** The settings of `help`, as a hand-written Standard Schema: one switch needs no library. */
import type { SettingsSchema } from "@seabird-chat/sdk/backend";

export interface HelpSettings {
  /**
   * Whether `help` answers an unknown command that resembles a registered one with a suggestion.
   * Default: no, since other bots have commands of their own.
   */
  readonly suggest: boolean;
}

const JSON_SCHEMA = {
  type: "object",
  properties: {
    suggest: {
      type: "boolean",
      default: false,
      description: "Suggest a command when somebody mistypes one",
    },
  },
  additionalProperties: false,
};

interface Issue {
  readonly message: string;
  readonly path?: readonly string[];
}

type Checked = { readonly value: HelpSettings } | { readonly issues: readonly Issue[] };

const standard = {
  version: 1,
  vendor: "seabird",
  validate: (given: unknown): Checked => check(given),
  jsonSchema: { input: () => JSON_SCHEMA, output: () => JSON_SCHEMA },
} as const;

export const settings: SettingsSchema<HelpSettings> = { "~standard": standard };

function check(given: unknown): Checked {
  if (typeof given !== "object" || given === null) {
    return { issues: [{ message: "must be an object" }] };
  }
  const { suggest = false, ...others } = given as Readonly<Record<string, unknown>>;
  const issues = Object.keys(others).map((key) => ({ message: "unknown setting", path: [key] }));
  if (typeof suggest === "boolean" && issues.length === 0) return { value: { suggest } };
  const wrong = { message: "must be true or false", path: ["suggest"] };
  return { issues: typeof suggest === "boolean" ? issues : [wrong, ...issues] };
}
