/**
 * Every setting of core: its option's name, its environment names, its default and what it may
 * be. `--help`, `.env.example` and the reading in `config.ts` come from this one table.
 */
import { AUTH_LIMITS } from "./auth/limits.ts";
import { BROKER_LIMITS } from "./broker/limits.ts";
import { TRANSPORT_LIMITS } from "./transport/limits.ts";

export interface Setting {
  /** The option's name; its flag is the same in kebab-case. */
  readonly name: string;
  /** The first one wins. */
  readonly env: readonly string[];
  readonly placeholder: string;
  readonly what: string;
  /** For people; the default itself is set where the setting is read. */
  readonly byDefault: string;
  /** Whether `NAME_FILE` may name a file that holds the value instead. */
  readonly inFile: boolean;
  /** Whether it has a flag; what may be a secret has none, since arguments can be seen. */
  readonly flag: boolean;
}

export const SETTINGS = [
  {
    name: "bindHost",
    env: ["SEABIRD_BIND_HOST", "BIND_HOST"],
    placeholder: "HOST:PORT",
    what: "where to listen; port 0 takes any free one",
    byDefault: "127.0.0.1:11235",
    inFile: false,
    flag: true,
  },
  {
    name: "databaseUrl",
    env: ["DATABASE_URL"],
    placeholder: "URL",
    what: "the token database: sqlite:tokens.db, sqlite:///absolute/path.db or a path",
    byDefault: ".seabird/seabird.db in the working directory",
    inFile: true,
    flag: true,
  },
  {
    name: "tlsCertFile",
    env: ["SEABIRD_TLS_CERT_FILE"],
    placeholder: "FILE",
    what: "certificate chain (PEM); with it core speaks TLS",
    byDefault: "none: plaintext",
    inFile: false,
    flag: true,
  },
  {
    name: "tlsKeyFile",
    env: ["SEABIRD_TLS_KEY_FILE"],
    placeholder: "FILE",
    what: "the certificate's private key (PEM)",
    byDefault: "none",
    inFile: false,
    flag: true,
  },
  {
    name: "metricsBind",
    env: ["SEABIRD_METRICS_BIND"],
    placeholder: "HOST:PORT",
    what: "a port of its own for /metrics, where it needs no token",
    byDefault: "none: /metrics on the main port, with a token",
    inFile: false,
    flag: true,
  },
  {
    name: "corsOrigins",
    env: ["SEABIRD_CORS_ORIGINS"],
    placeholder: "ORIGINS",
    what: "web origins whose pages may call core, separated by commas; * for all",
    byDefault: "none",
    inFile: false,
    flag: true,
  },
  {
    name: "logLevel",
    env: ["SEABIRD_LOG_LEVEL", "LOG_LEVEL"],
    placeholder: "LEVEL",
    what: "trace, debug, info, warn, error, fatal or silent",
    byDefault: "info",
    inFile: false,
    flag: true,
  },
  {
    name: "logFormat",
    env: ["SEABIRD_LOG_FORMAT", "LOG_FORMAT"],
    placeholder: "FORMAT",
    what: "pretty, json or auto (pretty on a terminal, else json)",
    byDefault: "auto",
    inFile: false,
    flag: true,
  },
  {
    name: "extraTokens",
    env: ["SEABIRD_EXTRA_TOKENS"],
    placeholder: "JSON",
    what: 'tokens for this run alone: [{"name":"x","hash":"<SHA-256 of the secret, hex>","scopes":["plugin"]}]',
    byDefault: "none",
    inFile: true,
    flag: false,
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]["name"];

/** A room of core whose limits can be set. */
export type LimitRoom = "broker" | "transport" | "auth";

export interface LimitSetting extends Setting {
  readonly room: LimitRoom;
  /** The limit's name in its room. */
  readonly limit: string;
  /** The default. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

interface LimitRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly what: string;
}

/** The longest time that a timer can wait, and the most that HTTP/2 can count. */
const MOST = 2 ** 31 - 1;

/** Sizes that HTTP/2 counts too; all others may be beyond any memory. */
const HTTP2_SIZES: readonly string[] = [
  "maxHeaderBytes",
  "streamWindowBytes",
  "connectionWindowBytes",
];

function mostOf({ name, unit }: LimitRow): number {
  const isSize = unit === "bytes" && !HTTP2_SIZES.includes(name);
  return isSize ? Number.MAX_SAFE_INTEGER : MOST;
}

/** Two rooms may use one name for their limit; settings need two. */
const RENAMED: Readonly<Record<string, string>> = {
  "transport.maxMessageBytes": "maxIncomingMessageBytes",
};

function limitSettings(room: LimitRoom, rows: readonly LimitRow[]): LimitSetting[] {
  return rows.map((row) => {
    const name = RENAMED[`${room}.${row.name}`] ?? row.name;
    return {
      room,
      limit: row.name,
      value: row.value,
      least: row.value === 0 ? 0 : 1,
      most: mostOf(row),
      name,
      env: [`SEABIRD_${snakeCase(name).toUpperCase()}`],
      placeholder: "N",
      what: row.what,
      byDefault: `${row.value} ${row.unit}`,
      inFile: false,
      flag: true,
    };
  });
}

/** Every limit of every room, as settings. */
export const LIMIT_SETTINGS: readonly LimitSetting[] = [
  ...limitSettings("broker", BROKER_LIMITS),
  ...limitSettings("transport", TRANSPORT_LIMITS),
  ...limitSettings("auth", AUTH_LIMITS),
];

/** As a setting is named in files: `maxBackends` is `max_backends`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A setting's flag, without its dashes. */
export function flagOf(name: string): string {
  return snakeCase(name).replaceAll("_", "-");
}
