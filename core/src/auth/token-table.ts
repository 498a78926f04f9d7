/** The tokens in force, in memory, and who watches for their end. */
import type { Authentication, Principal, Refusal } from "./principal.ts";
import { principalOf } from "./scopes.ts";
import type { TokenRecord } from "./token-record.ts";

/** The clock that this module needs; the broker's fits. */
export interface AuthClock {
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Unix milliseconds. */
  wallMs(): number;
  /** Calls `then` once after `delayMs`; returns the undo, which may be called twice. */
  after(delayMs: number, then: () => void): () => void;
}

/** An expiry is checked at least this often: clocks are changed, and machines sleep. */
const MAX_DELAY_MS = 60_000;

const REVOKED: Refusal = Object.freeze({ code: "token_revoked", message: "token revoked" });
const EXPIRED: Refusal = Object.freeze({ code: "token_expired", message: "token expired" });

/** One token in force. Its record may be replaced by one with the same name and rights. */
export class TokenEntry {
  record: TokenRecord;
  principal: Principal;
  /** The answer to a call with this token, made once. */
  accepted: Authentication;
  /** Set once the token has been revoked. An expiry is compared anew each time: clocks are set back. */
  ended: Refusal | undefined;
  lastUsedAtMs = 0;
  readonly watchers = new Set<(refusal: Refusal) => void>();
  /** Stops the timer of the expiry, which runs only while there are watchers. */
  stopTimer: (() => void) | undefined;

  constructor(record: TokenRecord) {
    this.record = record;
    this.principal = principalOf(record);
    this.accepted = Object.freeze({ ok: true, principal: this.principal });
  }

  replaceRecord(record: TokenRecord): void {
    this.record = record;
    this.principal = principalOf(record);
    this.accepted = Object.freeze({ ok: true, principal: this.principal });
    this.stopTimer?.();
    this.stopTimer = undefined;
  }
}

/** The tokens in force, by the hash of their secret. Answers from memory alone. */
export class TokenTable {
  readonly #entries = new Map<string, TokenEntry>();
  readonly #byPrincipal = new WeakMap<Principal, TokenEntry>();
  readonly #clock: AuthClock;

  constructor(clock: AuthClock) {
    this.#clock = clock;
  }

  /** Tokens in force. */
  get size(): number {
    let size = 0;
    for (const entry of this.#entries.values()) if (this.#endOf(entry) === undefined) size += 1;
    return size;
  }

  /** The token with this hash, if it is in force. */
  find(hash: string): TokenEntry | undefined {
    const entry = this.#entries.get(hash);
    return entry === undefined || !this.isInForce(entry) ? undefined : entry;
  }

  /** What was opened with a token that is not in force any more ends. */
  isInForce(entry: TokenEntry): boolean {
    const refusal = this.#endOf(entry);
    if (refusal === undefined) return true;
    tellWatchers(entry, refusal);
    return false;
  }

  /** Why the token is not in force now. */
  #endOf({ ended, record: { expiresAtMs } }: TokenEntry): Refusal | undefined {
    if (ended !== undefined || expiresAtMs === undefined) return ended;
    return this.#clock.wallMs() < expiresAtMs ? undefined : EXPIRED;
  }

  *[Symbol.iterator](): IterableIterator<TokenEntry> {
    yield* this.#entries.values();
  }

  /**
   * Adds or replaces a token. With the same rights and name its open streams go on; any other
   * change ends them, since they were opened with other rights.
   */
  put(record: TokenRecord): void {
    const old = this.#entries.get(record.hash);
    if (record.revokedAtMs !== undefined) {
      if (old !== undefined) this.#revoke(old);
      return;
    }
    if (old !== undefined && !sameRights(old.record, record)) this.#revoke(old);
    const entry = this.#entries.get(record.hash) ?? new TokenEntry(record);
    if (entry === old) entry.replaceRecord(record);
    this.#entries.set(record.hash, entry);
    this.#byPrincipal.set(entry.principal, entry);
    this.#watchExpiry(entry);
  }

  remove(hash: string): void {
    const entry = this.#entries.get(hash);
    if (entry !== undefined) this.#revoke(entry);
  }

  /** Calls `then` once when the token is revoked or expires, at once if it is; returns the undo. */
  watch(principal: Principal, then: (refusal: Refusal) => void): () => void {
    const entry = this.#byPrincipal.get(principal);
    if (entry === undefined || !this.isInForce(entry)) {
      const refusal = (entry && this.#endOf(entry)) ?? REVOKED;
      return this.#clock.after(0, () => then(refusal));
    }
    // A new function for each call, so that each undo removes only its own.
    const watcher = (refusal: Refusal): void => then(refusal);
    entry.watchers.add(watcher);
    if (entry.stopTimer === undefined) this.#watchExpiry(entry);
    return () => void entry.watchers.delete(watcher);
  }

  #watchExpiry(entry: TokenEntry): void {
    const { expiresAtMs } = entry.record;
    if (expiresAtMs === undefined || entry.watchers.size === 0) return;
    const delayMs = Math.min(Math.max(0, expiresAtMs - this.#clock.wallMs()), MAX_DELAY_MS);
    entry.stopTimer = this.#clock.after(delayMs, () => {
      entry.stopTimer = undefined;
      if (this.isInForce(entry)) this.#watchExpiry(entry);
    });
  }

  #revoke(entry: TokenEntry): void {
    entry.ended = REVOKED;
    this.#entries.delete(entry.record.hash);
    tellWatchers(entry, REVOKED);
  }

  /** Stops all timers, without calling any watcher. */
  close(): void {
    for (const entry of this.#entries.values()) {
      entry.stopTimer?.();
      entry.watchers.clear();
    }
    this.#entries.clear();
  }
}

function tellWatchers(entry: TokenEntry, refusal: Refusal): void {
  entry.stopTimer?.();
  entry.stopTimer = undefined;
  const watchers = [...entry.watchers];
  entry.watchers.clear();
  for (const then of watchers) then(refusal);
}

function sameRights(a: TokenRecord, b: TokenRecord): boolean {
  return a.name === b.name && JSON.stringify(a.scopes) === JSON.stringify(b.scopes);
}
