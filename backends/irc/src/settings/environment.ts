/** The flags and variables of this backend's own program: which there are, and how they are read. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { IRC_OPTION_LIMITS, type IrcLimitName } from "../limits.ts";
import { ConfigError } from "./config-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Variable {
  readonly env: string;
  /** Without its dashes; undefined for secrets, which have no business in arguments. */
  readonly flag: string | undefined;
  readonly what: string;
}

export const VARIABLES = {
  host: variable("IRC_HOST", "host", "irc://host:6667, ircs://host:6697 or ircs+unsafe://host"),
  nick: variable("IRC_NICK", "nick", "the bot's name"),
  user: variable("IRC_USER", "user", "its user name; default: the nick"),
  name: variable("IRC_NAME", "name", "its real name; default: the user name"),
  channels: variable("IRC_CHANNELS", "channels", '"#one,#two key"'),
  id: variable("IRC_ID", "id", "this backend's id; default: seabird"),
  commandPrefix: variable("IRC_COMMAND_PREFIX", "command-prefix", "default: !"),
  seabirdHost: variable("SEABIRD_HOST", "seabird-host", "core; default: http://127.0.0.1:11235"),
  logLevel: variable("LOG_LEVEL", "log-level", "debug, info, warn or error"),
  saslAccount: variable("IRC_SASL_ACCOUNT", "sasl-account", "the account to log in to (SASL)"),
  saslMechanism: variable("IRC_SASL_MECHANISM", "sasl-mechanism", "PLAIN or EXTERNAL"),
  saslRequired: variable("IRC_SASL_REQUIRED", "sasl-required", "no: connect without if it fails"),
  tlsCa: variable("IRC_TLS_CA_FILE", "tls-ca-file", "PEM: who may vouch for the server"),
  tlsCert: variable("IRC_TLS_CERT_FILE", "tls-cert-file", "PEM: our certificate, for EXTERNAL"),
  tlsKey: variable("IRC_TLS_KEY_FILE", "tls-key-file", "PEM: its key"),
  stsFile: variable("IRC_STS_FILE", "sts-file", "where networks that want TLS are remembered"),
  rejoin: variable("IRC_REJOIN", "rejoin", "yes: come back after a kick; default: no"),
  invites: variable(
    "IRC_ACCEPT_INVITES_FROM",
    "accept-invites-from",
    '"account:alice,*!*@example.org"; default: nobody',
  ),
  antiloop: variable("IRC_ANTILOOP", "antiloop", "no: answer other bots without end; default: yes"),
  password: variable("IRC_PASS", undefined, "the server's password"),
  saslPassword: variable("IRC_SASL_PASS", undefined, "the account's password"),
  nickservPassword: variable("IRC_NICKSERV_PASS", undefined, "NickServ's password"),
  seabirdToken: variable("SEABIRD_TOKEN", undefined, "core's token"),
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;

/** What was given, by flag, variable or file. */
export type Values = Readonly<Partial<Record<VariableName, string | undefined>>>;

export type Flags = Readonly<Record<string, string | undefined>>;

const SECRETS = ["password", "saslPassword", "nickservPassword", "seabirdToken"] as const;

function variable(env: string, flag: string | undefined, what: string): Variable {
  return { env, flag, what };
}

/** `lineIntervalMs` is `--line-interval-ms` and IRC_LINE_INTERVAL_MS. */
export function limitVariable(name: IrcLimitName): { readonly env: string; readonly flag: string } {
  const flag = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return { env: `IRC_${flag.replaceAll("-", "_").toUpperCase()}`, flag };
}

/** What `--help` prints of them. */
export function usage(): string {
  const rows = Object.entries(VARIABLES).map(([, { env, flag, what }]) => {
    const isSecret = flag === undefined;
    const option = isSecret ? `--${secretFlag(env)}` : `--${flag}`;
    return `  ${option.padEnd(26)} ${(isSecret ? `${env}[_FILE]` : env).padEnd(25)} ${what}`;
  });
  const limits = IRC_OPTION_LIMITS.map(({ name, value, unit, what }) => {
    const { env, flag } = limitVariable(name);
    return `  ${`--${flag}`.padEnd(26)} ${env.padEnd(25)} ${unit} ${what}; default: ${value}`;
  });
  const about = "seabird-backend-irc connects an IRC network to Seabird.\n";
  return [about, ...rows, ...limits, "\n"].join("\n");
}

/** Throws ConfigError for a flag that there is not. */
export function readFlags(args: readonly string[]): Flags {
  const options: Record<string, { type: "string" }> = {};
  for (const { env, flag } of Object.values(VARIABLES) as Variable[]) {
    options[flag ?? secretFlag(env)] = { type: "string" };
  }
  for (const { name } of IRC_OPTION_LIMITS) options[limitVariable(name).flag] = { type: "string" };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Flags;
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Flags go before the environment; an empty value is none. Throws ConfigError. */
export function readValues(flags: Flags, env: Environment): Values {
  const values: Partial<Record<VariableName, string | undefined>> = {};
  for (const name of Object.keys(VARIABLES) as VariableName[]) {
    const { env: variableName, flag } = VARIABLES[name] as Variable;
    const given =
      flag === undefined ? secret(variableName, flags, env) : (flags[flag] ?? env[variableName]);
    if (given !== undefined && given !== "") values[name] = given;
  }
  for (const name of SECRETS) {
    if (values[name] !== undefined && /[\r\n\0]/.test(values[name])) {
      throw new ConfigError(`${VARIABLES[name].env} has more than one line`);
    }
  }
  return values;
}

function secretFlag(env: string): string {
  return `${env.toLowerCase().replaceAll("_", "-")}-file`;
}

function secret(name: string, flags: Flags, env: Environment): string | undefined {
  const file = flags[secretFlag(name)] ?? (env[name] ? undefined : env[`${name}_FILE`]);
  if (file === undefined || file === "") return env[name];
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw new ConfigError(`cannot read ${name}_FILE "${file}"`, { cause });
  }
}
