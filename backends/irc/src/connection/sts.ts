/**
 * Strict transport security (IRCv3 STS): a server that says so is spoken to over TLS only, also
 * after a restart, until its policy's time is up. Pure but for the store it is given.
 */
import type { StsStore } from "./sts-store.ts";

/** Where to dial, and how. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export interface StsOffer {
  /** NetworkEvent in the clear: the port that speaks TLS. */
  readonly port: number | undefined;
  /** NetworkEvent over TLS: for how long the policy holds, in seconds; 0 ends it. */
  readonly durationS: number | undefined;
}

/** Longest that a policy is kept, whatever the server says: 400 days, in seconds. */
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

/** Where to dial now: over TLS if a policy that holds says so. */
export function endpointUnderPolicy(configured: Endpoint, store: StsStore): Endpoint {
  if (configured.tls) return configured;
  const port = store.portOf(configured.host);
  return port === undefined ? configured : { ...configured, port, tls: true };
}

/**
 * What a server's offer means on a connection. In the clear: the endpoint to go to instead, before
 * anything else is said. Over TLS the policy is kept, renewed or ended. A certificate that nobody
 * checks makes no policy.
 */
export function actOnOffer(
  value: string,
  dialled: Endpoint & { readonly verifyCertificate: boolean },
  store: StsStore,
): Endpoint | undefined {
  const { port, durationS } = stsOffer(value);
  if (!dialled.tls) return port === undefined ? undefined : { host: dialled.host, port, tls: true };
  if (durationS !== undefined && dialled.verifyCertificate) {
    store.keep(dialled.host, dialled.port, Math.min(durationS, MAX_DURATION_S));
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
