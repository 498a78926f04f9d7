/**
 * The proxies whose word is taken for who a request comes from: `forwarded` (RFC 7239) and
 * `x-forwarded-for`. All others could claim any address there.
 */
import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";

/** Elements of a header that are looked at, from its end. */
const MAX_HOPS = 32;

const SUBNET = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/;

interface Subnet {
  readonly address: string;
  readonly bits: number;
  readonly type: "ipv4" | "ipv6";
}

/** An address, or the first of a subnet and its bits: `10.0.0.0/8`. `undefined`: it is none. */
export function parseSubnet(text: string): Subnet | undefined {
  const [, address = "", given] = SUBNET.exec(text) ?? [];
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const bits = given === undefined ? most : Number(given);
  if (version === 0 || bits > most) return undefined;
  return { address, bits, type: version === 4 ? "ipv4" : "ipv6" };
}

export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  /** Addresses and subnets, as `parseSubnet` reads them; others are left out. */
  constructor(entries: readonly string[]) {
    const subnets = entries.map(parseSubnet).filter((each) => each !== undefined);
    for (const { address, bits, type } of subnets) this.#list.addSubnet(address, bits, type);
    this.#isEmpty = subnets.length === 0;
  }

  /** Whether connections from this address are a proxy's. */
  has(address: string): boolean {
    if (this.#isEmpty) return false;
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 4 ? "ipv4" : "ipv6");
  }

  /**
   * The address of the client whose request a proxy at `proxy` passes on: the last one in its header
   * that is no trusted proxy itself. It is the proxy's own where the header names none, or where both
   * headers are there and name different ones: a client may have sent the one that the proxy leaves
   * alone.
   */
  clientOf(proxy: string, headers: IncomingHttpHeaders): string {
    const byForwarded = this.#last(headers.forwarded, forwardedFor);
    const byList = this.#last(headers["x-forwarded-for"], addressIn);
    if (byForwarded !== undefined && byList !== undefined && byForwarded !== byList) return proxy;
    return byForwarded ?? byList ?? proxy;
  }

  #last(
    header: string | readonly string[] | undefined,
    read: (element: string) => string | undefined,
  ): string | undefined {
    if (header === undefined) return undefined;
    const text = typeof header === "string" ? header : header.join(",");
    let client: string | undefined;
    let end = text.length;
    for (let hop = 0; hop < MAX_HOPS && end >= 0; hop++) {
      const begin = text.lastIndexOf(",", end - 1) + 1;
      const address = read(text.slice(begin, end));
      // What is behind an element that says nothing was not said by a proxy that is trusted.
      if (address === undefined) return client;
      client = address;
      if (!this.has(address)) return client;
      end = begin - 1;
    }
    return client;
  }
}

const FOR = /^(?:[^"]*;)?\s*for\s*=\s*(?:"([^"]*)"|([^\s";,]+))\s*(?:;.*)?$/i;

/** The `for` of one element of `forwarded`. `unknown` and hidden names are none. */
function forwardedFor(element: string): string | undefined {
  const [, quoted, plain] = FOR.exec(element) ?? [];
  return addressIn(quoted ?? plain ?? "");
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::\d+)?$/;

/** An address with a port or without; of IPv6 also one without brackets. */
function addressIn(element: string): string | undefined {
  const text = element.trim();
  if (isIP(text) !== 0) return text;
  const [, six, four] = ADDRESS.exec(text) ?? [];
  const address = six ?? four ?? "";
  return isIP(address) === 0 ? undefined : address;
}
