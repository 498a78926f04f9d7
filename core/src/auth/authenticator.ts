/** Checks `authorization` headers against the tokens in memory. */
import type { AuthOptions } from "./limits.ts";
import type { Authentication, Authenticator, Principal, Refusal } from "./principal.ts";
import { hashHeaderToken } from "./secret.ts";
import type { AuthClock, TokenEntry, TokenTable } from "./token-table.ts";

/** The refusals, in the order in which they are checked (protocol: Authentication). */
const MISSING_HEADER = refused("unauthenticated", "missing authorization header");
const UNKNOWN_METHOD = refused("unauthenticated", "unknown auth method");
const MISSING_TOKEN = refused("unauthenticated", "missing auth token");
const INVALID_TOKEN = refused("unauthenticated", "invalid auth token");
const STORE_UNAVAILABLE = refused("token_store_unavailable", "token store unavailable");

/** A longer header is checked, but not cached. */
const MAX_CACHED_HEADER_LENGTH = 512;

export interface AuthenticatorDeps {
  readonly table: TokenTable;
  /** Brings the table up to date with the store; rejects if the store cannot be read. */
  readonly refresh: () => Promise<void>;
  readonly options: AuthOptions;
  readonly clock: AuthClock;
}

/**
 * Checks headers from memory. Only an unknown token waits, for one query of the store that all such
 * calls share, so that guessing tokens costs core almost nothing.
 */
export class TokenAuthenticator implements Authenticator {
  readonly #deps: AuthenticatorDeps;
  /** Headers that were accepted, so that a known client's calls need no hashing. */
  readonly #headers = new Map<string, TokenEntry>();
  /** Hashes that were refused, and until when they are refused without another query. */
  readonly #misses = new Map<string, number>();
  #waiting = 0;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
  }

  authenticate(
    header: string | undefined,
    mayLookUp?: () => boolean,
  ): Authentication | Promise<Authentication> {
    if (header === undefined) return MISSING_HEADER;
    const known = this.#headers.get(header);
    if (known !== undefined && this.#deps.table.isInForce(known)) return this.#accept(known);
    const space = header.indexOf(" ");
    const scheme = space < 0 ? header : header.slice(0, space);
    if (scheme.toLowerCase() !== "bearer") return UNKNOWN_METHOD;
    const token = space < 0 ? "" : header.slice(space + 1);
    if (token === "") return MISSING_TOKEN;
    return this.#check(header, hashHeaderToken(token), mayLookUp);
  }

  #check(
    header: string,
    hash: string,
    mayLookUp: (() => boolean) | undefined,
  ): Authentication | Promise<Authentication> {
    const entry = this.#deps.table.find(hash);
    if (entry !== undefined) {
      this.#rememberHeader(header, entry);
      return this.#accept(entry);
    }
    const missedUntil = this.#misses.get(hash);
    if (missedUntil !== undefined && this.#deps.clock.now() < missedUntil) return INVALID_TOKEN;
    if (this.#waiting >= this.#deps.options.maxWaitingLookups) return STORE_UNAVAILABLE;
    if (mayLookUp?.() === false) return STORE_UNAVAILABLE;
    return this.#lookUp(hash);
  }

  async #lookUp(hash: string): Promise<Authentication> {
    this.#waiting++;
    try {
      await this.#freshQuery();
    } catch {
      return STORE_UNAVAILABLE;
    } finally {
      this.#waiting--;
    }
    const entry = this.#deps.table.find(hash);
    if (entry !== undefined) return this.#accept(entry);
    this.#rememberMiss(hash);
    return INVALID_TOKEN;
  }

  /** A query that starts after this call: one that is running may have read before. */
  #freshQuery(): Promise<void> {
    if (this.#running === undefined) return this.#startQuery();
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#startQuery();
      });
    return this.#next;
  }

  #startQuery(): Promise<void> {
    const query = this.#deps.refresh().finally(() => {
      if (this.#running === query) this.#running = undefined;
    });
    this.#running = query;
    return query;
  }

  #accept(entry: TokenEntry): Authentication {
    entry.lastUsedAtMs = this.#deps.clock.wallMs();
    return entry.accepted;
  }

  #rememberHeader(header: string, entry: TokenEntry): void {
    if (header.length > MAX_CACHED_HEADER_LENGTH) return;
    bound(this.#headers, this.#deps.options.maxCachedHeaders);
    this.#headers.delete(header);
    this.#headers.set(header, entry);
  }

  #rememberMiss(hash: string): void {
    bound(this.#misses, this.#deps.options.maxRememberedMisses);
    this.#misses.delete(hash);
    this.#misses.set(hash, this.#deps.clock.now() + this.#deps.options.rememberMissMs);
  }

  onEnd(principal: Principal, then: (refusal: Refusal) => void): () => void {
    return this.#deps.table.watch(principal, then);
  }
}

/** Removes the oldest entry if the map is full. */
function bound(map: Map<string, unknown>, limit: number): void {
  if (map.size < limit) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

function refused(code: Refusal["code"], message: string): Authentication {
  return Object.freeze({ ok: false, refusal: Object.freeze({ code, message }) });
}
