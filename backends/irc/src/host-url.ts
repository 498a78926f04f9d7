/** Where a network is, as people write it: `ircs://irc.example.org`. Pure. */

export interface HostAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** False: any certificate will do. */
  readonly verifyCertificate: boolean;
}

export const USUAL_PORT = { irc: 6667, ircs: 6697 } as const;

const SCHEMES: Readonly<Record<string, Omit<HostAddress, "host">>> = {
  "irc:": { port: USUAL_PORT.irc, tls: false, verifyCertificate: true },
  "ircs:": { port: USUAL_PORT.ircs, tls: true, verifyCertificate: true },
  "ircs+unsafe:": { port: USUAL_PORT.ircs, tls: true, verifyCertificate: false },
};

const HOST_FORMS = "irc://host:6667, ircs://host:6697 or ircs+unsafe://host";

/** The message for an address that holds a password, which must not be shown. */
export const HOST_WITH_LOGIN = "holds a user or password; use nick and password";

/** A port from 1 to 65535. */
const PORT = "0*(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";

/**
 * What JSON Schema can tell of it, in two patterns: without a user and password, and, with or without
 * them, an address.
 */
export const NO_LOGIN_PATTERN = "^[^@]*$";
export const HOST_PATTERN = `^(ircs?|ircs\\+unsafe)://(\\[[\\da-fA-F:.]+\\]|[^/:?#\\s]+)(:${PORT})?/?$|@`;

/** The address, or what is wrong with it. */
export function parseHost(value: string): HostAddress | string {
  if (value.includes("@")) return HOST_WITH_LOGIN;
  const url = URL.parse(value);
  const scheme = SCHEMES[url?.protocol ?? ""];
  const isBare =
    value.length <= MAX_BARE && /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(value);
  if (url === null || scheme === undefined || url.hostname === "") {
    return isBare ? `has no scheme; give ircs://${value} (TLS) or irc://${value}` : WRONG;
  }
  const isMore = !/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "";
  if (isMore || url.port === "0") return WRONG;
  return {
    ...scheme,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? scheme.port : Number(url.port),
  };
}

/** Of a host's name (RFC 1035) and its port. */
const MAX_BARE = 260;

const WRONG = `has to be an address; give ${HOST_FORMS}`;
