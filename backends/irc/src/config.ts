/** The configuration when no supervisor hands it over: flags, environment and `.env`. */
import { isLogLevel, type LogLevel, resolveUrl } from "@seabird-chat/sdk/backend";
import type { OwnSettings } from "@seabird-chat/sdk/program";
import type { z } from "zod";
import type { IrcOptions } from "./options.ts";
import { ConfigError } from "./settings/config-error.ts";
import {
  type Environment,
  readFlags,
  readValues,
  usage,
  VARIABLES,
  type Values,
  type Variable,
  type VariableName,
} from "./settings/environment.ts";
import { readLimits } from "./settings/environment-limits.ts";
import { HOST_FORMS, HOST_WITH_LOGIN } from "./settings/host-url.ts";
import { SettingRefused, toOptions } from "./settings/to-options.ts";
import { settings } from "./settings.ts";

export { ConfigError, usage };

/** What flags and environment say, and what becomes of it. */
export interface IrcConfig extends OwnSettings {
  readonly irc: IrcOptions;
}

/** Throws ConfigError for anything that cannot work. */
export function readConfig(args: readonly string[], env: Environment): IrcConfig {
  const own = readOwnSettings(args, env);
  const values = readValues(readFlags(args), env);
  const checked = settings.safeParse(own.settings);
  if (!checked.success) throw toConfigError(checked.error.issues, values);
  try {
    return { ...own, irc: toOptions(checked.data) };
  } catch (reason) {
    if (!(reason instanceof SettingRefused)) throw reason;
    throw new ConfigError(words(reason.path, reason.message, values), { cause: reason });
  }
}

/** The same, unchecked as a whole: more may come from a file of settings. */
export function readOwnSettings(args: readonly string[], env: Environment): OwnSettings {
  const flags = readFlags(args);
  const values = readValues(flags, env);
  const url = parseCore(values.seabirdHost);
  return {
    id: values.id,
    settings: { ...toSettings(values), ...readLimits(flags, env) },
    url,
    token: neededToken(values),
    logLevel: parseLevel(values.logLevel, env),
  };
}

/** As in `seabird.yaml`; what is not given is left out. */
function toSettings(values: Values): Readonly<Record<string, unknown>> {
  return given({
    host: values.host,
    nick: values.nick,
    user: values.user,
    real_name: values.name,
    password: values.password,
    nickserv_password: values.nickservPassword,
    channels: list(values.channels),
    command_prefix: values.commandPrefix,
    sts_file: values.stsFile,
    rejoin: yesOrNo("rejoin", values.rejoin),
    antiloop: yesOrNo("antiloop", values.antiloop),
    accept_invites_from: list(values.invites),
    sasl: given({
      account: values.saslAccount,
      password: values.saslPassword,
      mechanism: values.saslMechanism?.toUpperCase(),
      required: yesOrNo("saslRequired", values.saslRequired),
    }),
    tls: given({ ca: values.tlsCa, cert: values.tlsCert, key: values.tlsKey }),
  }) as Readonly<Record<string, unknown>>;
}

/** Without what is undefined; undefined if nothing is left. */
function given(record: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** `#a,#b key`: entries with commas between them. */
function list(value: string | undefined): readonly string[] | undefined {
  const entries = value?.split(",").map((entry) => entry.trim());
  return entries?.filter((entry) => entry !== "");
}

/** Which variable gives a setting. */
const VARIABLE_OF: Readonly<Record<string, VariableName>> = {
  host: "host",
  nick: "nick",
  user: "user",
  real_name: "name",
  password: "password",
  nickserv_password: "nickservPassword",
  channels: "channels",
  command_prefix: "commandPrefix",
  sts_file: "stsFile",
  accept_invites_from: "invites",
  "sasl.account": "saslAccount",
  "sasl.password": "saslPassword",
  "sasl.mechanism": "saslMechanism",
  "tls.ca": "tlsCa",
  "tls.cert": "tlsCert",
  "tls.key": "tlsKey",
};

function toConfigError([issue]: readonly z.core.$ZodIssue[], values: Values): ConfigError {
  const [first = "", second] = issue?.path.map(String) ?? [];
  const message = issue?.message ?? "the settings are wrong";
  if (first === "channels") return new ConfigError(channelWords(Number(second), values));
  const isNested = first === "sasl" || first === "tls";
  return new ConfigError(words(isNested ? `${first}.${second}` : first, message, values));
}

/** The key of a channel is not shown. */
function channelWords(at: number, values: Values): string {
  const [name = ""] = list(values.channels)?.[at]?.split(" ") ?? [];
  return `IRC_CHANNELS has "${name}"; give ${VARIABLES.channels.what}`;
}

function words(path: string, message: string, values: Values): string {
  const name = VARIABLE_OF[path];
  if (name === undefined) return path === "" ? message : `${path}: ${message}`;
  const { env, flag, what }: Variable = VARIABLES[name];
  if (message === HOST_WITH_LOGIN)
    return `${env} holds a user or password; use IRC_NICK and IRC_PASS`;
  if (values[name] === undefined) return `${env} is not set; it gives ${what}`;
  if (message.startsWith("cannot read")) return message.replace("read", `read ${env}`);
  if (name === "host") return `${env} is "${values[name]}"; give ${HOST_FORMS}`;
  return flag === undefined ? `${env} ${message}` : `${env} is "${values[name]}"; it ${message}`;
}

function neededToken({ seabirdToken }: Values): string {
  if (seabirdToken !== undefined) return seabirdToken;
  throw new ConfigError(`SEABIRD_TOKEN is not set; it gives ${VARIABLES.seabirdToken.what}`);
}

function yesOrNo(name: VariableName, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (/^(1|t|true|yes)$/i.test(value)) return true;
  if (/^(0|f|false|no)$/i.test(value)) return false;
  throw new ConfigError(`${VARIABLES[name].env} is "${value}"; give yes or no`);
}

function parseCore(value: string | undefined): string {
  try {
    return resolveUrl(value ?? "http://127.0.0.1:11235");
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parseLevel(value: string | undefined, env: Environment): LogLevel | undefined {
  if (value === undefined) return isTrue(env["IRC_DEBUG"]) ? "debug" : undefined;
  if (isLogLevel(value)) return value;
  throw new ConfigError(`LOG_LEVEL is "${value}"; give ${VARIABLES.logLevel.what}`);
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(1|t|true)$/i.test(value);
}
