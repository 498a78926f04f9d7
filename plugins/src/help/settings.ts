/** The settings of `help`, as a Standard Schema: one switch is not worth a library. */
import type { SettingsSchema } from "@seabird-chat/sdk/backend";

export interface HelpSettings {
  /**
   * Whether `help` speaks up when somebody uses a command that nobody has registered but that
   * reads like one that is. Default: no, for other bots have commands of their own.
   */
  readonly suggest: boolean;
}

const JSON_SCHEMA = {
  type: "object",
  properties: {
    suggest: {
      type: "boolean",
      default: false,
      description: "Say which command was meant when somebody mistypes one",
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
