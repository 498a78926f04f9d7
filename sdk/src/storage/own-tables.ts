/** The tables that the SDK keeps in every plugin's storage; their names begin with `seabird_`. */
import { type Generated, type Kysely, type RawBuilder, sql } from "kysely";
import { SeabirdError } from "../link/errors.ts";
import type { DatabaseKind } from "./columns.ts";
import type { Migrations } from "./migration.ts";

export interface OwnTables {
  seabird_values: {
    readonly namespace: string;
    readonly key: string;
    readonly value: string;
    readonly expires_at: Date | null;
  };
  seabird_jobs: {
    readonly id: Generated<number>;
    readonly name: string;
    readonly key: string;
    readonly data: string;
    readonly rule: string | null;
    readonly due_at: Date;
    readonly try_at: Date;
    readonly attempts: number;
    /** Attempts that failed because something was away; they do not count. */
    readonly outage_attempts: Generated<number>;
    /** When the first of them failed. */
    readonly outage_since: Date | null;
    readonly claimed_by: string | null;
    readonly version: number;
  };
  /** One row: the plugin that owns the storage. */
  seabird_owner: { readonly id: number; readonly name: string };
}

/** Changed like a plugin's tables: by adding migrations. */
export function ownMigrations(kind: DatabaseKind): Migrations {
  const key = keyType(kind);
  return {
    "001-owner": async (db, column) => {
      await db.schema
        .createTable("seabird_owner")
        .addColumn("id", "integer", (built) => built.primaryKey())
        .addColumn("name", ...column.text())
        .execute();
    },
    "002-values": async (db, column) => {
      await db.schema
        .createTable("seabird_values")
        .addColumn("namespace", key, (built) => built.notNull())
        .addColumn("key", key, (built) => built.notNull())
        .addColumn("value", ...column.text())
        .addColumn("expires_at", ...column.timestamp({ nullable: true }))
        .addPrimaryKeyConstraint("seabird_values_key", ["namespace", "key"])
        .execute();
      await db.schema
        .createIndex("seabird_values_expiry")
        .on("seabird_values")
        .column("expires_at")
        .execute();
    },
    "003-jobs": async (db, column) => {
      await db.schema
        .createTable("seabird_jobs")
        .addColumn("id", ...column.id())
        .addColumn("name", key, (built) => built.notNull())
        .addColumn("key", key, (built) => built.notNull())
        .addColumn("data", ...column.text())
        .addColumn("rule", ...column.text({ nullable: true }))
        .addColumn("due_at", ...column.timestamp())
        .addColumn("try_at", ...column.timestamp())
        .addColumn("attempts", ...column.integer())
        .addColumn("claimed_by", ...column.text({ nullable: true }))
        .addColumn("version", ...column.integer())
        .addUniqueConstraint("seabird_jobs_key", ["name", "key"])
        .execute();
      await db.schema.createIndex("seabird_jobs_try").on("seabird_jobs").column("try_at").execute();
    },
    "004-outages": async (db, column) => {
      await db.schema
        .alterTable("seabird_jobs")
        .addColumn("outage_attempts", ...column.integer({ default: 0 }))
        .execute();
      await db.schema
        .alterTable("seabird_jobs")
        .addColumn("outage_since", ...column.timestamp({ nullable: true }))
        .execute();
    },
  };
}

/** Records `owner` as the owner. Throws `failed_precondition` if another plugin owns it. */
export async function claimStorage(db: Kysely<OwnTables>, owner: string): Promise<void> {
  await db
    .insertInto("seabird_owner")
    .values({ id: 1, name: owner })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  const { name } = await db.selectFrom("seabird_owner").select("name").executeTakeFirstOrThrow();
  if (name === owner) return;
  const words = `the storage belongs to plugin "${name}", not to "${owner}": name another file`;
  throw new SeabirdError("failed_precondition", words);
}

/** Compared by code points in both databases, whatever the server's locale. */
function keyType(kind: DatabaseKind): RawBuilder<unknown> {
  return sql.raw(kind === "postgres" ? 'text collate "C"' : "text");
}
