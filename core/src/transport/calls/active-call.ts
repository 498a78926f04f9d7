/** An open call or stream, as its handler and the account of memory see it. */
import type { Principal } from "../../auth/principal.ts";
import type { Caller, Peer } from "../../broker/caller.ts";
import type { BrokerError } from "../../broker/errors.ts";
import type { ConnectionShares } from "./connection-shares.ts";
import type { ConnectionShare, Holder } from "./memory-account.ts";
import type { Call } from "./method.ts";

const ANONYMOUS: Caller = {
  name: "",
  tokenId: "",
  mayPrivate: false,
  mayUsePersona: false,
  mayMentionEveryone: false,
  mayBeBackend: () => false,
};

/** What serves a call. */
export interface CallOwner {
  /** Too much is held in memory, and most of it for this call: it has to end. */
  evicted(error: BrokerError): void;
}

export class ActiveCall implements Call, Holder {
  readonly principal: Principal | undefined;
  readonly peer: Peer;
  readonly arrivedAtMs: number;
  readonly timeoutMs: number | undefined;
  onCancelled: (() => void) | undefined;
  /** Set while what is held for the call counts. */
  owner: CallOwner | undefined;
  holderIndex = -1;
  #heldBytes = 0;
  #shares: ConnectionShares | undefined;
  #share: ConnectionShare | undefined;
  #cancelled = false;

  constructor(
    principal: Principal | undefined,
    peer: Peer,
    arrivedAtMs: number,
    timeoutMs: number | undefined,
  ) {
    this.principal = principal;
    this.peer = peer;
    this.arrivedAtMs = arrivedAtMs;
    this.timeoutMs = timeoutMs;
  }

  get caller(): Caller {
    return this.principal ?? ANONYMOUS;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** From here on what is held for the call counts; at once so many bytes of its own. */
  count(shares: ConnectionShares, bytes: number, owner: CallOwner): void {
    this.owner = owner;
    const share = shares.of(this.principal?.tokenId);
    this.#shares = shares;
    this.#share = share;
    shares.account.opened(share, this);
    this.hold(bytes);
  }

  /** So many bytes more, or fewer, are held for the call. */
  hold(bytes: number): void {
    if (this.#share === undefined || bytes === 0) return;
    this.#heldBytes += bytes;
    this.#shares?.account.add(this.#share, bytes);
  }

  /** Nothing is held for the call any more, and nothing counts from here on. Idempotent. */
  release(): void {
    const share = this.#share;
    if (share === undefined) return;
    this.hold(-this.#heldBytes);
    this.#share = undefined;
    this.#shares?.account.closed(share, this);
    this.owner = undefined;
  }

  evict(error: BrokerError): void {
    const { owner } = this;
    this.release();
    owner?.evicted(error);
  }

  /** The caller or its connection has gone. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    const then = this.onCancelled;
    this.onCancelled = undefined;
    then?.();
  }
}
