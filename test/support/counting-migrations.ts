/** Migrations that tell how often they ran. */
import type { Migrations } from "@seabird-chat/sdk/storage";

export const countingMigrations: Migrations = {
  "001-table": async (db, column) => {
    await db.schema
      .createTable("ran")
      .addColumn("name", ...column.text())
      .execute();
    await db.insertInto("ran").values({ name: "001" }).execute();
  },
  "002-second": async (db) => {
    await db.insertInto("ran").values({ name: "002" }).execute();
  },
};
