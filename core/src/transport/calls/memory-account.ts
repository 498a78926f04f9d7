/**
 * What core holds in memory for its peers, in bytes: of each call, of a connection's calls with one
 * token, of a token, and of all. When all of it is too much, the largest holder goes first: of the
 * token that holds most, on the connection that holds most, the call that holds most. Whoever holds
 * little loses nothing to whoever holds much.
 *
 * Calls without a token count together, as if they had one. The bound is enforced at the end of
 * each tick of the event loop, so that no call ends in the middle of what it does.
 */
import { getHeapStatistics } from "node:v8";
import type { AggregatedLog, LineKind } from "../../broker/aggregated-log.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { TickScheduler, TickTask } from "../connections/tick-scheduler.ts";

/** A call, as the account sees it. */
export interface Holder {
  readonly heldBytes: number;
  readonly caller: { readonly name: string };
  /** The account's own: where the call is in its list. */
  holderIndex: number;
  /** Ends the call. It leaves the account before it returns; must not throw. */
  evict(error: BrokerError): void;
}

/** One connection's calls with one token. */
export interface ConnectionShare {
  readonly tokenShare: TokenShare;
  readonly calls: Holder[];
  bytes: number;
}

interface TokenShare {
  readonly id: string;
  readonly connections: Set<ConnectionShare>;
  bytes: number;
}

/**
 * The part of the bound that is left when enough has gone: not for every byte is the largest holder
 * looked for, and not so many calls end in one tick that others wait for it.
 */
const KEPT_PART = 63 / 64;
/** The part of the largest connection's bytes down to which its calls go before others are compared. */
const STEP_PART = 3 / 4;
/** Most of what is held lies outside JavaScript's heap, but not all. */
const HEAP_PART = 1 / 2;

/** The id under which calls without a token count. */
const NO_TOKEN = "";

export interface MemoryAccountDeps {
  /** Bytes of all; where Node's heap is small, half of what that may have. */
  readonly maxHeldBytes: number;
  readonly ticks: Pick<TickScheduler, "schedule">;
  readonly peerLog: Pick<AggregatedLog, "add">;
}

const EVICTED: LineKind = {
  level: "warn",
  by: "tokenName",
  text: "call ended: too much is held in memory, and most of it for this token",
};

export class MemoryAccount implements TickTask {
  readonly maxHeldBytes: number;
  readonly #ticks: MemoryAccountDeps["ticks"];
  readonly #tokens = new Map<string, TokenShare>();
  readonly #peerLog: MemoryAccountDeps["peerLog"];
  #bytes = 0;

  constructor({ maxHeldBytes, ticks, peerLog }: MemoryAccountDeps) {
    const heapBytes = getHeapStatistics().heap_size_limit;
    this.maxHeldBytes = Math.min(maxHeldBytes, Math.floor(heapBytes * HEAP_PART));
    this.#ticks = ticks;
    this.#peerLog = peerLog;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** Bytes that are held for one token; `undefined`: for calls without one. */
  heldByToken(tokenId: string = NO_TOKEN): number {
    return this.#tokens.get(tokenId)?.bytes ?? 0;
  }

  /** A connection's share of what is held for a token; give it back when the connection closes. */
  share(tokenId: string = NO_TOKEN): ConnectionShare {
    let tokenShare = this.#tokens.get(tokenId);
    if (tokenShare === undefined) {
      tokenShare = { id: tokenId, connections: new Set(), bytes: 0 };
      this.#tokens.set(tokenId, tokenShare);
    }
    const share: ConnectionShare = { tokenShare, calls: [], bytes: 0 };
    tokenShare.connections.add(share);
    return share;
  }

  /** The connection has closed, and all its calls with it. */
  giveBack(share: ConnectionShare): void {
    const { tokenShare } = share;
    tokenShare.connections.delete(share);
    if (tokenShare.connections.size === 0) this.#tokens.delete(tokenShare.id);
  }

  opened(share: ConnectionShare, call: Holder): void {
    call.holderIndex = share.calls.push(call) - 1;
  }

  /** The call has ended; it holds nothing any more. */
  closed(share: ConnectionShare, call: Holder): void {
    const last = share.calls.pop();
    if (last === undefined || last === call) return;
    share.calls[call.holderIndex] = last;
    last.holderIndex = call.holderIndex;
  }

  /** So many bytes more, or fewer, are held for a call. */
  add(share: ConnectionShare, bytes: number): void {
    share.bytes += bytes;
    share.tokenShare.bytes += bytes;
    this.#bytes += bytes;
    if (this.#bytes > this.maxHeldBytes) this.#ticks.schedule(this);
  }

  /** The end of a tick: ends calls if too much is held. */
  run(): void {
    if (this.#bytes <= this.maxHeldBytes) return;
    const keptBytes = this.maxHeldBytes * KEPT_PART;
    while (this.#bytes > keptBytes) {
      const token = largest(this.#tokens.values());
      const share = token && largest(token.connections);
      if (share === undefined || !this.#evictFrom(share, keptBytes)) return;
    }
  }

  /** Ends the share's largest calls; false if it has none. */
  #evictFrom(share: ConnectionShare, keptBytes: number): boolean {
    const calls = share.calls.toSorted((a, b) => b.heldBytes - a.heldBytes);
    const leftBytes = share.bytes * STEP_PART;
    for (const call of calls) {
      this.#peerLog.add(EVICTED, call.caller.name);
      call.evict(this.#refusal());
      if (share.bytes <= leftBytes || this.#bytes <= keptBytes) break;
    }
    return calls.length > 0;
  }

  #refusal(): BrokerError {
    const text = `core holds too much in memory, and most for this caller, limit ${this.maxHeldBytes} bytes`;
    return new BrokerError("too_many_in_flight", text);
  }
}

function largest<T extends { readonly bytes: number }>(all: Iterable<T>): T | undefined {
  let most: T | undefined;
  for (const each of all) if (most === undefined || each.bytes > most.bytes) most = each;
  return most;
}
