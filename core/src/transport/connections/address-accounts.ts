/**
 * What the peers of one network address did lately that cost core something and brought nothing:
 * refused calls, resets, broken frames, new connections, look-ups of tokens. It outlives their
 * connections, so that connecting again renews nothing.
 *
 * It says nothing of connections that have shown a token in force.
 */
import { isIPv6 } from "node:net";
import type { Clock } from "../../broker/clock.ts";
import type { TransportLimits } from "../limits.ts";
import { TokenBucket } from "./token-bucket.ts";
import { TrustedProxies } from "./trusted-proxies.ts";

export class AddressAccount {
  /** Refused calls, resets and broken frames. */
  readonly faults: TokenBucket;
  readonly connections: TokenBucket;
  /** Tokens that only the store can know. */
  readonly lookups: TokenBucket;
  readonly #limits: TransportLimits;
  #penalised = false;
  #strikes = 0;
  #strikeAtMs = 0;
  /** Turns that its last connection took by its first calls. */
  #turns = 1;

  constructor(limits: TransportLimits, nowMs: number) {
    this.#limits = limits;
    this.faults = new TokenBucket(limits.faultBurst, limits.faultsPerSecond, nowMs);
    const { connectionBurst, connectionsPerSecond, lookupBurst, lookupsPerSecond } = limits;
    this.connections = new TokenBucket(connectionBurst, connectionsPerSecond, nowMs);
    this.lookups = new TokenBucket(lookupBurst, lookupsPerSecond, nowMs);
  }

  /** Since it had no faults or connections left, until it has half of both again. */
  isPenalised(nowMs: number): boolean {
    const { faultBurst, connectionBurst } = this.#limits;
    const [faults, connections] = [this.faults.level(nowMs), this.connections.level(nowMs)];
    if (faults < 1 || connections < 1) this.#penalised = true;
    else if (faults >= faultBurst / 2 && connections >= connectionBurst / 2) {
      this.#penalised = false;
    }
    return this.#penalised;
  }

  /** A connection was ended that cost much more than its peer. The next ones are opened later. */
  strike(nowMs: number): void {
    this.#strikes = Math.min(MAX_STRIKES, this.#strikesLeft(nowMs) + 1);
    this.#strikeAtMs = nowMs;
    this.faults.take(nowMs, this.#limits.faultBurst);
  }

  /** Milliseconds between two of its connections' openings, while it is penalised. */
  openingIntervalMs(nowMs: number): number {
    const intervalMs = 1_000 / this.#limits.penalisedOpeningsPerSecond;
    return intervalMs * this.#turns * 2 ** this.#strikesLeft(nowMs);
  }

  /** A connection of it was opened with this many calls in its first bytes. */
  opened(firstCalls: number): void {
    this.#turns = Math.max(1, firstCalls / this.#limits.penalisedCallsPerOpening);
  }

  #strikesLeft(nowMs: number): number {
    return Math.max(0, this.#strikes - Math.floor((nowMs - this.#strikeAtMs) / STRIKE_MS));
  }

  /** Nothing would be lost if it were forgotten. */
  isUnused(nowMs: number): boolean {
    return [this.faults, this.connections, this.lookups].every((each) => each.isFull(nowMs));
  }
}

/** Each strike doubles the time between two openings. */
const MAX_STRIKES = 5;
/** Milliseconds after which a strike is forgotten. */
const STRIKE_MS = 500;

class ExemptAccount extends AddressAccount {
  override isPenalised(): boolean {
    return false;
  }

  override strike(): void {}
}

export class AddressAccounts {
  readonly #limits: TransportLimits;
  readonly #clock: Clock;
  readonly #proxies: TrustedProxies;
  /** That of trusted proxies, whose clients have accounts of their own. */
  readonly #exempt: AddressAccount;
  /** By address; the one that was made first comes first. */
  readonly #accounts = new Map<string, AddressAccount>();

  constructor(limits: TransportLimits, clock: Clock, proxies = new TrustedProxies([])) {
    this.#limits = limits;
    this.#clock = clock;
    this.#proxies = proxies;
    this.#exempt = new ExemptAccount(limits, clock.now());
  }

  get size(): number {
    return this.#accounts.size;
  }

  /** The account of the address that a connection comes from. */
  of(address: string): AddressAccount {
    return this.#proxies.has(address) ? this.#exempt : this.ofClient(address);
  }

  /** The account of an address from a proxy's header. */
  ofClient(address: string): AddressAccount {
    const key = networkOf(address);
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const nowMs = this.#clock.now();
    this.#makeRoom(nowMs);
    const account = new AddressAccount(this.#limits, nowMs);
    this.#accounts.set(key, account);
    return account;
  }

  /** Forgets what is unused, a few at a time; the oldest one in any case if there are too many. */
  #makeRoom(nowMs: number): void {
    let looked = 0;
    for (const [key, account] of this.#accounts) {
      const isTooMany = this.#accounts.size >= this.#limits.maxAddressAccounts;
      if (account.isUnused(nowMs) || (looked >= LOOKED_AT && isTooMany)) this.#accounts.delete(key);
      else if (looked >= LOOKED_AT) return;
      looked += 1;
    }
  }
}

/** Accounts that are looked at when a new one is made. */
const LOOKED_AT = 8;

/** The address, of IPv6 its first 64 bits: a subscriber has at least as many. */
function networkOf(address: string): string {
  if (address.startsWith("::ffff:") && address.includes(".")) return address.slice(7);
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...rest];
  return `${all.slice(0, 4).join(":")}::/64`;
}
