/** One connection's shares of the memory account: nearly always one, since it has one token. */
import type { ConnectionShare, MemoryAccount } from "./memory-account.ts";

export class ConnectionShares {
  readonly account: MemoryAccount;
  #tokenId: string | undefined;
  #share: ConnectionShare | undefined;
  /** All of them by token, once there is a second one. */
  #shares: Map<string | undefined, ConnectionShare> | undefined;
  #closed = false;

  constructor(account: MemoryAccount) {
    this.account = account;
  }

  /** The share of the calls with this token; `undefined`: without one. */
  of(tokenId: string | undefined): ConnectionShare {
    if (this.#closed) return this.#late(tokenId);
    if (this.#share !== undefined && this.#tokenId === tokenId) return this.#share;
    if (this.#share !== undefined) {
      this.#shares ??= new Map([[this.#tokenId, this.#share]]);
    }
    const share = this.#shares?.get(tokenId) ?? this.account.share(tokenId);
    this.#shares?.set(tokenId, share);
    this.#tokenId = tokenId;
    this.#share = share;
    return share;
  }

  /** The connection is closed. Idempotent. */
  close(): void {
    this.#closed = true;
    const shares = this.#shares?.values() ?? (this.#share === undefined ? [] : [this.#share]);
    for (const share of shares) this.account.giveBack(share);
    this.#shares = undefined;
    this.#share = undefined;
  }

  /** For a call whose look-up outlasted its connection, and which ends at once. */
  #late(tokenId: string | undefined): ConnectionShare {
    const share = this.account.share(tokenId);
    this.account.giveBack(share);
    return share;
  }
}
