/** The settings of login (SASL), certificates, transport policies and rejoining. */
import { readFileSync } from "node:fs";
import { ConfigError } from "./config-error.ts";
import type { IrcOptions } from "./options.ts";
import type { SaslMechanism, SaslOptions } from "./sasl.ts";
import type { TlsFiles } from "./transport.ts";

export type ConnectingValues = Readonly<
  Partial<
    Record<
      | "saslAccount"
      | "saslPassword"
      | "saslMechanism"
      | "saslRequired"
      | "tlsCa"
      | "tlsCert"
      | "tlsKey"
      | "stsFile"
      | "rejoin",
      string | undefined
    >
  >
>;

/** Throws ConfigError for anything that cannot work. */
export function readConnecting(
  values: ConnectingValues,
  tls: boolean,
): Pick<IrcOptions, "sasl" | "tlsFiles" | "stsFile" | "rejoin"> {
  const tlsFiles = readTlsFiles(values);
  return {
    sasl: readSasl(values, tls, tlsFiles),
    tlsFiles,
    stsFile: values.stsFile,
    rejoin: yesOrNo("IRC_REJOIN", values.rejoin, false),
  };
}

function readSasl(
  { saslAccount, saslPassword: password, saslMechanism, saslRequired }: ConnectingValues,
  tls: boolean,
  files: TlsFiles,
): SaslOptions | undefined {
  const mechanism = parseMechanism(saslMechanism ?? "PLAIN");
  if (saslAccount === undefined && saslMechanism === undefined) {
    if (password === undefined) return undefined;
    throw new ConfigError("IRC_SASL_PASS is set, but not IRC_SASL_ACCOUNT; it gives the account");
  }
  const account = saslAccount ?? "";
  if (/[\s\p{Cc}]/u.test(account)) throw new ConfigError("IRC_SASL_ACCOUNT is not one word");
  if (mechanism === "PLAIN" && (account === "" || password === undefined)) {
    throw new ConfigError("PLAIN needs both IRC_SASL_ACCOUNT and IRC_SASL_PASS");
  }
  if (mechanism === "EXTERNAL" && (!tls || files.cert === undefined)) {
    throw new ConfigError("EXTERNAL needs ircs:// and IRC_TLS_CERT_FILE with IRC_TLS_KEY_FILE");
  }
  const required = yesOrNo("IRC_SASL_REQUIRED", saslRequired, true);
  return { mechanism, account, password, required };
}

function parseMechanism(given: string): SaslMechanism {
  const name = given.toUpperCase();
  if (name === "PLAIN" || name === "EXTERNAL") return name;
  throw new ConfigError(`IRC_SASL_MECHANISM is "${given}"; give PLAIN or EXTERNAL`);
}

function readTlsFiles({ tlsCa, tlsCert, tlsKey }: ConnectingValues): TlsFiles {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new ConfigError("IRC_TLS_CERT_FILE and IRC_TLS_KEY_FILE go together");
  }
  return {
    ca: readPem("IRC_TLS_CA_FILE", tlsCa),
    cert: readPem("IRC_TLS_CERT_FILE", tlsCert),
    key: readPem("IRC_TLS_KEY_FILE", tlsKey),
  };
}

function readPem(variable: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(`cannot read ${variable} "${path}"`, { cause });
  }
}

function yesOrNo(variable: string, given: string | undefined, otherwise: boolean): boolean {
  if (given === undefined) return otherwise;
  if (/^(1|t|true|yes)$/i.test(given)) return true;
  if (/^(0|f|false|no)$/i.test(given)) return false;
  throw new ConfigError(`${variable} is "${given}"; give yes or no`);
}
