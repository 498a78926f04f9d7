/** The tables that the SDK keeps in every plugin's storage; their names begin with `seabird_`. */
import { type RawBuilder, sql } from "kysely";
import type { DatabaseKind } from "./columns.ts";
import type { Migrations } from "./migrations.ts";

export interface OwnTables {
  seabird_values: {
    readonly namespace: string;
    readonly key: string;
    readonly value: string;
    readonly expires_at: Date | null;
  };
}

/** They are changed as any plugin's tables are: by new steps. */
export function ownMigrations(kind: DatabaseKind): Migrations {
  const key = keyType(kind);
  return {
    "001-values": async (db, column) => {
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
  };
}

/** Compared by code points in both databases, whatever the language of the server. */
function keyType(kind: DatabaseKind): RawBuilder<unknown> {
  return sql.raw(kind === "postgres" ? 'text collate "C"' : "text");
}
