/**
 * Every setting of core, in the order in which somebody would want it: its option's name, its
 * environment names, its default and what it may be. `--help`, `--describe`, `.env.example`, the
 * tables of docs/running-core.md and the reading in `config.ts` come from this one file.
 */
import { LIMIT_SETTINGS } from "./limit-settings.ts";
import { flagOf, type Setting } from "./setting.ts";

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
    name: "hostNames",
    env: ["SEABIRD_HOST_NAMES"],
    placeholder: "NAMES",
    what: "names by which web clients may call a core on a loopback address, separated by commas; those of this machine and of public_url always may",
    byDefault: "none",
    inFile: false,
    flag: true,
  },
  {
    name: "trustedProxies",
    env: ["SEABIRD_TRUSTED_PROXIES"],
    placeholder: "ADDRESSES",
    what: "proxies whose forwarded or x-forwarded-for names the client, as addresses or subnets such as 10.0.0.0/8, separated by commas",
    byDefault: "none",
    inFile: false,
    flag: true,
  },
  {
    name: "publicUrl",
    env: ["SEABIRD_PUBLIC_URL"],
    placeholder: "URL",
    what: "where people reach core, such as https://chat.example: files get links that open there",
    byDefault: "none: no links",
    inFile: false,
    flag: true,
  },
  {
    name: "mediaFolder",
    env: ["SEABIRD_MEDIA_FOLDER"],
    placeholder: "FOLDER",
    what: "where files are kept",
    byDefault: ".seabird/media in the working directory",
    inFile: false,
    flag: true,
  },
  {
    name: "mediaPublishPrivate",
    env: ["SEABIRD_MEDIA_PUBLISH_PRIVATE"],
    placeholder: "YES/NO",
    what: "whether files of private conversations get links too",
    byDefault: "no",
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

/** Every setting, in the order of the manual. */
export const ALL_SETTINGS: readonly Setting[] = [...SETTINGS, ...LIMIT_SETTINGS];

/** One of SETTINGS. */
export function settingNamed(name: SettingName): Setting {
  const setting = SETTINGS.find((each) => each.name === name);
  if (setting === undefined) throw new Error(`there is no setting "${name}"`);
  return setting;
}

/** The flags, as options of node:util's parseArgs, which loads faster than any parser of flags. */
export const FLAG_OPTIONS: Readonly<Record<string, { readonly type: "string" }>> =
  Object.fromEntries(
    ALL_SETTINGS.filter(({ flag }) => flag).map(({ name }) => [flagOf(name), { type: "string" }]),
  );
