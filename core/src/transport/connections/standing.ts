/**
 * What core thinks of one connection: whether a call on it was authenticated with a token that is
 * still in force, and how much it has done that cost something and brought nothing.
 */
import type { Authenticator, Principal } from "../../auth/principal.ts";
import type { Clock } from "../../broker/clock.ts";
import type { TransportLimits } from "../limits.ts";
import type { AddressAccount } from "./address-accounts.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface StandingDeps {
  readonly account: AddressAccount;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  /** A token was accepted, or has ended: the connection is without one again. */
  readonly changed: (isAuthenticated: boolean) => void;
  /** It has done too much. Called once. Absent: then it only waits for its turns. */
  readonly exceeded?: (() => void) | undefined;
  /** A trusted proxy's: its clients have a standing of their own. */
  readonly isTrusted?: boolean;
}

export class Standing {
  readonly account: AddressAccount;
  readonly #deps: StandingDeps;
  readonly #faults: TokenBucket;
  /** Those while its address had none left; a long life with some left takes nothing away. */
  #penalisedFaults = 0;
  #principal: Principal | undefined;
  #undo: (() => void) | undefined;
  #resets: TokenBucket | undefined;
  #over = false;

  constructor(deps: StandingDeps) {
    this.#deps = deps;
    this.account = deps.account;
    const { connectionFaultBurst, connectionFaultsPerSecond } = deps.limits;
    const nowMs = deps.clock.now();
    this.#faults = new TokenBucket(connectionFaultBurst, connectionFaultsPerSecond, nowMs);
  }

  get isAuthenticated(): boolean {
    return this.#principal !== undefined || this.#deps.isTrusted === true;
  }

  /** A call was authenticated. Its connection is not counted as its address's any more. */
  accept(principal: Principal): void {
    if (this.#principal !== undefined || this.#over) return;
    this.#principal = principal;
    this.account.connections.giveBack(1);
    this.#undo = this.#deps.authenticator.onEnd(principal, () => this.#tokenEnded());
    this.#deps.changed(true);
  }

  /** A call was refused, or broken. Only connections without a token may do it too often. */
  refused(count = 1): void {
    if (this.isAuthenticated) return;
    const nowMs = this.#deps.clock.now();
    const isOwnLeft = this.#faults.take(nowMs, count);
    const isAddressLeft = this.account.faults.take(nowMs, count);
    if (!isAddressLeft) this.#penalisedFaults += count;
    const { penalisedFaults } = this.#deps.limits;
    if (isOwnLeft && (isAddressLeft || this.#penalisedFaults <= penalisedFaults)) return;
    this.#exceed();
  }

  /**
   * The peer has reset a stream. Without a token each one counts, whatever happened since its
   * opening; with one those that come so soon that they are no honest cancellations. On a trusted
   * proxy's connection none does: one of its clients would end the calls of all.
   */
  reset(openedAtMs: number): void {
    if (this.#deps.isTrusted === true) return;
    if (!this.isAuthenticated) {
      this.refused();
      return;
    }
    const { clock, limits } = this.#deps;
    const nowMs = clock.now();
    if (nowMs - openedAtMs > limits.quickResetMs) return;
    if (!this.#ofToken(nowMs).take(nowMs)) this.#exceed();
  }

  /**
   * node:http2 has refused streams for their header. With a token too that is no honest mistake, if
   * there are many.
   */
  refusedHeaders(count: number): void {
    const { clock, isTrusted, limits } = this.#deps;
    if (isTrusted === true) return;
    const cost = count * limits.refusedHeaderCost;
    if (!this.isAuthenticated) this.refused(cost);
    else if (!this.#ofToken(clock.now()).take(clock.now(), cost)) this.#exceed();
    if (this.#over) this.account.strike(clock.now());
  }

  #ofToken(nowMs: number): TokenBucket {
    const { quickResetBurst, quickResetsPerSecond } = this.#deps.limits;
    this.#resets ??= new TokenBucket(quickResetBurst, quickResetsPerSecond, nowMs);
    return this.#resets;
  }

  /** The connection is closed. Idempotent. */
  close(): void {
    this.#over = true;
    this.#undo?.();
    this.#undo = undefined;
  }

  #tokenEnded(): void {
    this.#undo = undefined;
    this.#principal = undefined;
    if (!this.#over && !this.isAuthenticated) this.#deps.changed(false);
  }

  #exceed(): void {
    const { exceeded } = this.#deps;
    if (this.#over || exceeded === undefined) return;
    this.#over = true;
    exceeded();
  }
}
