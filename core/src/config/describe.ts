/** What `seabird-core --describe` prints: core's settings as JSON Schema, for `seabird.yaml`. */
import { ACTIONS } from "../broker/actions.ts";
import { LOG_FORMATS, LOG_LEVELS, LONGEST_TIMER_MS } from "./config.ts";
import { LIMIT_SETTINGS, type LimitSetting } from "./limit-settings.ts";
import { type Setting, snakeCase } from "./setting.ts";
import { SETTINGS, type SettingName, settingNamed } from "./settings.ts";

type Schema = Readonly<Record<string, unknown>>;

const ADDRESS: Schema = {
  type: "string",
  pattern:
    "^(\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]\\s]*):(\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])$",
  "x-message": "must be host:port, such as 127.0.0.1:11235, 0.0.0.0:11235 or [::1]:11235",
};
const TEXT: Schema = { type: "string", minLength: 1 };
const YES_NO: Schema = { type: "boolean" };
const HTTP_URL: Schema = {
  type: "string",
  pattern: "^https?://[^@?#]+$",
  "x-message": "must be an http or https url such as https://chat.example",
};

/** The kinds of values. What does not belong into a file has none. */
const KINDS: Readonly<Record<SettingName, Schema | undefined>> = {
  bindHost: { ...ADDRESS, default: "127.0.0.1:11235" },
  databaseUrl: TEXT,
  tlsCertFile: TEXT,
  tlsKeyFile: TEXT,
  metricsBind: ADDRESS,
  corsOrigins: { type: "array", items: TEXT },
  hostNames: { type: "array", items: TEXT },
  trustedProxies: { type: "array", items: TEXT },
  publicUrl: HTTP_URL,
  mediaFolder: TEXT,
  mediaPublishPrivate: YES_NO,
  logLevel: { type: "string", enum: LOG_LEVELS },
  logFormat: { type: "string", enum: LOG_FORMATS },
  extraTokens: undefined,
  // Stands in `limits`, next to `action_timeout_ms`.
  actionTimeouts: undefined,
};

/** Settings whose name in a file is not their option's. */
const NAMES: Partial<Record<SettingName, string>> = { bindHost: "listen" };

/**
 * In the shape in which plugins and backends describe themselves. `x-env` names the environment
 * variables of a setting; all of `limits` may be given, none has to be.
 */
export function describeCore(): Schema {
  const settings = SETTINGS.flatMap((setting) => {
    const kind = KINDS[setting.name];
    const name = NAMES[setting.name] ?? snakeCase(setting.name);
    return kind === undefined ? [] : [[name, { ...kind, ...about(setting) }] as const];
  });
  const limits = {
    ...Object.fromEntries(LIMIT_SETTINGS.map((each) => [snakeCase(each.name), limitSchema(each)])),
    action_timeouts: actionTimeouts(),
  };
  const properties = {
    ...Object.fromEntries(settings),
    limits: object(limits, "see docs/running-core.md"),
  };
  const schema = {
    ...object(properties, "core's own settings"),
    dependentRequired: { tls_cert_file: ["tls_key_file"], tls_key_file: ["tls_cert_file"] },
  };
  return { kind: "core", components: [{ name: "core", commands: {}, settings: schema }] };
}

function object(properties: Schema, description: string): Schema {
  return { type: "object", description, properties, additionalProperties: false };
}

function limitSchema({ least, most, ...setting }: LimitSetting): Schema {
  return { type: "integer", minimum: least, maximum: most, ...about(setting) };
}

function actionTimeouts(): Schema {
  const timeout = { type: "integer", minimum: 1, maximum: LONGEST_TIMER_MS };
  const { what, env } = settingNamed("actionTimeouts");
  const timeouts = Object.keys(ACTIONS).map((action) => [snakeCase(action), timeout]);
  return { ...object(Object.fromEntries(timeouts), what), "x-env": env };
}

function about({ what, byDefault, env }: Pick<Setting, "what" | "byDefault" | "env">): Schema {
  return { description: `${what} (default: ${byDefault})`, "x-env": env };
}
