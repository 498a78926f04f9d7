/**
 * Every setting of core, in the order in which somebody would want it: its option's name, its
 * environment names, its default and what it may be. `--help`, `--describe`, `.env.example`, the
 * tables of docs/running-core.md and the reading in `config.ts` come from this one file.
 */
import { AUTH_LIMITS } from "../auth/limits.ts";
import { BROKER_LIMITS } from "../broker/limits.ts";
import { TRANSPORT_LIMITS } from "../transport/limits.ts";

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
    what: "where to listen; port 0 takes any free port",
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
    name: "tlsCertFile",
    env: ["SEABIRD_TLS_CERT_FILE"],
    placeholder: "FILE",
    what: "certificate chain (PEM); with it core accepts only TLS",
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
    what: "a separate address for /metrics, where it needs no token",
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
    name: "extraTokens",
    env: ["SEABIRD_EXTRA_TOKENS"],
    placeholder: "JSON",
    what: 'tokens for this run only: [{"name":"x","hash":"<SHA-256 of the secret, hex>","scopes":["plugin"]}]',
    byDefault: "none",
    inFile: true,
    flag: false,
  },
  {
    name: "actionTimeouts",
    env: ["SEABIRD_ACTION_TIMEOUTS"],
    placeholder: "JSON",
    what: 'actions whose timeout is not actionTimeoutMs, in milliseconds: {"join_channel":30000}',
    byDefault: "none",
    inFile: false,
    flag: true,
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]["name"];

/** A module of core whose limits can be set. */
export type LimitModule = "broker" | "transport" | "auth";

export interface LimitSetting extends Setting {
  readonly module: LimitModule;
  /** The default. */
  readonly value: number;
  readonly unit: string;
  /** What happens at the limit. */
  readonly policy: string;
  readonly least: number;
  readonly most: number;
}

/** The longest time that a timer can wait, and the most streams that HTTP/2 can count. */
const MOST = 2 ** 31 - 1;

const DEFAULTS = { broker: BROKER_LIMITS, transport: TRANSPORT_LIMITS, auth: AUTH_LIMITS };

function limit<M extends LimitModule>(
  module: M,
  name: keyof (typeof DEFAULTS)[M] & string,
  [unit, what, policy]: readonly [unit: string, what: string, policy: string],
): LimitSetting {
  const value = DEFAULTS[module][name] as number;
  return {
    module,
    name,
    value,
    unit,
    what,
    policy,
    least: value === 0 || name === "maxIngestPauseMs" ? 0 : 1,
    most: unit === "bytes" ? Number.MAX_SAFE_INTEGER : MOST,
    env: [`SEABIRD_${snakeCase(name).toUpperCase()}`],
    placeholder: "N",
    byDefault: `${value} ${unit}`,
    inFile: false,
    flag: true,
  };
}

const REFUSED = "more are refused with RESOURCE_EXHAUSTED";

/** The limits that can be set. All others are constants, in each module's `limits.ts`. */
export const LIMIT_SETTINGS: readonly LimitSetting[] = [
  limit("broker", "actionTimeoutMs", [
    "ms",
    "time from the arrival of an action to its backend's answer",
    "the call fails with DEADLINE_EXCEEDED; a late answer is ignored",
  ]),
  limit("broker", "maxActionsPerSecondPerToken", [
    "actions/s",
    "actions of one token in the long run; 0: no limit",
    `${REFUSED}, saying when to try again`,
  ]),
  limit("broker", "maxActionBurstPerToken", [
    "actions",
    "actions of one token at once, if their rate is limited; 0: those of one second",
    `${REFUSED}, saying when to try again`,
  ]),
  limit("transport", "maxMessageBytes", [
    "bytes",
    "one incoming message, after decompression; 7/8 of it for what core sends on",
    "the call or stream ends with RESOURCE_EXHAUSTED; a larger event of a backend is dropped",
  ]),
  limit("broker", "maxQueuedEventsPerStream", [
    "events",
    "events that wait for one event stream's reader",
    "the stream ends with RESOURCE_EXHAUSTED",
  ]),
  limit("broker", "maxQueuedBytesPerStream", [
    "bytes",
    "bytes of the events that wait for one event stream's reader",
    "the stream ends with RESOURCE_EXHAUSTED",
  ]),
  limit("broker", "maxEventLogBytes", [
    "bytes",
    "bytes of all events that some stream's reader has yet to take, each counted once",
    "the streams furthest behind end with RESOURCE_EXHAUSTED",
  ]),
  limit("broker", "maxIngestPauseMs", [
    "ms",
    "time for which a reader that is behind, but reads, may pause the reading of backends' events",
    "core reads on; that reader pauses nothing again before it has caught up",
  ]),
  limit("broker", "maxRequestsInFlightPerBackend", [
    "requests",
    "requests that wait for one backend's answer",
    `${REFUSED}, before anything is announced`,
  ]),
  limit("broker", "maxEventStreams", ["streams", "open event streams", REFUSED]),
  limit("broker", "maxBackends", ["backends", "connected backends", REFUSED]),
  limit("broker", "maxChannelsPerBackend", [
    "channels",
    "channels tracked of one backend",
    "joining more is dropped, logged and counted",
  ]),
  limit("auth", "maxTokens", [
    "tokens",
    "tokens in the database, revoked ones included",
    "creating another is refused; rows beyond are not loaded, and the log says so",
  ]),
  limit("transport", "maxConnections", ["connections", "connections in all", "one more is closed"]),
  limit("transport", "maxConnectionsPerAddress", [
    "connections",
    "connections from one address; a proxy counts as one",
    "one more is closed",
  ]),
  limit("transport", "maxStreamsPerConnection", [
    "streams",
    "HTTP/2 streams open at once on one connection",
    "clients wait; a client that does not is refused that stream",
  ]),
  limit("transport", "keepAliveIntervalMs", [
    "ms",
    "time between two pings on an HTTP/2 connection",
    "none",
  ]),
  limit("transport", "keepAliveTimeoutMs", [
    "ms",
    "time until a ping is answered",
    "the connection counts as dead and is closed",
  ]),
  limit("transport", "drainRequestsMs", [
    "ms",
    "time that requests in flight have left in a shutdown",
    "they end with UNAVAILABLE",
  ]),
];

/** Every setting, in the order of the manual. */
export const ALL_SETTINGS: readonly Setting[] = [...SETTINGS, ...LIMIT_SETTINGS];

/** One of SETTINGS. */
export function settingNamed(name: SettingName): Setting {
  const setting = SETTINGS.find((each) => each.name === name);
  if (setting === undefined) throw new Error(`there is no setting "${name}"`);
  return setting;
}

/** As a setting is named in files: `maxBackends` is `max_backends`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A setting's flag, without its dashes. */
export function flagOf(name: string): string {
  return snakeCase(name).replaceAll("_", "-");
}

/** The flags, as options of node:util's parseArgs, which loads faster than any parser of flags. */
export const FLAG_OPTIONS: Readonly<Record<string, { readonly type: "string" }>> =
  Object.fromEntries(
    ALL_SETTINGS.filter(({ flag }) => flag).map(({ name }) => [flagOf(name), { type: "string" }]),
  );
