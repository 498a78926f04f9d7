/** Kysely's dialect for Node's built-in SQLite. */
import {
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from "kysely";
import { SeabirdError } from "../link/errors.ts";
import { Mutex } from "./mutex.ts";
import { retryWhileBusy, SqliteConnection } from "./sqlite-connection.ts";
import { openFile } from "./sqlite-file.ts";
import { SqliteLease } from "./sqlite-lease.ts";
import { STORAGE } from "./storage-limits.ts";

export interface SqliteOptions {
  readonly file: string;
  /** Default: `STORAGE.lockWaitMs`. */
  readonly lockWaitMs?: number | undefined;
  /** Default: `STORAGE.connectionWaitMs`. */
  readonly connectionWaitMs?: number | undefined;
  /** Default: `STORAGE.transactionIdleMs`. */
  readonly transactionIdleMs?: number | undefined;
}

export class SqliteDialect implements Dialect {
  readonly #options: SqliteOptions;

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  createAdapter(): DialectAdapter {
    return new MutexAdapter();
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

/** Without it Kysely would queue queries for the one connection without a bound. */
class MutexAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** One connection: SQLite has one writer at a time anyway. */
class SqliteDriver implements Driver {
  readonly #options: SqliteOptions;
  readonly #mutex: Mutex;
  #connection: SqliteConnection | undefined;
  #lease: SqliteLease | undefined;

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#mutex = new Mutex(options.connectionWaitMs);
  }

  async init(): Promise<void> {
    const { file, lockWaitMs = STORAGE.lockWaitMs } = this.#options;
    const database = await retryWhileBusy(lockWaitMs, () => openFile(file));
    this.#connection = new SqliteConnection(database, lockWaitMs);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.acquire();
    const { transactionIdleMs = STORAGE.transactionIdleMs } = this.#options;
    if (this.#connection !== undefined) {
      const end = () => this.#mutex.release();
      this.#lease = new SqliteLease(this.#connection, transactionIdleMs, end);
      return this.#lease;
    }
    this.#mutex.release();
    throw closed();
  }

  /** Immediate, since a transaction that has read cannot start to write after another one wrote. */
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    const isReading = settings.accessMode === "read only";
    const statement = isReading ? "begin" : "begin immediate";
    await own(connection).use((open) => open.begin(statement));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).use((open) => open.end("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).rollback();
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await own(connection).use((open) => open.exec(`savepoint ${quoted(name)}`));
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await own(connection).use((open) => open.exec(`rollback to ${quoted(name)}`));
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await own(connection).use((open) => open.exec(`release ${quoted(name)}`));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    own(connection).release();
  }

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
    this.#lease?.release(closed());
  }
}

function closed(): SeabirdError {
  return new SeabirdError("closed", "the storage was closed");
}

function own(connection: DatabaseConnection): SqliteLease {
  if (connection instanceof SqliteLease) return connection;
  throw new TypeError("the connection belongs to another driver");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
