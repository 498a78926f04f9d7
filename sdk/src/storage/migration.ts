/** A migration, and the digest of its statements, by which later changes are detected. */
import { createHash } from "node:crypto";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { type Columns, type DatabaseKind, recordedColumnsFor } from "./columns.ts";
import { STORAGE } from "./storage-limits.ts";

/** Tables with columns known only to the migration. */
export type AnyTables = Record<string, Record<string, unknown>>;

/**
 * One step. It must do nothing but query the database that it receives: to compute its digest,
 * it also runs without a database, where every query returns no rows.
 */
export type Migration = (db: Kysely<AnyTables>, column: Columns) => Promise<unknown>;

/** By name; they run sorted by name: `001-notes`, `002-tags`. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * A digest of the statements, without their values, which may contain the time. The function's
 * source would not do, since compiling changes it.
 */
export async function statementsOf(kind: DatabaseKind, migration: Migration): Promise<string> {
  const hash = createHash("sha256");
  let count = 0;
  const record = (sql: string) => {
    count++;
    if (count > STORAGE.maxMigrationStatements) throw new Error("too many statements");
    hash.update(sql).update("\0");
  };
  const db = new Kysely<AnyTables>({ dialect: recordingDialect(kind, record) });
  try {
    await migration(db, recordedColumnsFor(kind));
  } catch {
    // It needs rows to continue. The statements until then still identify it.
  }
  return hash.digest("hex");
}

type RecordStatement = (sql: string) => void;

function recordingDialect(kind: DatabaseKind, record: RecordStatement): Dialect {
  const createDriver = () => new RecordingDriver(record);
  if (kind === "sqlite") {
    return {
      createDriver,
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    };
  }
  return {
    createDriver,
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class RecordingDriver extends DummyDriver {
  readonly #record: RecordStatement;

  constructor(record: RecordStatement) {
    super();
    this.#record = record;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return {
      executeQuery: async <R>({ sql }: CompiledQuery): Promise<QueryResult<R>> => {
        this.#record(sql);
        return { rows: [], numAffectedRows: 0n };
      },
      // biome-ignore lint/correctness/useYield: there are no rows.
      async *streamQuery() {
        return;
      },
    };
  }
}
