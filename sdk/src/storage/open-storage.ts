/** `openStorage()`: opens storage without `storage()`, for programs, tests and your own `onStart`. */
import { errorMessage } from "@seabird-chat/runtime";
import { type Dialect, Kysely } from "kysely";
import { type Clock, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import { createLog, type Log } from "../program/log.ts";
import type { AnyTables, Migrations } from "./migration.ts";
import { type MigrateOptions, migrate, noLock, postgresLock } from "./migrations.ts";
import { claimStorage, type OwnTables, ownMigrations } from "./own-tables.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import type { StatementTiming } from "./postgres-pool.ts";
import { SqliteDialect } from "./sqlite-dialect.ts";
import { STORAGE } from "./storage-limits.ts";
import { IN_MEMORY, locationOf, type StorageLocation } from "./storage-location.ts";
import { OpenStore, type Sharing } from "./store.ts";

export interface OpenOptions {
  /**
   * Where the data is stored. Default: SQLite, a file named after the plugin in `.seabird/data`, which
   * only its owner may read. Also: the path of a file or folder; `":memory:"`; or `postgres://…`,
   * where each plugin has a schema of its own (this needs the package `pg`).
   */
  readonly url?: string | undefined;
  /** The migrations that create the tables. Default: none; the key-value store needs none. */
  readonly migrations?: Migrations | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
}

/** A plugin's name, or the host that its `onStart` receives. */
export type Owner = string | { readonly name: string; readonly clock: Clock; readonly log: Log };

/**
 * Opens a plugin's storage and runs its migrations. Close it at the end; `storage` does both for a
 * plugin.
 *
 * ```ts
 * quotes.onStart(async (host) => {
 *   const store = await openStorage(host, { migrations });
 *   return () => store.close();
 * });
 * ```
 *
 * Rejects with a SeabirdError: `bad_option` for invalid options, `failed_precondition` for a
 * migration that fails, or that was changed or removed after it was applied, `unavailable` for a
 * file or server that cannot be used.
 */
export async function openStorage<Tables = AnyTables>(
  owner: Owner,
  options: OpenOptions = {},
): Promise<OpenStore<Tables>> {
  checkOptionNames("openStorage", options, ["url", "migrations", "clock", "log"]);
  const given = typeof owner === "string" ? { name: owner } : owner;
  const name = checkedName(given.name);
  const clock = options.clock ?? ("clock" in given ? given.clock : systemClock);
  const log = options.log ?? ("log" in given ? given.log : createLog({ name, clock }));
  const location = locationOf(name, options.url);
  const timing: StatementTiming = { statementMs: STORAGE.migrationStatementMs };
  const db = new Kysely<AnyTables>({ dialect: dialectOf(location, log, timing) });
  try {
    await bringUpToDate(db, options.migrations ?? {}, { name, location, clock, log });
  } catch (reason) {
    await db.destroy();
    throw reason instanceof SeabirdError ? reason : notOpened(name, reason);
  }
  timing.statementMs = STORAGE.statementMs;
  const typed = db as unknown as Kysely<Tables>;
  const sharing = sharingOf(location);
  return new OpenStore<Tables>({ name, kind: location.kind, sharing, db: typed, clock });
}

/** Adds the plugin's name, which errors of PostgreSQL and the file system lack. */
function notOpened(name: string, cause: unknown): SeabirdError {
  const why = errorMessage(cause);
  return new SeabirdError("unavailable", `the storage of "${name}" cannot be opened: ${why}`, {
    cause,
  });
}

function sharingOf(location: StorageLocation): Sharing {
  if (location.kind === "postgres") return "server";
  return location.file === IN_MEMORY ? "nobody" : "file";
}

function dialectOf(location: StorageLocation, log: Log, timing: StatementTiming): Dialect {
  if (location.kind === "sqlite") return new SqliteDialect(location);
  return postgresDialect({ ...location, log, timing });
}

interface MigrationDeps {
  readonly name: string;
  readonly location: StorageLocation;
  readonly clock: Clock;
  readonly log: Log;
}

async function bringUpToDate(
  db: Kysely<AnyTables>,
  migrations: Migrations,
  { name, location, clock, log }: MigrationDeps,
): Promise<void> {
  const { kind } = location;
  const lock = kind === "postgres" ? postgresLock(location.schema) : noLock;
  const options = { owner: name, kind, clock, lock } satisfies Partial<MigrateOptions>;
  await migrate(db, ownMigrations(kind), { ...options, table: "seabird_own_migrations" });
  await claimStorage(db as unknown as Kysely<OwnTables>, name);
  const done = await migrate(db, migrations, { ...options, table: "seabird_migrations" });
  if (done.length > 0) log.info({ migrations: done }, "migrations were applied");
}

function checkedName(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) return name;
  const allowed = "up to 64 of a-z, 0-9, - and _";
  throw new SeabirdError("bad_option", `storage of "${name}": a name is ${allowed}`);
}
