/**
 * Core's configuration: flags, then the environment, then `.env`, then defaults. Checked by hand:
 * zod takes longer to load than all the rest of the start.
 */
import { resolve } from "node:path";
import {
  BIND_ADDRESS_FORM,
  type BindAddress,
  DEFAULT_BIND,
  parseBindAddress,
} from "@seabird-chat/runtime";
import { type DatabaseLocation, parseDatabaseUrl } from "../auth/database-url.ts";
import type { AuthOptions } from "../auth/limits.ts";
import type { ExtraToken } from "../auth/tokens.ts";
import type { BrokerOptions } from "../broker/options.ts";
import type { TransportLimits } from "../transport/limits.ts";
import { ConfigError } from "./config-error.ts";
import { parseExtraTokens } from "./extra-tokens.ts";
import { LIMIT_SETTINGS, type LimitModule, type LimitSetting } from "./limit-settings.ts";
import { type MediaConfig, readMedia } from "./media-config.ts";
import { type NetworkConfig, readNetwork } from "./network-config.ts";
import { type ConfigSources, type Given, SettingReader, wrong } from "./setting-reader.ts";
import type { SettingName } from "./settings.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["auto", "pretty", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A longer timer would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface DatabaseConfig extends DatabaseLocation {
  /** Whether it is the default one, in core's folder `.seabird`. */
  readonly embedded: boolean;
}

/** Everything that can be set, checked. Defaults are those of `settings.ts`. */
export interface Config extends NetworkConfig {
  readonly bind: BindAddress;
  readonly database: DatabaseConfig;
  /** PEM texts. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly metricsBind: BindAddress | undefined;
  readonly media: MediaConfig;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly extraTokens: readonly ExtraToken[];
  readonly brokerOptions: BrokerOptions;
  readonly transportLimits: Partial<TransportLimits>;
  readonly authOptions: Partial<AuthOptions>;
}

/** Core's folder, with the embedded database and the admin token. */
const OWN_FOLDER = ".seabird";
const EMBEDDED_DATABASE = "seabird.db";

/** Reads all settings; throws a ConfigError for the first wrong one. */
export function loadConfig(sources: ConfigSources): Config {
  const reader = new SettingReader(sources);
  const limits = readLimits(reader);
  return Object.freeze({
    bind: readAddress(reader, "bindHost") ?? DEFAULT_BIND,
    database: readDatabase(reader),
    tls: readTls(reader),
    metricsBind: readAddress(reader, "metricsBind"),
    ...readNetwork(reader),
    media: { ...readMedia(reader), limits: limits.media },
    logLevel:
      readChoice(reader, "logLevel", LOG_LEVELS, { warning: "warn", off: "silent" }) ?? "info",
    logFormat: readChoice(reader, "logFormat", LOG_FORMATS, { text: "pretty" }) ?? "auto",
    extraTokens: readExtraTokens(reader),
    brokerOptions: limits.broker,
    transportLimits: limits.transport,
    authOptions: limits.auth,
  });
}

function readAddress(reader: SettingReader, name: SettingName): BindAddress | undefined {
  const given = reader.named(name);
  if (given === undefined) return undefined;
  const address = parseBindAddress(given.value);
  if (address !== undefined) return address;
  throw wrong(given, BIND_ADDRESS_FORM);
}

function readDatabase(reader: SettingReader): DatabaseConfig {
  const given = reader.named("databaseUrl");
  if (given === undefined) {
    const path = resolve(reader.cwd, OWN_FOLDER, EMBEDDED_DATABASE);
    return { path, create: true, embedded: true };
  }
  try {
    const { path, create } = parseDatabaseUrl(given.value);
    const resolved = path === ":memory:" ? path : resolve(reader.cwd, path);
    return { path: resolved, create, embedded: false };
  } catch (error) {
    throw new ConfigError(`${given.name}: ${(error as Error).message}`, { cause: error });
  }
}

function readTls(reader: SettingReader): Config["tls"] {
  const cert = reader.named("tlsCertFile");
  const key = reader.named("tlsKeyFile");
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const [given, missing] = cert ? [cert, "SEABIRD_TLS_KEY_FILE"] : [key, "SEABIRD_TLS_CERT_FILE"];
    throw new ConfigError(`${given?.name} is set, but ${missing} is not; TLS needs both`);
  }
  return { cert: reader.readFile(cert), key: reader.readFile(key) };
}

function readChoice<T extends string>(
  reader: SettingReader,
  name: SettingName,
  choices: readonly T[],
  aliases: Readonly<Record<string, T>>,
): T | undefined {
  const given = reader.named(name);
  if (given === undefined) return undefined;
  const asked = given.value.toLowerCase();
  const choice = choices.find((each) => each === asked) ?? aliases[asked];
  if (choice === undefined) throw wrong(given, `one of ${choices.join(", ")}`);
  return choice;
}

function readExtraTokens(reader: SettingReader): readonly ExtraToken[] {
  const given = reader.named("extraTokens");
  if (given === undefined) return [];
  try {
    return parseExtraTokens(given.value);
  } catch (error) {
    // Without the value: it says who may do what.
    throw new ConfigError(`${given.name}: ${(error as Error).message}`, { cause: error });
  }
}

function readLimits(reader: SettingReader) {
  const limits: Record<LimitModule, Record<string, number>> = {
    broker: {},
    transport: {},
    auth: {},
    media: {},
  };
  for (const setting of LIMIT_SETTINGS) {
    const given = reader.find(setting);
    if (given !== undefined) limits[setting.module][setting.name] = readNumber(setting, given);
  }
  const { maxMessageBytes } = limits.transport;
  if (maxMessageBytes !== undefined) {
    // At least 1; normalising and core's own fields may make a message larger than it arrived.
    limits.broker["maxMessageBytes"] = Math.ceil((maxMessageBytes * 7) / 8);
  }
  const actionTimeouts = readActionTimeouts(reader);
  return { ...limits, broker: { ...limits.broker, ...(actionTimeouts && { actionTimeouts }) } };
}

/** By action, as `{"join_channel":30000}`. The broker refuses actions that it does not know. */
function readActionTimeouts(reader: SettingReader): BrokerOptions["actionTimeouts"] {
  const given = reader.named("actionTimeouts");
  if (given === undefined) return undefined;
  const timeouts = parseMap(given.value);
  if (timeouts === undefined) throw wrong(given, 'a JSON map such as {"join_channel":30000}');
  const setting = { least: 1, most: LONGEST_TIMER_MS };
  return Object.fromEntries(
    Object.entries(timeouts).map(([action, value]) => [
      action.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      readNumber(setting, { name: `${given.name}: ${action}`, value: String(value) }),
    ]),
  );
}

function parseMap(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readNumber(setting: Pick<LimitSetting, "least" | "most">, given: Given): number {
  const value = Number(given.value.replaceAll("_", ""));
  if (/^\d[\d_]*$/.test(given.value) && value >= setting.least && value <= setting.most) {
    return value;
  }
  throw wrong(given, `a whole number from ${setting.least} to ${setting.most}`);
}
