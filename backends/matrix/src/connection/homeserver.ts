/** Finds the API of a homeserver by its name or url (specification: server discovery). */
import { isObject, listIn, objectIn, textIn } from "../json-value.ts";
import { MatrixUnreachable } from "./matrix-error.ts";

/** Bytes of `.well-known`, and of the versions. */
const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 10_000;

export interface Homeserver {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** Of the specification, such as `v1.11`. */
  readonly versions: readonly string[];
}

/** There is a server, but it is no homeserver, or one that is too old. */
export class NoHomeserver extends Error {
  override readonly name = "NoHomeserver";
}

/**
 * `setting`: a url, or a server's name, whose `.well-known` says where its API is. Of a url without
 * API the `.well-known` is asked too, so that the address of a website will do. Rejects with
 * NoHomeserver, with MatrixUnreachable, or the signal's reason.
 */
export async function findHomeserver(setting: string, signal: AbortSignal): Promise<Homeserver> {
  const isUrl = /^https?:\/\//i.test(setting);
  const given = (isUrl ? setting : `https://${setting}`).replace(/\/+$/, "");
  if (!isUrl) {
    const baseUrl = await wellKnown(given, signal);
    return checked(baseUrl ?? given, await versionsOf(baseUrl ?? given, signal));
  }
  const versions = await versionsOf(given, signal);
  if (versions !== undefined) return checked(given, versions);
  const baseUrl = await wellKnown(given, signal).catch(() => undefined);
  return checked(baseUrl ?? given, await versionsOf(baseUrl ?? given, signal));
}

/** v1.11 is the first with files that need a login; the API before v1.1 had other paths. */
const NEEDED = [1, 1] as const;

function checked(baseUrl: string, versions: readonly string[] | undefined): Homeserver {
  if (versions === undefined) {
    throw new NoHomeserver(`${baseUrl} is no Matrix homeserver; give its name or its url`);
  }
  const isNew = versions.some((version) => {
    const [, major = "0", minor = "0"] = /^v(\d+)\.(\d+)$/.exec(version) ?? [];
    return Number(major) > NEEDED[0] || (major === "1" && Number(minor) >= NEEDED[1]);
  });
  if (!isNew) throw new NoHomeserver(`${baseUrl} is too old: it has no version v1.1 of the API`);
  return { baseUrl, versions };
}

/** Undefined: what answers is no homeserver. */
async function versionsOf(
  baseUrl: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const answer = await getJson(`${baseUrl}/_matrix/client/versions`, signal);
  const versions = objectIn(answer)["versions"];
  return Array.isArray(versions)
    ? listIn(versions).filter((each) => typeof each === "string")
    : undefined;
}

/** Undefined: it names none. */
async function wellKnown(baseUrl: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await getJson(`${baseUrl}/.well-known/matrix/client`, signal).catch((reason) => {
    signal.throwIfAborted();
    // A server without a website is found at its own address.
    if (reason instanceof MatrixUnreachable) return undefined;
    throw reason;
  });
  const url = textIn(objectIn(objectIn(answer)["m.homeserver"])["base_url"]);
  if (url === undefined) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new NoHomeserver(`${baseUrl}/.well-known/matrix/client names no url of a homeserver`);
  }
  if (parsed.protocol === "http:" && baseUrl.startsWith("https:")) {
    const what = "names a homeserver without TLS; the login would be readable on its way";
    throw new NoHomeserver(`${baseUrl}/.well-known/matrix/client ${what}`);
  }
  return url.replace(/\/+$/, "");
}

/** Undefined: it answers, but with no JSON object. */
async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const { host } = new URL(url);
  try {
    const response = await fetch(url, { signal: limit, headers: { accept: "application/json" } });
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body ?? []) {
      size += part.byteLength;
      if (size > MAX_BYTES) return undefined;
      parts.push(part);
    }
    if ([502, 503, 504].includes(response.status)) {
      throw new MatrixUnreachable(`${host} answers ${response.status}`);
    }
    return response.ok ? parse(Buffer.concat(parts).toString("utf8")) : undefined;
  } catch (reason) {
    signal.throwIfAborted();
    if (reason instanceof MatrixUnreachable) throw reason;
    if (limit.aborted) throw new MatrixUnreachable(`${host} does not answer in time`);
    throw new MatrixUnreachable(`cannot reach ${host}: ${networkReason(reason)}`, {
      cause: reason,
    });
  }
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What codes of sockets mean to whoever chose the address; all others have a message in words. */
const SOCKET_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (ECONNREFUSED)",
  ENOTFOUND: "there is no host of this name (ENOTFOUND)",
  EAI_AGAIN: "the name cannot be looked up at the moment (EAI_AGAIN)",
  ECONNRESET: "it closed the connection (ECONNRESET)",
  UND_ERR_SOCKET: "it closed the connection",
  ETIMEDOUT: "no answer (ETIMEDOUT)",
  UND_ERR_CONNECT_TIMEOUT: "no answer",
  EHOSTUNREACH: "there is no route to it (EHOSTUNREACH)",
  ENETUNREACH: "there is no route to it (ENETUNREACH)",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS; is it http://, or another port?",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS; is it http://, or another port?",
};

/** Whether a `fetch` failed before there was a connection to ask by. */
export function isUnsent(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  const { cause } = reason;
  if (cause instanceof AggregateError) return cause.errors.every(isUnsent);
  if (cause instanceof Error) return isUnsent(cause);
  const { code, syscall } = reason as NodeJS.ErrnoException;
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  return typeof code === "string" && NO_CONNECTION.test(code);
}

/** The rest are faults of TLS: of its version, or of the certificate. */
const NO_CONNECTION = /^UND_ERR_CONNECT_TIMEOUT$|^ERR_(SSL|TLS)_|CERT|^UNABLE_TO_/;

/** `fetch` hides the socket's error in its cause. */
export function networkReason(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { cause } = reason;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
    return networkReason(cause.errors[0]);
  }
  if (cause instanceof Error) return networkReason(cause);
  const code = "code" in reason && typeof reason.code === "string" ? reason.code : "";
  return SOCKET_ERRORS[code] ?? (reason.message || code).replaceAll(/\s+/g, " ").trim();
}
