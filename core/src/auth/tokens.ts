/**
 * The entry point to core's tokens: who may call (`authenticator`), and their administration. Look-ups of
 * known tokens answer from memory; a worker holds the database (see `token-store.ts`).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TokenAuthenticator } from "./authenticator.ts";
import type { DatabaseLocation } from "./database-url.ts";
import type { AuthOptions } from "./limits.ts";
import type { Authenticator } from "./principal.ts";
import { checkScopes, checkTokenName } from "./scopes.ts";
import { hashSecret, newSecret, newTokenId } from "./secret.ts";
import type { LastUse } from "./token-database.ts";
import { TokenError } from "./token-error.ts";
import type { TokenRecord } from "./token-record.ts";
import { TokenStore, type TokenStoreEvents } from "./token-store.ts";
import { type AuthClock, TokenTable } from "./token-table.ts";

/** Where this module logs. */
export interface AuthLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string, error: Error): void;
}

/** A token for this run only; it is in no database. */
export interface ExtraToken {
  readonly name: string;
  /** SHA-256 of the secret, as 64 hex digits. */
  readonly hash: string;
  readonly scopes: readonly string[];
}

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Milliseconds from now; default: never. */
  readonly expiresInMs?: number | undefined;
}

export interface CreatedToken {
  readonly token: TokenRecord;
  /** Only in this answer; core stores its hash. */
  readonly secret: string;
}

/** Administration of tokens; every verb may reject with a TokenError. */
export interface TokenAdmin {
  create(wanted: NewToken): Promise<CreatedToken>;
  /** Oldest first; tokens of this run alone last. Default: without revoked ones. */
  list(options?: { readonly includeRevoked?: boolean }): Promise<readonly TokenRecord[]>;
  /** Ends the token and its open streams. Revoking a revoked one changes nothing. */
  revoke(id: string): Promise<TokenRecord>;
  /** Moves the original core's tokens into our table, hashed; returns those moved. */
  importLegacy(options?: { readonly keep?: boolean }): Promise<readonly TokenRecord[]>;
}

export interface TokensOptions {
  readonly location: DatabaseLocation;
  readonly options: AuthOptions;
  readonly clock: AuthClock;
  readonly log: AuthLog;
  readonly extraTokens?: readonly ExtraToken[];
  /** Aborted: opening gives up, as when another program holds the lock. */
  readonly signal?: AbortSignal | undefined;
}

/** How long closing waits for the last write of "last used". */
const LAST_FLUSH_MS = 250;
/** Distinct lines about refused rows that are logged; further ones are not. */
const MAX_REFUSAL_LINES = 1_000;

export class Tokens implements TokenAdmin {
  readonly authenticator: Authenticator;
  readonly #init: TokensOptions;
  readonly #table: TokenTable;
  readonly #loggedRefusals = new Set<string>();
  #store!: TokenStore;
  #stored = 0;
  #extraCount = 0;
  #hasHintedLegacy = false;
  #flush: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  readonly #flushedAtMs = new Map<string, number>();

  private constructor(init: TokensOptions) {
    this.#init = init;
    this.#table = new TokenTable(init.clock);
    this.authenticator = new TokenAuthenticator({
      table: this.#table,
      refresh: () => this.#store.refresh(),
      options: init.options,
      clock: init.clock,
    });
  }

  /** Opens the database; rejects with one clear line if it cannot be used. */
  static async open(init: TokensOptions): Promise<Tokens> {
    const tokens = new Tokens(init);
    const { location, options, extraTokens = [], signal } = init;
    tokens.replaceExtra(extraTokens);
    const events = tokens.#events();
    tokens.#store = await TokenStore.open({ location, options, events }, signal);
    tokens.#flush = setInterval(() => tokens.#startFlush(), options.lastUseWriteMs);
    tokens.#flush.unref();
    return tokens;
  }

  /** Tokens in the database when it was last read, revoked ones included. */
  get storedCount(): number {
    return this.#stored;
  }

  /** Tokens in force, those of this run alone included. */
  get size(): number {
    return this.#table.size;
  }

  #events(): TokenStoreEvents {
    const { log } = this.#init;
    return {
      loaded: (records) => this.#loaded(records),
      changed: (put, gone, total) => this.#changed(put, gone, total),
      refused: (lines) => this.#refused(lines),
      lost: (error) => log.error("the token store's worker is lost; starting another", error),
    };
  }

  #loaded(records: readonly TokenRecord[]): void {
    const there = new Set(records.map((record) => record.hash));
    const gone = [...this.#table]
      .filter((entry) => entry.record.origin !== "memory" && !there.has(entry.record.hash))
      .map((entry) => entry.record.hash);
    this.#changed(records, gone, records.length);
  }

  #changed(put: readonly TokenRecord[], gone: readonly string[], total: number): void {
    this.#stored = total;
    for (const hash of gone) this.#table.remove(hash);
    for (const record of put) this.#table.put(record);
    if (!this.#hasHintedLegacy && put.some((record) => record.origin === "legacy"))
      this.#hintLegacy();
  }

  #hintLegacy(): void {
    this.#hasHintedLegacy = true;
    this.#init.log.info(
      "tokens of the original core's table seabird_auth_tokens are accepted; they are stored there unhashed. To store only their hashes: seabird-core tokens import",
    );
  }

  #refused(lines: readonly string[]): void {
    for (const line of lines) {
      if (this.#loggedRefusals.has(line) || this.#loggedRefusals.size >= MAX_REFUSAL_LINES)
        continue;
      this.#loggedRefusals.add(line);
      this.#init.log.warn(line);
    }
  }

  /** Replaces the tokens of this run; the open streams of those that are missing end. */
  replaceExtra(extraTokens: readonly ExtraToken[]): void {
    const kept = new Set(extraTokens.map(({ hash }) => hash.toLowerCase()));
    const known = new Map<string, TokenRecord>();
    for (const { record } of [...this.#table]) {
      if (record.origin !== "memory") continue;
      if (kept.has(record.hash)) known.set(record.hash, record);
      else this.#table.remove(record.hash);
    }
    for (const extra of extraTokens) {
      const birth = known.get(extra.hash.toLowerCase()) ?? this.#nextExtra();
      this.#table.put(memoryRecord(extra, birth));
    }
  }

  #nextExtra(): Birth {
    this.#extraCount += 1;
    return { id: `run-${this.#extraCount}`, createdAtMs: this.#init.clock.wallMs() };
  }

  async create(wanted: NewToken): Promise<CreatedToken> {
    const secret = newSecret();
    const token = newRecord(wanted, secret, this.#init.clock.wallMs());
    if (this.#stored >= this.#init.options.maxTokens) {
      throw new TokenError("bad_request", `there are ${this.#stored} tokens already, the most`);
    }
    await this.#store.insert(token);
    return { token, secret };
  }

  /** Makes a token with this secret if the database has none at all; resolves with whether. */
  createFirst(wanted: NewToken, secret: string): Promise<boolean> {
    return this.#store.insertFirst(newRecord(wanted, secret, this.#init.clock.wallMs()));
  }

  async list({ includeRevoked = false } = {}): Promise<readonly TokenRecord[]> {
    await this.#writeLastUse();
    const memory = [...this.#table].filter(({ record }) => record.origin === "memory");
    const all = [...(await this.#store.list()), ...memory.map(({ record }) => record)];
    return includeRevoked ? all : all.filter((record) => record.revokedAtMs === undefined);
  }

  async revoke(id: string): Promise<TokenRecord> {
    const revokedAtMs = this.#init.clock.wallMs();
    for (const { record } of this.#table) {
      if (record.origin !== "memory" || record.id !== id) continue;
      this.#table.remove(record.hash);
      return { ...record, revokedAtMs };
    }
    const record = await this.#store.revoke(id, revokedAtMs);
    if (record === undefined) throw new TokenError("token_not_found", "token not found");
    return record;
  }

  importLegacy({ keep = false } = {}): Promise<readonly TokenRecord[]> {
    return this.#store.importLegacy(this.#init.clock.wallMs(), keep);
  }

  #startFlush(): void {
    this.#flushing ??= this.#writeLastUse().finally(() => {
      this.#flushing = undefined;
    });
  }

  /** Writes the changes of "last used"; a failed write is repeated at the next flush. */
  async #writeLastUse(): Promise<void> {
    const uses: LastUse[] = [];
    for (const { record, lastUsedAtMs } of this.#table) {
      if (record.origin !== "stored" || lastUsedAtMs === 0) continue;
      if (this.#flushedAtMs.get(record.id) === lastUsedAtMs) continue;
      uses.push({ id: record.id, atMs: lastUsedAtMs });
    }
    if (uses.length === 0) return;
    try {
      await this.#store.recordLastUse(uses);
      for (const { id, atMs } of uses) this.#flushedAtMs.set(id, atMs);
    } catch {
      // Another program writes, or the disk fails: the next flush tries again.
    }
  }

  /** Writes what is left and closes the database. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#flush);
    await Promise.race([this.#writeLastUse(), sleep(LAST_FLUSH_MS, undefined, { ref: false })]);
    this.#table.close();
    await this.#store.close();
  }
}

/** 100 years: beyond is a mistake, and far beyond is no date. */
const MAX_EXPIRES_IN_MS = 100 * 365.25 * 86_400_000;

/** Checks and makes a new token's record; throws a TokenError. */
export function newRecord(wanted: NewToken, secret: string, nowMs: number): TokenRecord {
  const { name, scopes, expiresInMs } = wanted;
  checkTokenName(name);
  checkScopes(scopes);
  if (expiresInMs !== undefined && !(expiresInMs > 0 && expiresInMs <= MAX_EXPIRES_IN_MS)) {
    const text = `a token expires after more than 0 ms and at most 100 years; got ${expiresInMs} ms`;
    throw new TokenError("bad_request", text);
  }
  return {
    id: newTokenId(),
    name,
    hash: hashSecret(secret),
    scopes: [...new Set(scopes)],
    createdAtMs: nowMs,
    lastUsedAtMs: undefined,
    expiresAtMs: expiresInMs === undefined ? undefined : Math.ceil(nowMs + expiresInMs),
    revokedAtMs: undefined,
    origin: "stored",
  };
}

type Birth = Pick<TokenRecord, "id" | "createdAtMs">;

function memoryRecord(extra: ExtraToken, { id, createdAtMs }: Birth): TokenRecord {
  return {
    id,
    name: extra.name,
    hash: extra.hash.toLowerCase(),
    scopes: extra.scopes,
    createdAtMs,
    lastUsedAtMs: undefined,
    expiresAtMs: undefined,
    revokedAtMs: undefined,
    origin: "memory",
  };
}
