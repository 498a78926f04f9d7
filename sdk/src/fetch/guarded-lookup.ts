/** Resolves a host for a connection, and refuses it unless all of its addresses are allowed. */
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import type { AddressRules } from "./address-rules.ts";
import { FetchError } from "./fetch-error.ts";

/** The addresses of a host's name; rejects, or gives none, if it has none. */
export type Resolver = (
  hostname: string,
) => Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>;

/** As the machine resolves: its hosts file, then DNS. */
export const systemResolver: Resolver = async (hostname) =>
  (await lookup(hostname, { all: true })) as Awaited<ReturnType<Resolver>>;

/**
 * The connection is made to the addresses that were checked, so that a name which resolves
 * differently the next time (DNS rebinding) gains nothing. One refused address refuses the host.
 */
export function guardedLookup(rules: AddressRules, resolve: Resolver): LookupFunction {
  return (hostname, options, callback) => {
    checked(hostname, rules, resolve).then(
      (found) => {
        if (options.all) callback(null, found);
        else callback(null, found[0]?.address ?? "", found[0]?.family);
      },
      (error: Error) => callback(error, []),
    );
  };
}

async function checked(
  hostname: string,
  rules: AddressRules,
  resolve: Resolver,
): Promise<LookupAddress[]> {
  const found = await resolved(hostname, resolve);
  if (found.length === 0) throw new FetchError("dns", `"${hostname}" has no address`);
  for (const address of found) checkAddress(hostname, address, rules);
  return found.map((address) => ({ address, family: isIP(address) }));
}

async function resolved(hostname: string, resolve: Resolver): Promise<string[]> {
  try {
    return (await resolve(hostname)).map(({ address }) => address);
  } catch (cause) {
    throw new FetchError("dns", `cannot resolve "${hostname}"`, { cause });
  }
}

/** Throws `address`. The text does not tell what a name of an inner network resolves to. */
export function checkAddress(hostname: string, address: string, rules: AddressRules): void {
  const kind = rules.refusal(address);
  if (kind === undefined) return;
  const what = address === hostname ? "is" : "resolves to";
  throw new FetchError(
    "address",
    `"${hostname}" ${what} an address that is not public (${kind}); only public ones are opened, and those in allowAddresses`,
  );
}
