/** What `seabird-core --help` says, made from the settings. */
import { flagOf, LIMIT_SETTINGS, SETTINGS, type Setting } from "./settings.ts";

const USAGE = `seabird-core: the Seabird chat broker

Usage:
  seabird-core [serve] [flags]      run core
  seabird-core tokens <command>     tokens in the database file, while core is down or up
                                    (see seabird-core tokens --help)
  seabird-core --help | --version
  seabird-core --describe           the settings as JSON Schema, for seabird.yaml

A setting is taken from its flag, else from the environment, else from .env in the working
directory, else it is the default.

Settings:`;

const EXITS = `Exit codes:
  0  ended as asked        1  a setting or argument is wrong
  2  cannot listen         3  the token database cannot be used, or has no such token
  70 a fault of core's     130, 143  ended at once by a second signal`;

/** The whole help. */
export function helpText(): string {
  const settings = (SETTINGS as readonly Setting[]).map(describe).join("\n");
  const limits = LIMIT_SETTINGS.map(describe).join("\n");
  return `${USAGE}\n${settings}\n\nLimits (docs/limits.md says what happens at each):\n${limits}\n\n${EXITS}`;
}

function describe(setting: Setting): string {
  const flag = setting.flag ? `--${flagOf(setting.name)} ${setting.placeholder}` : "";
  const names = setting.env.map((name) => (setting.inFile ? `${name}, ${name}_FILE` : name));
  const head = [flag, ...names].filter((part) => part !== "").join(", ");
  return `  ${head}\n      ${setting.what} (default: ${setting.byDefault})`;
}

const EXAMPLE_HEAD = `# Core's settings. Copy this file to .env and take the # away from what you set.
# A flag goes before the environment, which goes before .env; an empty value counts as none.
`;

/** The text of the repository's \`.env.example\`: every setting with its default. */
export function envExample(): string {
  const settings = (SETTINGS as readonly Setting[]).map(exampleOf).join("\n");
  const limits = LIMIT_SETTINGS.map(
    (limit) => `# ${limit.what} (${limit.byDefault})\n#${limit.env[0]}=${limit.value}\n`,
  ).join("\n");
  return `${EXAMPLE_HEAD}\n${settings}\n# Limits; docs/limits.md says what happens at each.\n\n${limits}`;
}

function exampleOf({ env, what, byDefault, placeholder, inFile }: Setting): string {
  const [name, ...others] = inFile ? [...env, `${env[0]}_FILE`] : env;
  const also = others.length > 0 ? `; also ${others.join(", ")}` : "";
  return `# ${what} (default: ${byDefault}${also})\n#${name}=${placeholder}\n`;
}
