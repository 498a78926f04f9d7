/** Which core the commands talk to, and with which token: options, environment, .seabird/. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  completeCoreUrl,
  DEFAULT_URL,
  EXIT,
  isLoopback,
  parseToken,
  readSecretFile,
  TextFileError,
  TOKEN_PROBLEM,
} from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import { seabirdFolders } from "../supervise/own-folder.ts";
import { readRunFile } from "../supervise/run-file.ts";

/** The options that every command which talks to core has. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  readonly tokenFile?: string;
}

export interface Settings {
  readonly url: string;
  /** `undefined`: none was found; `requireToken` says how to get one. */
  readonly token: string | undefined;
  /** Where they come from, for doctor and messages. */
  readonly urlFrom: string;
  readonly tokenFrom: string;
}

interface Found {
  readonly value: string;
  readonly from: string;
}

/** Looks everything up once. Throws a CliError on an url or a token file that cannot be used. */
export function resolveSettings(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): Settings {
  const folder = findSeabirdFolder(cwd);
  const url = findUrl(options, env, folder);
  const token = checked(findToken(options, env) ?? findAdminToken(url.value, folder));
  return {
    url: url.value,
    urlFrom: url.from,
    token: token?.value,
    tokenFrom: token?.from ?? "nowhere",
  };
}

/** The token, or a failure that says how to get one. */
export function requireToken(settings: Settings): string {
  if (settings.token !== undefined) return settings.token;
  throw new CliError(
    EXIT.forbidden,
    `no token for the core at ${settings.url}`,
    "set SEABIRD_TOKEN or SEABIRD_TOKEN_FILE, give --token-file, or run this in the folder where " +
      "core was started (its .seabird/admin-token is found there); where core works on a database " +
      "of its own, `seabird token create NAME --scope admin --offline` makes one",
  );
}

function findUrl(options: ConnectionOptions, env: NodeJS.ProcessEnv, folder?: string): Found {
  if (options.url !== undefined) return { value: readUrl(options.url, "--url"), from: "--url" };
  const host = env["SEABIRD_HOST"];
  if (host) return { value: readUrl(host, "SEABIRD_HOST"), from: "SEABIRD_HOST" };
  const running = folder === undefined ? undefined : readRunFile(folder);
  if (running) return { value: running.url, from: `\`seabird up\` in ${dirname(folder ?? "")}` };
  return { value: DEFAULT_URL, from: "the default" };
}

/** Completed as the SDK does: a loopback host without a scheme is http, any other https. */
function readUrl(text: string, from: string): string {
  try {
    return completeCoreUrl(text);
  } catch {
    throw new CliError(
      EXIT.usage,
      `${from} is ${JSON.stringify(text)}, which is no address of a core`,
      `give one like ${DEFAULT_URL} or https://seabird.example.org`,
    );
  }
}

/** Never shows the value. */
function checked(token: Found | undefined): Found | undefined {
  if (token === undefined) return undefined;
  const value = parseToken(token.value);
  if (value !== undefined) return { ...token, value };
  throw new CliError(EXIT.forbidden, `the token of ${token.from} ${TOKEN_PROBLEM}`);
}

function findToken(options: ConnectionOptions, env: NodeJS.ProcessEnv): Found | undefined {
  if (options.token !== undefined) return { value: options.token, from: "--token" };
  if (options.tokenFile !== undefined) return readTokenFile(options.tokenFile, "--token-file");
  const token = env["SEABIRD_TOKEN"];
  const file = env["SEABIRD_TOKEN_FILE"];
  if (token && file) {
    throw new CliError(
      EXIT.usage,
      "SEABIRD_TOKEN and SEABIRD_TOKEN_FILE are both set",
      "unset one",
    );
  }
  if (token) return { value: token, from: "SEABIRD_TOKEN" };
  return file ? readTokenFile(file, "SEABIRD_TOKEN_FILE") : undefined;
}

function readTokenFile(path: string, from: string): Found {
  try {
    return { value: readSecretFile(path).text, from: `${from} ${path}` };
  } catch (error) {
    if (!(error instanceof TextFileError)) throw error;
    throw new CliError(EXIT.forbidden, `no token from ${from}: ${error.message}`);
  }
}

/** The file is this machine's administrator: it is never sent to another one. */
function findAdminToken(url: string, folder: string | undefined): Found | undefined {
  if (folder === undefined || !isOnThisMachine(url)) return undefined;
  const path = join(folder, "admin-token");
  const value = readIfThere(path);
  return value === undefined ? undefined : { value, from: path };
}

/** Whether an address can only mean this machine. */
export function isOnThisMachine(url: string): boolean {
  return isLoopback(new URL(url).hostname);
}

/** The nearest `.seabird` of this folder or its parents that holds something of ours. */
export function findSeabirdFolder(cwd: string): string | undefined {
  const holds = (folder: string) =>
    readIfThere(join(folder, "admin-token")) !== undefined || readRunFile(folder) !== undefined;
  return seabirdFolders(cwd).find((folder) => isTrusted(folder) && holds(folder));
}

/** Another user's folder, as one in /tmp, would say where our token is sent. */
function isTrusted(folder: string): boolean {
  const uid = process.getuid?.();
  try {
    const owner = statSync(folder).uid;
    return uid === undefined || uid === 0 || owner === uid;
  } catch {
    return false;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readSecretFile(path).text;
  } catch {
    return undefined;
  }
}
