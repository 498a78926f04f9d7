/** Kysely over Node's own SQLite. */
import type { DatabaseSync } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from "kysely";
import { pause, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { openFile } from "./sqlite-file.ts";
import { readerFor, toSqlite } from "./sqlite-values.ts";
import { STORAGE } from "./storage-limits.ts";
import { Turns } from "./turns.ts";

export interface SqliteOptions {
  readonly file: string;
  /** Default: the limit `lockWaitMs`. */
  readonly lockWaitMs?: number | undefined;
  /** Default: the limit `connectionWaitMs`. */
  readonly connectionWaitMs?: number | undefined;
}

export class SqliteDialect implements Dialect {
  readonly #options: SqliteOptions;

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  createAdapter(): DialectAdapter {
    return new OwnTurnsAdapter();
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#options);
  }

  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature.
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }
}

/** Kysely would let queries wait for the one connection without end. */
class OwnTurnsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** One connection: SQLite has one writer at a time anyway. */
class SqliteDriver implements Driver {
  readonly #options: SqliteOptions;
  readonly #turns: Turns;
  #connection: SqliteConnection | undefined;

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#turns = new Turns(options.connectionWaitMs);
  }

  async init(): Promise<void> {
    const { file, lockWaitMs = STORAGE.lockWaitMs } = this.#options;
    const database = await whenFree(lockWaitMs, () => openFile(file));
    this.#connection = new SqliteConnection(database, lockWaitMs);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#turns.take();
    if (this.#connection !== undefined) return this.#connection;
    this.#turns.end();
    throw new SeabirdError("closed", "the storage was closed");
  }

  /** A transaction that began to read could not begin to write when somebody else has. */
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    const isReading = settings.accessMode === "read only";
    await own(connection).begin(isReading ? "begin" : "begin immediate");
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    own(connection).end("commit");
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    own(connection).end("rollback");
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    own(connection).exec(`savepoint ${quoted(name)}`);
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    own(connection).exec(`rollback to ${quoted(name)}`);
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    own(connection).exec(`release ${quoted(name)}`);
  }

  async releaseConnection(): Promise<void> {
    this.#turns.end();
  }

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #lockWaitMs: number;

  constructor(database: DatabaseSync, lockWaitMs: number) {
    this.#database = database;
    this.#lockWaitMs = lockWaitMs;
  }

  begin(statement: string): Promise<void> {
    return whenFree(this.#lockWaitMs, () => this.#database.exec(statement));
  }

  /** SQLite ends a transaction by itself after some errors, such as a full disk. */
  end(statement: "commit" | "rollback"): void {
    if (statement === "rollback" && !this.#database.isTransaction) return;
    this.#database.exec(statement);
  }

  exec(statement: string): void {
    this.#database.exec(statement);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const run = () => this.#run<R>(query);
    // Inside a transaction the lock is held already.
    return whenFree(this.#database.isTransaction ? 0 : this.#lockWaitMs, run);
  }

  // biome-ignore lint/correctness/useYield: there is nothing to stream from memory.
  async *streamQuery<R>(): AsyncGenerator<QueryResult<R>> {
    throw new SeabirdError("unimplemented", "queries are not streamed: take pages instead");
  }

  #run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const statement = this.#database.prepare(sql);
    const values = parameters.map(toSqlite);
    const columns = statement.columns();
    if (columns.length === 0) {
      const { changes, lastInsertRowid } = statement.run(...values);
      const numAffectedRows = BigInt(changes);
      return { rows: [], numAffectedRows, insertId: BigInt(lastInsertRowid) };
    }
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const readers = columns.map(({ name, type }) => ({ name, read: readerFor(type) }));
    const rows = statement.all(...values) as unknown as unknown[][];
    const toRow = (row: unknown[]) =>
      Object.fromEntries(readers.map(({ name, read }, index) => [name, read(row[index])]));
    return { rows: rows.map(toRow) as R[] };
  }
}

function own(connection: DatabaseConnection): SqliteConnection {
  if (connection instanceof SqliteConnection) return connection;
  throw new TypeError("that is another driver's connection");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
const SQLITE_BUSY = 5;

/**
 * Tries again while another process writes. SQLite's own busy timeout would stop the event loop
 * meanwhile. By the machine's clock: that is what the other process runs by.
 */
async function whenFree<T>(waitMs: number, work: () => T): Promise<T> {
  const untilMs = systemClock.now() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (systemClock.now() >= untilMs) {
        const words = "the database is locked: another process writes to it for too long";
        throw new SeabirdError("unavailable", words, { cause: error });
      }
    }
    await pause(systemClock, pauseMs);
  }
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  return (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
