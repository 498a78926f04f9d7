/** A migration's digest is stable across versions of the SDK and Kysely. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Migration, statementsOf } from "./migration.ts";
import { ownMigrations } from "./own-tables.ts";

/** If this fails, existing plugins will not start: do not change the digests. */
test("digests as stored in databases", async () => {
  const sample: Migration = async (db, column) => {
    await db.schema
      .createTable("sample")
      .addColumn("id", ...column.id())
      .addColumn("text", ...column.text({ nullable: true, unique: true, default: "it's" }))
      .addColumn("integer", ...column.integer({ default: 5 }))
      .addColumn("real", ...column.real())
      .addColumn("boolean", ...column.boolean({ default: true }))
      .addColumn("timestamp", ...column.timestamp())
      .addColumn("json", ...column.json())
      .addColumn("user", ...column.user({ references: "other.user" }))
      .execute();
    await db.schema.createIndex("sample_text").on("sample").columns(["text", "real"]).execute();
    await db.insertInto("sample").values({ text: "a", real: 1 }).execute();
    await db.updateTable("sample").set({ text: "b" }).where("text", "=", "a").execute();
    await db.schema.alterTable("sample").dropColumn("real").execute();
  };
  for (const kind of ["sqlite", "postgres"] as const) {
    const steps = Object.entries({ sample, ...ownMigrations(kind) });
    const digests = steps.map(async ([name, step]) => [name, await statementsOf(kind, step)]);
    assert.deepEqual(Object.fromEntries(await Promise.all(digests)), GOLDEN[kind]);
  }
});

const GOLDEN = {
  sqlite: {
    sample: "058a7a7d05fee3817261f95a41bb967101e1855248559fe0020d32489331c6cd",
    "001-owner": "56d0ca754a7f5aed18f8a943128cc78fc1b612ca0fef5a53c37a0dbe7a589e24",
    "002-values": "e808f40f46c77a927c82aa6a2567d31250065a89972dc625a8c0f85272075e09",
    "003-jobs": "93e89b14740252bdb97ce9040c31b4f377e5606aac5fcbc2c98b6204b943720d",
    "004-outages": "3d006e5bff9adecf0c527f7cc4ec4d0cbaaec4fa5ea739004a068849ca15b67c",
  },
  postgres: {
    sample: "3b36903cd9377da3af7be8dbb7b30ee7969196e39bada513510cd812d77d77d3",
    "001-owner": "56d0ca754a7f5aed18f8a943128cc78fc1b612ca0fef5a53c37a0dbe7a589e24",
    "002-values": "25b11ee59af7df09224092742d3839008368fb785aa05600f47a448af7a80674",
    "003-jobs": "3419c81dee2b0799c1c2821f519c9068a1961ff63ff7a92be22c4d0e24a03baa",
    "004-outages": "d15c0c99fdaa8c47cba01c078570b9334e42d16e1a04aeb3cd47ed4bcc2f0abe",
  },
};

test("a migration that never ends by itself is cut off", async () => {
  const endless: Migration = async (db) => {
    for (;;) await db.selectFrom("a").selectAll().execute();
  };
  assert.match(await statementsOf("sqlite", endless), /^[0-9a-f]{64}$/);
});
