/**
 * The tokens in their SQLite file. Every method blocks its thread, and fails at once with SQLite's
 * "busy" while another program writes. Only the store's worker and the offline tool call it, in
 * `retryWhileBusy`.
 */
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseLocation } from "./database-url.ts";
import { LEGACY_ID_PREFIX, type LegacyRows, readLegacyRows } from "./legacy.ts";
import { migrate } from "./migrations.ts";
import { newTokenId } from "./secret.ts";
import type { TokenRecord } from "./token-record.ts";
import { LEGACY_SCOPES } from "./token-record.ts";

/** All tokens of the file, and why rows were left out. */
export interface Loaded {
  readonly records: readonly TokenRecord[];
  readonly refused: readonly string[];
}

export interface LastUse {
  readonly id: string;
  readonly atMs: number;
}

/** The last moment that a Date can hold. */
const MAX_TIME_MS = 8_640_000_000_000_000;

/**
 * A time that was edited into something unreadable counts as long past, so that an expiry or a
 * revocation still ends its token; one beyond a Date's range must not stop core.
 */
const TIME = (column: string) =>
  `CASE WHEN ${column} IS NULL THEN NULL
        WHEN typeof(${column}) IN ('integer', 'real')
        THEN CAST(min(max(${column}, 0), ${MAX_TIME_MS}) AS INTEGER)
        ELSE 0 END AS ${column}`;

const TIMES = ["created_at_ms", "last_used_at_ms", "expires_at_ms", "revoked_at_ms"];
const COLUMNS = `id, name, lower(hex(hash)) AS hash, scopes, ${TIMES.map(TIME).join(", ")}`;

export class TokenDatabase {
  readonly #database: DatabaseSync;

  /** Opens the file; throws an Error with a message of one line. For the tables, see `migrate`. */
  constructor(location: DatabaseLocation) {
    const { path } = location;
    const isNew = path !== ":memory:" && !existsSync(path);
    if (!isNew && path !== ":memory:" && statSync(path).isDirectory()) {
      throw new Error("it is a folder");
    }
    if (isNew) checkMayCreate(location);
    this.#database = new DatabaseSync(path);
    if (isNew) this.#prepareNewFile();
  }

  /**
   * A file that core creates is in WAL mode, so that reads go on while another program holds the
   * write lock. An existing file keeps its mode, which other programs may rely on.
   */
  #prepareNewFile(): void {
    this.#database.exec("PRAGMA journal_mode = WAL");
  }

  /** Brings our tables up to date; only reads if they are. */
  migrate(): void {
    migrate(this.#database, Date.now());
  }

  /** Changes whenever another connection has committed something. */
  version(): number {
    return Number(this.#database.prepare("PRAGMA data_version").get()?.["data_version"]);
  }

  /** All tokens, ours first, oldest first; at most `limit`. */
  load(limit: number): Loaded {
    return this.#inTransaction("BEGIN", () => {
      const stored = this.#storedTokens(limit + 1);
      const legacy = this.#legacyRows(
        limit + 1 - stored.length,
        new Set(stored.map((t) => t.hash)),
      );
      const records = [...stored, ...legacy.records];
      if (records.length <= limit) return { records, refused: legacy.refused };
      return {
        records: records.slice(0, limit),
        refused: [...legacy.refused, `more than ${limit} tokens: the rest is not loaded`],
      };
    });
  }

  #storedTokens(limit: number): TokenRecord[] {
    return this.#database
      .prepare(`SELECT ${COLUMNS} FROM seabird_ts_tokens ORDER BY created_at_ms, id LIMIT ?`)
      .all(limit)
      .map(recordOf);
  }

  /** Rows of the original core's table whose secret is not in ours, which takes precedence. */
  #legacyRows(limit: number, known: ReadonlySet<string>): LegacyRows {
    return readLegacyRows(this.#database, limit, known);
  }

  insert(record: TokenRecord): void {
    this.#insert(record);
  }

  /** Inserts it if there is no token of ours yet, atomically; returns whether it did. */
  insertFirst(record: TokenRecord): boolean {
    return this.#inTransaction("BEGIN IMMEDIATE", () => {
      if (this.#storedTokens(1).length > 0) return false;
      this.#insert(record);
      return true;
    });
  }

  #insert(record: TokenRecord): void {
    this.#database
      .prepare("INSERT INTO seabird_ts_tokens VALUES (?, ?, unhex(?), ?, ?, ?, ?, ?)")
      .run(
        record.id,
        record.name,
        record.hash,
        JSON.stringify(record.scopes),
        record.createdAtMs ?? Date.now(),
        record.lastUsedAtMs ?? null,
        record.expiresAtMs ?? null,
        record.revokedAtMs ?? null,
      );
  }

  /**
   * Revokes a token; `undefined` if there is none with that id. A legacy token's row stays: its
   * secret is added, hashed and revoked, to our table, which takes precedence.
   */
  revoke(id: string, atMs: number): TokenRecord | undefined {
    return this.#inTransaction("BEGIN IMMEDIATE", () => {
      const legacy = id.startsWith(LEGACY_ID_PREFIX)
        ? this.#legacyRows(Number.MAX_SAFE_INTEGER, this.#hashes()).records.find((t) => t.id === id)
        : undefined;
      if (legacy !== undefined) {
        const revoked = {
          ...legacy,
          id: newTokenId(),
          origin: "stored" as const,
          revokedAtMs: atMs,
        };
        this.#insert(revoked);
        return revoked;
      }
      this.#database
        .prepare(
          "UPDATE seabird_ts_tokens SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL",
        )
        .run(atMs, id);
      const row = this.#database
        .prepare(`SELECT ${COLUMNS} FROM seabird_ts_tokens WHERE id = ?`)
        .get(id);
      return row === undefined ? undefined : recordOf(row);
    });
  }

  #hashes(): Set<string> {
    const rows = this.#database.prepare("SELECT lower(hex(hash)) AS hash FROM seabird_ts_tokens");
    return new Set(rows.all().map((row) => String(row["hash"])));
  }

  /** Moves the original core's tokens into our table, hashed; `keep` leaves their rows too. */
  importLegacy(atMs: number, keep: boolean): TokenRecord[] {
    // What is deleted was stored unhashed: its bytes go too.
    this.#database.exec("PRAGMA secure_delete = ON");
    return this.#inTransaction("BEGIN IMMEDIATE", () => {
      const { records } = this.#legacyRows(Number.MAX_SAFE_INTEGER, this.#hashes());
      const moved = records.map((legacy) => ({
        ...legacy,
        id: newTokenId(),
        scopes: LEGACY_SCOPES,
        createdAtMs: atMs,
        origin: "stored" as const,
      }));
      for (const record of moved) this.#insert(record);
      if (!keep) this.#deleteLegacyRows();
      return moved;
    });
  }

  /** Deletes only rows whose secret our table holds; rows that were refused stay. */
  #deleteLegacyRows(): void {
    const { records } = this.#legacyRows(Number.MAX_SAFE_INTEGER, new Set());
    if (records.length === 0) return;
    const known = this.#hashes();
    const remove = this.#database.prepare(
      "DELETE FROM seabird_auth_tokens WHERE id = CAST(? AS INTEGER)",
    );
    for (const { id, hash } of records) {
      if (known.has(hash)) remove.run(id.slice(LEGACY_ID_PREFIX.length));
    }
  }

  recordLastUse(uses: readonly LastUse[]): void {
    this.#inTransaction("BEGIN IMMEDIATE", () => {
      const update = this.#database.prepare(
        "UPDATE seabird_ts_tokens SET last_used_at_ms = max(coalesce(last_used_at_ms, 0), ?) WHERE id = ?",
      );
      for (const { id, atMs } of uses) update.run(atMs, id);
    });
  }

  #inTransaction<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: () => T): T {
    this.#database.exec(begin);
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function checkMayCreate({ path, create }: DatabaseLocation): void {
  if (!create) throw new Error("there is no such file");
  if (!existsSync(dirname(path))) throw new Error(`the folder ${dirname(path)} does not exist`);
}

function recordOf(row: Record<string, unknown>): TokenRecord {
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    hash: String(row["hash"]),
    scopes: scopesOf(row["scopes"]),
    createdAtMs: timeOf(row["created_at_ms"]),
    lastUsedAtMs: timeOf(row["last_used_at_ms"]),
    expiresAtMs: timeOf(row["expires_at_ms"]),
    revokedAtMs: timeOf(row["revoked_at_ms"]),
    origin: "stored",
  };
}

/** Scopes that were edited into something unreadable give no rights, and do not stop core. */
function scopesOf(value: unknown): string[] {
  try {
    const parsed: unknown = JSON.parse(String(value));
    return Array.isArray(parsed) ? parsed.filter((scope) => typeof scope === "string") : [];
  } catch {
    return [];
  }
}

function timeOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const BUSY = 5;
const LOCKED = 6;

/** Milliseconds between two attempts on a locked database. */
const BUSY_RETRY_MS = 20;

/**
 * Does `work`, again and again while another program holds the database's lock, up to
 * `timeoutMs`; then rejects with SQLite's error. The event loop goes on meanwhile.
 */
export async function retryWhileBusy<T>(timeoutMs: number, work: () => T | Promise<T>): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
    }
    await sleep(BUSY_RETRY_MS);
  }
}

/** Whether SQLite refused because another connection holds a lock. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  const primary = Number(error.errcode) & 0xff;
  return primary === BUSY || primary === LOCKED;
}
