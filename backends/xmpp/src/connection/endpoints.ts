/** Where the server of a domain listens: its SRV records (RFC 6120, 3.2; XEP-0368), else the domain itself. */
import { resolveSrv } from "node:dns/promises";
import type { Endpoint } from "../options.ts";

/** Tried in order; further ones are left out. */
const MAX_ENDPOINTS = 10;
const USUAL_PORT = 5222;

const SERVICES = [
  { name: "_xmpp-client._tcp", isDirectTls: false },
  { name: "_xmpps-client._tcp", isDirectTls: true },
] as const;

interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Never rejects: without an answer the domain itself is tried. */
export async function endpointsOf(
  domain: string,
  resolve: (name: string) => Promise<readonly SrvRecord[]> = resolveSrv,
): Promise<readonly Endpoint[]> {
  const asked = SERVICES.map(async ({ name, isDirectTls }) => {
    const records = await resolve(`${name}.${domain}`).catch(() => []);
    return records.map((record) => ({ ...record, isDirectTls }));
  });
  const records = (await Promise.all(asked)).flat();
  // A target of "." says that there is no such service (RFC 2782).
  const usable = records.filter(({ name }) => name !== "" && name !== ".");
  if (usable.length === 0) return [{ host: domain, port: USUAL_PORT, isDirectTls: false }];
  return usable
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
    .slice(0, MAX_ENDPOINTS)
    .map(({ name, port, isDirectTls }) => ({ host: name, port, isDirectTls }));
}

export const SERVICE_PATTERN =
  /^(?:(xmpps?):\/\/)?(\[[\da-fA-F:.]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?\/?$/;

/** `xmpp://host[:port]`, `xmpps://host[:port]`, or `host[:port]`; undefined: none of these. */
export function parseService(service: string): Endpoint | undefined {
  const [, scheme = "xmpp", host = "", digits] = SERVICE_PATTERN.exec(service) ?? [];
  const isDirectTls = scheme === "xmpps";
  const port = digits === undefined ? (isDirectTls ? 5223 : USUAL_PORT) : Number(digits);
  if (host === "" || port < 1 || port > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ""), port, isDirectTls };
}

/** Whether nobody but this machine hears what goes there. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
