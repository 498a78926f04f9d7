/** The text of `seabird-core --help`, and `.env.example`; both are made from the settings. */
import { type ExitName, exitCodesHelp } from "@seabird-chat/runtime";
import { LIMIT_SETTINGS, type LimitSetting } from "./limit-settings.ts";
import { flagOf, type Setting } from "./setting.ts";
import { ALL_SETTINGS, SETTINGS } from "./settings.ts";

const USAGE = `seabird-core: the Seabird chat broker

Usage:
  seabird-core [serve] [flags]      run core
  seabird-core tokens <command>     administer the tokens in the database file, whether core
                                    runs or not (see seabird-core tokens --help)
  seabird-core --help | --version
  seabird-core --describe           print the settings as JSON Schema, for seabird.yaml

A flag overrides the environment, which overrides .env in the working directory.

Settings:`;

const CORE_EXITS: readonly ExitName[] = [
  "ok",
  "failed",
  "usage",
  "unavailable",
  "internal",
  "busy",
  "config",
  "interrupted",
];

/** The whole help. */
export function helpText(): string {
  const settings = (SETTINGS as readonly Setting[]).map(describe).join("\n");
  const limits = LIMIT_SETTINGS.map(describe).join("\n");
  return `${USAGE}\n${settings}\n\nLimits (what happens at each: docs/running-core.md):\n${limits}\n\n${exitCodesHelp(CORE_EXITS)}`;
}

function describe(setting: Setting): string {
  const flag = setting.flag ? `--${flagOf(setting.name)} ${setting.placeholder}` : "";
  const names = setting.env.map((name) => (setting.inFile ? `${name}, ${name}_FILE` : name));
  const head = [flag, ...names].filter((part) => part !== "").join(", ");
  return `  ${head}\n      ${setting.what} (default: ${setting.byDefault})`;
}

/** The settings of `.env.example`, in its order: those that most installations want. */
const EXAMPLE: readonly string[] = [
  ...["bindHost", "databaseUrl", "logLevel", "logFormat", "tlsCertFile", "tlsKeyFile"],
  ...["metricsBind", "corsOrigins", "hostNames", "trustedProxies"],
  ...["actionTimeoutMs", "maxActionsPerSecondPerToken"],
  ...["maxConnections", "maxEventLogBytes"],
];

const EXAMPLE_HEAD = `# Copy this file to .env and remove the # from what you set. A flag overrides the environment,
# which overrides .env; an empty value counts as none. All settings: seabird core --help
`;

/** The text of the repository's `.env.example`. */
export function envExample(): string {
  const settings = EXAMPLE.map((name) => {
    const setting = ALL_SETTINGS.find((each) => each.name === name);
    if (setting === undefined) throw new Error(`.env.example: there is no setting "${name}"`);
    return exampleOf(setting);
  });
  return `${EXAMPLE_HEAD}\n${settings.join("\n")}`;
}

function exampleOf(setting: Setting | LimitSetting): string {
  const { env, what, byDefault, placeholder, inFile } = setting;
  const [name, ...others] = inFile ? [...env, `${env[0]}_FILE`] : env;
  const also = others.length > 0 ? `; also ${others.join(", ")}` : "";
  const value = "value" in setting ? setting.value : placeholder;
  return `# ${what} (default: ${byDefault}${also})\n#${name}=${value}\n`;
}
