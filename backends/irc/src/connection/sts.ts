/**
 * Strict transport security (IRCv3 STS): a server can require TLS, and for how long. Pure but for
 * the store that it is given.
 */
import type { StsStore } from "./sts-store.ts";

/** Where and how to connect. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export interface StsOffer {
  /** The TLS port; counts on a connection without TLS. */
  readonly port: number | undefined;
  /** Seconds that the policy lasts, 0 to end it; counts on a connection with TLS. */
  readonly durationS: number | undefined;
}

/** Seconds that a policy is kept at most: 400 days. */
const MAX_DURATION_S = 400 * 86_400;

/** The value of the capability `sts`: `port=6697,duration=2592000`. */
export function stsOffer(value: string): StsOffer {
  const parts = new Map(value.split(",").map((part) => pairOf(part)));
  const port = numberIn(parts.get("port"));
  return {
    port: port !== undefined && port >= 1 && port <= 65_535 ? port : undefined,
    durationS: numberIn(parts.get("duration")),
  };
}

/** The endpoint to connect to: with TLS if a policy requires it. */
export function endpointUnderPolicy(configured: Endpoint, store: StsStore): Endpoint {
  if (configured.tls) return configured;
  const port = store.portOf(configured.host);
  return port === undefined ? configured : { ...configured, port, tls: true };
}

/**
 * Applies a server's offer. Without TLS: returns the endpoint to connect to instead, before anything
 * else is sent. With TLS: keeps, renews or ends the policy, unless the certificate is not verified.
 */
export function actOnOffer(
  value: string,
  connected: Endpoint & { readonly verifyCertificate: boolean },
  store: StsStore,
): Endpoint | undefined {
  const { port, durationS } = stsOffer(value);
  if (!connected.tls)
    return port === undefined ? undefined : { host: connected.host, port, tls: true };
  if (durationS !== undefined && connected.verifyCertificate) {
    store.keep(connected.host, connected.port, Math.min(durationS, MAX_DURATION_S));
  }
  return undefined;
}

function pairOf(part: string): [string, string] {
  const at = part.indexOf("=");
  return at === -1 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
