/** Where core is and who we are: options, then environment, then defaults. */
import { X509Certificate } from "node:crypto";
import {
  CoreUrlError,
  completeCoreUrl,
  DEFAULT_URL,
  errorMessage,
  parseToken,
  readSecretFile,
  TOKEN_PROBLEM,
} from "@seabird-chat/runtime";
import { type Clock, type Random, systemClock, systemRandom } from "./clock.ts";
import { type Connection, openConnection } from "./connection.ts";
import { SeabirdError } from "./errors.ts";
import {
  resolveLimits,
  type SdkConstants,
  type SdkLimitOptions,
  type SdkLimits,
} from "./limits.ts";

export { DEFAULT_URL };

/** How to reach core. Every field is optional. */
export interface ConnectOptions extends SdkLimitOptions {
  /**
   * Core's address. Default: `SEABIRD_HOST`, else `http://127.0.0.1:11235`.
   *
   * `http://` speaks plaintext HTTP/2, `https://` TLS. Without a scheme, a loopback host is
   * `http://` (port 11235 if none is given) and every other host is `https://`, so that a
   * token never travels unencrypted unless the address says so.
   */
  url?: string | undefined;
  /** The token. Default: `SEABIRD_TOKEN`, or the content of the file `SEABIRD_TOKEN_FILE`. */
  token?: string | undefined;
  /** Aborting it is the same as calling `close()`. */
  signal?: AbortSignal | undefined;
  /** Certificate authorities to trust instead of the usual ones, PEM. Only for `https://`. */
  ca?: string | undefined;
  /** Default: the process's environment. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where every time and timer of the client comes from. Default: the machine's. */
  clock?: Clock | undefined;
  /** Where every random number of the client comes from. Default: the machine's. */
  random?: Random | undefined;
  /** How the connection to core is made. Default: over the network. */
  open?: OpenConnection | undefined;
  /** @internal Other values of `SDK_CONSTANTS`, so that tests need not wait. */
  constants?: Partial<SdkConstants> | undefined;
}

/** Makes the connection that a client speaks over; for a core in the same process, say. */
export type OpenConnection = (options: ResolvedConnectOptions) => Connection;

export interface ResolvedConnectOptions {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal | undefined;
  readonly ca: string | undefined;
  readonly limits: SdkLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly open: OpenConnection;
}

/** Throws a SeabirdError `bad_option` that says what was given and what is allowed. */
export function resolveConnectOptions(options: ConnectOptions): ResolvedConnectOptions {
  const env = options.env ?? process.env;
  return Object.freeze({
    url: resolveUrl(options.url ?? (env["SEABIRD_HOST"] || DEFAULT_URL)),
    token: resolveToken(options.token, env),
    signal: options.signal,
    ca: resolveCa(options.ca),
    limits: resolveLimits(options, options.constants),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    open: options.open ?? openConnection,
  });
}

/** The address in full, without a slash at its end. The rule for missing schemes: see `url`. */
export function resolveUrl(given: string): string {
  try {
    return completeCoreUrl(given);
  } catch (cause) {
    if (cause instanceof CoreUrlError) throw new SeabirdError("bad_option", cause.message);
    throw cause;
  }
}

/** Node accepts any text as a certificate authority, and then trusts no server. */
function resolveCa(ca: string | undefined): string | undefined {
  if (ca === undefined) return undefined;
  try {
    new X509Certificate(ca);
    return ca;
  } catch (cause) {
    const what = 'option ca is no certificate in PEM ("-----BEGIN CERTIFICATE-----" and so on)';
    throw new SeabirdError("bad_option", what, { cause });
  }
}

function resolveToken(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const text = given ?? tokenFromEnv(env);
  if (text.trim() === "") {
    throw new SeabirdError(
      "bad_option",
      "no token: set SEABIRD_TOKEN or SEABIRD_TOKEN_FILE (`seabird token create` makes one); " +
        "`seabird plugin` and `seabird backend` find one in the folder where core was started",
    );
  }
  const token = parseToken(text);
  if (token === undefined) throw new SeabirdError("bad_option", `the token ${TOKEN_PROBLEM}`);
  return token;
}

function tokenFromEnv(env: Readonly<Record<string, string | undefined>>): string {
  const file = env["SEABIRD_TOKEN_FILE"];
  const token = env["SEABIRD_TOKEN"];
  if (!file) return token ?? "";
  if (token) {
    throw new SeabirdError("bad_option", "SEABIRD_TOKEN and SEABIRD_TOKEN_FILE are both set");
  }
  try {
    return readSecretFile(file).text;
  } catch (cause) {
    throw new SeabirdError("bad_option", `SEABIRD_TOKEN_FILE: ${errorMessage(cause)}`, { cause });
  }
}
