/** The tables of the token database, and how an older database is brought up to date. */
import type { DatabaseSync } from "node:sqlite";

/**
 * The steps that bring a database to today's tables. Never change a step that was released: add
 * one. All names begin with `seabird_ts_`, because an existing installation's tables live in the
 * same file. No STRICT and no other word that an older SQLite cannot read: the original core must
 * still open the file.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE seabird_ts_tokens (
     id TEXT PRIMARY KEY NOT NULL,
     name TEXT NOT NULL,
     hash BLOB NOT NULL UNIQUE,
     scopes TEXT NOT NULL,
     created_at_ms INTEGER NOT NULL,
     last_used_at_ms INTEGER,
     expires_at_ms INTEGER,
     revoked_at_ms INTEGER
   )`,
];

/** The version that a database is at; 0 for one without our tables. */
function versionOf(database: DatabaseSync): number {
  const table = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'seabird_ts_migrations'")
    .get();
  if (table === undefined) return 0;
  const row = database.prepare("SELECT max(version) AS version FROM seabird_ts_migrations").get();
  return Number(row?.["version"] ?? 0);
}

/** Does the missing steps in one transaction; a database that is up to date is only read. */
export function migrate(database: DatabaseSync, nowMs: number): void {
  if (checkedVersion(database) === MIGRATIONS.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(
      "CREATE TABLE IF NOT EXISTS seabird_ts_migrations (version INTEGER PRIMARY KEY NOT NULL, applied_at_ms INTEGER NOT NULL)",
    );
    const done = checkedVersion(database);
    const record = database.prepare("INSERT INTO seabird_ts_migrations VALUES (?, ?)");
    for (const [index, step] of MIGRATIONS.slice(done).entries()) {
      database.exec(step);
      record.run(done + index + 1, nowMs);
    }
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function checkedVersion(database: DatabaseSync): number {
  const version = versionOf(database);
  if (version > MIGRATIONS.length) {
    throw new Error(
      `it was made by a newer Seabird (its tables are at version ${version}, this one knows ${MIGRATIONS.length})`,
    );
  }
  return version;
}
