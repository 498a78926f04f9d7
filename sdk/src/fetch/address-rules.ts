/** Which addresses may be connected to: public ones, and those that are allowed besides. */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { SeabirdError } from "../link/errors.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [start: Address, prefixBits: number];

/** All of IPv6 that is assigned to be reached from everywhere. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR("2000::/3");
/** RFC 6052: where networks without IPv4 reach an IPv4 address, which is in the last four bytes. */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

export class AddressRules {
  readonly #allowed: readonly Range[];

  /** Addresses and ranges: `10.1.2.3`, `192.168.0.0/16`, `::1`, `fd00::/8`. Throws `bad_option`. */
  constructor(allowed: readonly string[]) {
    this.#allowed = allowed.map(parseRange);
  }

  /** Why an address is refused: its kind, such as `loopback`; undefined if it may be connected to. */
  refusal(text: string): string | undefined {
    // Zone ids name an interface of this machine.
    if (isIP(text) === 0 || text.includes("%")) return "not an address";
    const address = ipaddr.process(text);
    const isAllowed = this.#allowed.some((range) => isWithin(address, range));
    return isAllowed ? undefined : kindUnlessPublic(address);
  }
}

/** By the registries of special-purpose addresses of IANA, which ipaddr.js follows. */
function kindUnlessPublic(address: Address): string | undefined {
  const kind = address.range();
  if (address instanceof ipaddr.IPv4) return kind === "unicast" ? undefined : kind;
  if (isWithin(address, NAT64)) return kindUnlessPublic(embeddedV4(address));
  if (kind !== "unicast") return kind;
  return isWithin(address, GLOBAL_V6) ? undefined : "reserved";
}

function embeddedV4(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function isWithin(address: Address, [start, bits]: Range): boolean {
  return address.kind() === start.kind() && address.match([start, bits] as never);
}

function parseRange(text: string): Range {
  const [start = "", bits, ...rest] = String(text).split("/");
  const version = start.includes("%") ? 0 : isIP(start);
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(/^\d{1,3}$/.test(bits) ? bits : Number.NaN);
  if (version === 0 || rest.length > 0 || !(prefix <= most)) {
    throw new SeabirdError(
      "bad_option",
      `option allowAddresses has "${text}"; allowed: addresses and ranges, such as 10.1.2.3, 192.168.0.0/16, ::1`,
    );
  }
  return [ipaddr.parse(start), prefix];
}
