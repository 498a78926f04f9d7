/**
 * The clients of trusted proxies, by the address that a request's header names. They are remembered
 * across connections: a proxy opens one for each call, or sends those of many clients on one.
 *
 * A client is an address here. If one behind it has a token in force, calls of others there go first
 * with it, as on one connection.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { AddressAccounts } from "./address-accounts.ts";
import { type CallSource, type CallSourceDeps, PeerSource } from "./call-source.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";

export interface ProxyClientsDeps extends CallSourceDeps {
  readonly accounts: AddressAccounts;
  readonly proxies: TrustedProxies;
}

export class ProxyClients {
  readonly #deps: ProxyClientsDeps;
  /** By address; the one that called last is the last. */
  readonly #clients = new Map<string, PeerSource>();

  constructor(deps: ProxyClientsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** The client of a request that comes from the proxy at this address. */
  of(proxy: string, headers: IncomingHttpHeaders): CallSource {
    const { accounts, limits, proxies } = this.#deps;
    const address = proxies.clientOf(proxy, headers);
    const known = this.#clients.get(address);
    if (known !== undefined) {
      this.#clients.delete(address);
      this.#clients.set(address, known);
      return known;
    }
    const [oldest] = this.#clients;
    if (oldest !== undefined && this.#clients.size >= limits.maxProxyClients) {
      this.#clients.delete(oldest[0]);
      oldest[1].close();
    }
    const client = new PeerSource(this.#deps, accounts.ofClient(address));
    this.#clients.set(address, client);
    return client;
  }
}
