/** The configuration of this backend: flags, then environment, then `.env`, then defaults. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { resolveUrl } from "@seabird/sdk/backend";
import { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { readConnecting } from "./connect-config.ts";
import { IRC_OPTION_LIMITS, type IrcLimitName } from "./limits.ts";
import { isLogLevel, type LogLevel } from "./log.ts";
import type { ChannelToJoin, IrcOptions } from "./options.ts";
import { isKey } from "./outbound.ts";

export interface IrcConfig {
  readonly seabirdUrl: string;
  readonly seabirdToken: string;
  /** This backend's id; its type is `irc`. */
  readonly id: string;
  readonly commandPrefix: string;
  readonly logLevel: LogLevel;
  readonly irc: IrcOptions;
}

export { ConfigError };

type Environment = Readonly<Record<string, string | undefined>>;

interface Setting {
  readonly env: string;
  /** Without its dashes; undefined for secrets, which have no business in arguments. */
  readonly flag: string | undefined;
  readonly what: string;
}

const SETTINGS = {
  host: setting("IRC_HOST", "host", "irc://host:6667, ircs://host:6697 or ircs+unsafe://host"),
  nick: setting("IRC_NICK", "nick", "the bot's name"),
  user: setting("IRC_USER", "user", "its user name; default: the nick"),
  name: setting("IRC_NAME", "name", "its real name; default: the user name"),
  channels: setting("IRC_CHANNELS", "channels", '"#one,#two key"'),
  id: setting("IRC_ID", "id", "this backend's id; default: seabird"),
  commandPrefix: setting("IRC_COMMAND_PREFIX", "command-prefix", "default: !"),
  seabirdHost: setting("SEABIRD_HOST", "seabird-host", "core; default: http://127.0.0.1:11235"),
  logLevel: setting("LOG_LEVEL", "log-level", "debug, info, warn or error"),
  saslAccount: setting("IRC_SASL_ACCOUNT", "sasl-account", "the account to log in to (SASL)"),
  saslMechanism: setting("IRC_SASL_MECHANISM", "sasl-mechanism", "PLAIN or EXTERNAL"),
  saslRequired: setting("IRC_SASL_REQUIRED", "sasl-required", "no: connect without if it fails"),
  tlsCa: setting("IRC_TLS_CA_FILE", "tls-ca-file", "PEM: who may vouch for the server"),
  tlsCert: setting("IRC_TLS_CERT_FILE", "tls-cert-file", "PEM: our certificate, for EXTERNAL"),
  tlsKey: setting("IRC_TLS_KEY_FILE", "tls-key-file", "PEM: its key"),
  stsFile: setting("IRC_STS_FILE", "sts-file", "where networks that want TLS are remembered"),
  rejoin: setting("IRC_REJOIN", "rejoin", "yes: come back after a kick; default: no"),
  password: setting("IRC_PASS", undefined, "the server's password"),
  saslPassword: setting("IRC_SASL_PASS", undefined, "the account's password"),
  nickservPassword: setting("IRC_NICKSERV_PASS", undefined, "NickServ's password"),
  seabirdToken: setting("SEABIRD_TOKEN", undefined, "core's token"),
} as const satisfies Record<string, Setting>;

type SettingName = keyof typeof SETTINGS;

const SECRETS = ["password", "saslPassword", "nickservPassword", "seabirdToken"] as const;

function setting(env: string, flag: string | undefined, what: string): Setting {
  return { env, flag, what };
}

/** `lineIntervalMs` is `--line-interval-ms` and IRC_LINE_INTERVAL_MS. */
function limitSetting(name: IrcLimitName): Setting {
  const flag = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return { env: `IRC_${flag.replaceAll("-", "_").toUpperCase()}`, flag, what: "" };
}

/** What `--help` prints. */
export function usage(): string {
  const rows = Object.entries(SETTINGS).map(([, { env, flag, what }]) => {
    const secret = flag === undefined;
    const option = secret ? `--${env.toLowerCase().replaceAll("_", "-")}-file` : `--${flag}`;
    return `  ${option.padEnd(26)} ${(secret ? `${env}[_FILE]` : env).padEnd(25)} ${what}`;
  });
  const limits = IRC_OPTION_LIMITS.map(({ name, value, unit, what }) => {
    const { env, flag } = limitSetting(name);
    return `  ${`--${flag}`.padEnd(26)} ${env.padEnd(25)} ${unit} ${what}; default: ${value}`;
  });
  return ["seabird-backend-irc connects an IRC network to Seabird.\n", ...rows, ...limits, ""].join(
    "\n",
  );
}

/** Throws ConfigError for anything that cannot work. */
export function readConfig(args: readonly string[], env: Environment): IrcConfig {
  const flags = readFlags(args);
  const values = readValues(flags, env);
  const nick = word("nick", needed("nick", values.nick));
  const user = word("user", values.user ?? nick);
  const endpoint = parseHost(needed("host", values.host));
  return Object.freeze({
    seabirdUrl: parseCore(values.seabirdHost),
    seabirdToken: needed("seabirdToken", values.seabirdToken),
    id: values.id ?? "seabird",
    commandPrefix: parsePrefix(values.commandPrefix ?? "!"),
    logLevel: parseLevel(values.logLevel, env),
    irc: Object.freeze({
      ...endpoint,
      nick,
      user,
      realName: values.name ?? user,
      password: values.password,
      nickservPassword: values.nickservPassword,
      channels: parseChannels(values.channels ?? ""),
      ...readConnecting(values, endpoint.tls),
      ...readLimits(flags, env),
    }),
  });
}

type Flags = Readonly<Record<string, string | undefined>>;

function readFlags(args: readonly string[]): Flags {
  const options: Record<string, { type: "string" }> = {};
  for (const { env, flag } of Object.values(SETTINGS) as Setting[]) {
    options[flag ?? secretFlag(env)] = { type: "string" };
  }
  for (const { name } of IRC_OPTION_LIMITS)
    options[limitSetting(name).flag ?? ""] = { type: "string" };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Flags;
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function secretFlag(env: string): string {
  return `${env.toLowerCase().replaceAll("_", "-")}-file`;
}

type Values = Readonly<Partial<Record<SettingName, string | undefined>>>;

function readValues(flags: Flags, env: Environment): Values {
  const values: Partial<Record<SettingName, string | undefined>> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { env: variable, flag } = SETTINGS[name] as Setting;
    const given =
      flag === undefined ? secret(variable, flags, env) : (flags[flag] ?? env[variable]);
    if (given !== undefined && given !== "") values[name] = given;
  }
  for (const name of SECRETS) {
    if (values[name] !== undefined && /[\r\n\0]/.test(values[name])) {
      throw new ConfigError(`${SETTINGS[name].env} has more than one line`);
    }
  }
  return values;
}

function secret(variable: string, flags: Flags, env: Environment): string | undefined {
  const file = flags[secretFlag(variable)] ?? (env[variable] ? undefined : env[`${variable}_FILE`]);
  if (file === undefined || file === "") return env[variable];
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw new ConfigError(`cannot read ${variable}_FILE "${file}"`, { cause });
  }
}

function needed(name: SettingName, value: string | undefined): string {
  if (value !== undefined) return value;
  const { env, what } = SETTINGS[name];
  throw new ConfigError(`${env} is not set; it gives ${what}`);
}

function word(name: SettingName, value: string): string {
  if (/^[^\s\p{Cc}:#&@!,][^\s\p{Cc}@!,]*$/u.test(value)) return value;
  throw new ConfigError(
    `${SETTINGS[name].env} is "${value}"; give one word without @, ! and commas`,
  );
}

const SCHEMES: Readonly<Record<string, { port: number; tls: boolean; verify: boolean }>> = {
  "irc:": { port: 6667, tls: false, verify: true },
  "ircs:": { port: 6697, tls: true, verify: true },
  "ircs+unsafe:": { port: 6697, tls: true, verify: false },
};

function parseHost(value: string) {
  const url = URL.parse(value);
  if (url !== null && (url.username !== "" || url.password !== "")) {
    throw new ConfigError("IRC_HOST holds a user or password; use IRC_NICK and IRC_PASS");
  }
  const scheme = SCHEMES[url?.protocol ?? ""];
  if (url === null || scheme === undefined || url.hostname === "" || !/^\/?$/.test(url.pathname)) {
    throw new ConfigError(`IRC_HOST is "${value}"; give ${SETTINGS.host.what}`);
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? scheme.port : Number(url.port),
    tls: scheme.tls,
    verifyCertificate: scheme.verify,
  };
}

/** `#a,#b key`: channels with commas between them, each with its key after a space if it has one. */
export function parseChannels(value: string): readonly ChannelToJoin[] {
  return value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [name = "", key, ...more] = entry.split(/ +/);
      const good = /^[^\s\p{Cc}:]+$/u.test(name) && (key === undefined || isKey(key));
      if (!good || more.length > 0 || /^[\p{L}\p{N}]/u.test(name)) {
        throw new ConfigError(`IRC_CHANNELS has "${name}"; give ${SETTINGS.channels.what}`);
      }
      return { name, key };
    });
}

function parsePrefix(value: string): string {
  if (!/\s/.test(value)) return value;
  throw new ConfigError(`IRC_COMMAND_PREFIX is "${value}"; give signs without spaces, such as !`);
}

function parseCore(value: string | undefined): string {
  try {
    return resolveUrl(value ?? "http://127.0.0.1:11235");
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parseLevel(value: string | undefined, env: Environment): LogLevel {
  const given = value ?? env["SEABIRD_LOG_LEVEL"];
  if (given === undefined || given === "") return isTrue(env["IRC_DEBUG"]) ? "debug" : "info";
  if (isLogLevel(given)) return given;
  throw new ConfigError(`LOG_LEVEL is "${given}"; give ${SETTINGS.logLevel.what}`);
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(1|t|true)$/i.test(value);
}

const MAX_LIMIT = 86_400_000;

const wholeNumber = z.coerce.number().int().min(1).max(MAX_LIMIT);

function readLimits(flags: Flags, env: Environment): Record<IrcLimitName, number> {
  const limits = readNumbers(flags, env);
  for (const [lower, upper] of ORDERED) {
    if (limits[lower] <= limits[upper]) continue;
    const [one, other] = [limitSetting(lower).env, limitSetting(upper).env];
    throw new ConfigError(
      `${one} is ${limits[lower]} and ${other} is ${limits[upper]}; give ${one} the smaller one`,
    );
  }
  return limits;
}

/** A server that is asked only after it counts as dead is always dead. */
const ORDERED = [
  ["pingIntervalMs", "pingTimeoutMs"],
  ["reconnectMinMs", "reconnectMaxMs"],
] as const;

function readNumbers(flags: Flags, env: Environment): Record<IrcLimitName, number> {
  const entries = IRC_OPTION_LIMITS.map(({ name, value }) => {
    const { env: variable, flag = "" } = limitSetting(name);
    const given = flags[flag] ?? env[variable] ?? formerNickCheck(name, env);
    if (given === undefined || given === "") return [name, value];
    const parsed = wholeNumber.safeParse(given);
    if (parsed.success) return [name, parsed.data];
    throw new ConfigError(`${variable} is "${given}"; give a whole number from 1 to ${MAX_LIMIT}`);
  });
  return Object.fromEntries(entries);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** NICK_CHECK_DURATION, as existing installations have it: `1m30s`. */
function formerNickCheck(name: IrcLimitName, env: Environment): string | undefined {
  const given = env["NICK_CHECK_DURATION"];
  if (name !== "nickCheckMs" || given === undefined || given === "") return undefined;
  if (!/^(\d+(ms|s|m|h))+$/.test(given)) {
    throw new ConfigError(`NICK_CHECK_DURATION is "${given}"; give a duration such as 1m30s`);
  }
  const parts = [...given.matchAll(/(\d+)(ms|s|m|h)/g)];
  return String(
    parts.reduce((sum, [, n, unit]) => sum + Number(n) * (UNIT_MS[unit ?? ""] ?? 0), 0),
  );
}
