/** Addresses to listen on, `host:port`, and which of them only this machine can reach. */
import { BlockList, isIP } from "node:net";

export interface BindAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export const DEFAULT_BIND: BindAddress = Object.freeze({ host: "127.0.0.1", port: 11235 });

/** What is allowed, for messages. */
export const BIND_ADDRESS_FORM = "host:port, such as 127.0.0.1:11235, 0.0.0.0:11235 or [::1]:11235";

const FORM = /^(?:\[(?<six>[0-9a-fA-F:.%a-z]+)\]|(?<host>[^[\]:\s/]*)):(?<port>\d{1,5})$/;

/** Reads `host:port`, `[address]:port` or `:port` (all addresses); `undefined` if it is none. */
export function parseBindAddress(text: string): BindAddress | undefined {
  const groups = FORM.exec(text)?.groups;
  const port = Number(groups?.["port"]);
  if (groups === undefined || port > 65_535) return undefined;
  const host = groups["six"] ?? groups["host"] ?? "";
  return { host: host === "" ? "0.0.0.0" : host, port };
}

/** `host:port` for a URL, with brackets where the address needs them. */
export function formatAddress({ host, port }: BindAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * Whether a host can only mean this machine: `localhost`, or a loopback address, also in the
 * brackets of a URL. Other names are not looked up: they may lead anywhere.
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (name === "localhost") return true;
  const version = isIP(name);
  return version !== 0 && LOOPBACK.check(name, version === 6 ? "ipv6" : "ipv4");
}
