/** Migrations: named steps that run once each and must not change afterwards. */
import { errorMessage } from "@seabird-chat/runtime";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { columnsFor, type DatabaseKind } from "./columns.ts";
import { type AnyTables, type Migration, type Migrations, statementsOf } from "./migration.ts";
import { STORAGE } from "./storage-limits.ts";

interface Applied {
  readonly name: string;
  readonly statements: string;
}

/** One for the SDK's own tables, one for the plugin's. */
export type MigrationTable = "seabird_own_migrations" | "seabird_migrations";

type MigrationTables = Record<MigrationTable, Applied & { readonly applied_at: Date }>;

export interface MigrateOptions {
  /** The plugin's name, for messages. */
  readonly owner: string;
  readonly kind: DatabaseKind;
  /** Where applied migrations are recorded. */
  readonly table: MigrationTable;
  readonly clock: Clock;
  /** Runs first in the transaction and blocks other instances until it ends. */
  readonly lock: (trx: Transaction<AnyTables>) => Promise<void>;
}

interface Step extends Applied {
  readonly run: Migration;
}

/**
 * Applies the new migrations in one transaction. Throws `bad_option` for invalid names, and
 * `failed_precondition` for an applied migration that is changed, missing, or preceded by a new
 * one.
 */
export async function migrate(
  db: Kysely<AnyTables>,
  migrations: Migrations,
  options: MigrateOptions,
): Promise<readonly string[]> {
  const { owner, kind, table, clock, lock } = options;
  const steps: Step[] = [];
  for (const name of namesInOrder(owner, migrations)) {
    const run = migrations[name] as Migration;
    steps.push({ name, run, statements: await statementsOf(kind, run) });
  }
  return db.transaction().execute(async (trx) => {
    await lock(trx);
    const rows = await appliedIn(trx, kind, table);
    const open = openSteps(owner, steps, rows);
    for (const { name, statements, run } of open) {
      await run(trx, columnsFor(kind)).catch((cause: unknown) => {
        const what = `${describe(owner, name)} failed: ${errorMessage(cause)}`;
        throw new SeabirdError("failed_precondition", what, { cause });
      });
      const row = { name, statements, applied_at: new Date(clock.wallMs()) };
      await known(trx).insertInto(table).values(row).execute();
    }
    return open.map(({ name }) => name);
  });
}

function known(trx: Transaction<AnyTables>): Transaction<MigrationTables> {
  return trx as unknown as Transaction<MigrationTables>;
}

async function appliedIn(
  trx: Transaction<AnyTables>,
  kind: DatabaseKind,
  table: MigrationTable,
): Promise<Applied[]> {
  const column = columnsFor(kind);
  await trx.schema
    .createTable(table)
    .ifNotExists()
    .addColumn("name", "text", (built) => built.primaryKey())
    .addColumn("statements", ...column.text())
    .addColumn("applied_at", ...column.timestamp())
    .execute();
  return known(trx).selectFrom(table).select(["name", "statements"]).execute();
}

function openSteps(owner: string, steps: readonly Step[], rows: readonly Applied[]): Step[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const row of rows) {
    const step = byName.get(row.name);
    if (step === undefined) throw refused(owner, row.name, "was applied and is missing now");
    if (step.statements !== row.statements) throw refused(owner, row.name, CHANGED);
  }
  const done = new Set(rows.map(({ name }) => name));
  const open = steps.filter(({ name }) => !done.has(name));
  const last = steps.findLast(({ name }) => done.has(name));
  const [first] = open;
  if (first !== undefined && last !== undefined && steps.indexOf(first) < steps.indexOf(last)) {
    const why = `comes before "${last.name}", which was applied already: name it later`;
    throw refused(owner, first.name, why);
  }
  return open;
}

const CHANGED = "was changed after it was applied: undo that, and write a new one";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const asNumbers = new Intl.Collator("en", { numeric: true });

function namesInOrder(owner: string, migrations: Migrations): string[] {
  const names = Object.keys(migrations).sort(byCodeUnits);
  if (names.length > STORAGE.maxMigrations) {
    throw new SeabirdError("bad_option", `"${owner}" has ${names.length} migrations`);
  }
  for (const [index, name] of names.entries()) {
    if (!NAME.test(name) || typeof migrations[name] !== "function") {
      const allowed = "a function by a name of up to 100 of A-Z, a-z, 0-9, . _ and -";
      throw new SeabirdError("bad_option", `${describe(owner, name)} must be ${allowed}`);
    }
    const next = names[index + 1];
    if (next === undefined || !/^\d/.test(name) || asNumbers.compare(name, next) <= 0) continue;
    const advice = `"${name}" runs before "${next}": write numbers with the same count of digits`;
    throw new SeabirdError("bad_option", `migrations of "${owner}": ${advice}`);
  }
  return names;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function describe(owner: string, name: string): string {
  return `migration "${name}" of "${owner}"`;
}

function refused(owner: string, name: string, why: string): SeabirdError {
  return new SeabirdError("failed_precondition", `${describe(owner, name)} ${why}`);
}

/** SQLite lets only one transaction write at a time and needs no further lock. */
export async function noLock(): Promise<void> {}

/** Held until the transaction ends. */
export function postgresLock(schema: string): MigrateOptions["lock"] {
  return async (trx) => {
    const key = `seabird migrations of ${schema}`;
    await sql`select set_config('statement_timeout', ${`${STORAGE.migrationStatementMs}`}, true)`.execute(
      trx,
    );
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx);
    await trx.schema.createSchema(schema).ifNotExists().execute();
  };
}
