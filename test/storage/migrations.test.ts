/** Migrations over SQLite and a real PostgreSQL: once each, whole or not at all, never changed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { silentLog } from "@seabird-chat/sdk";
import { type Migration, type Migrations, openStorage, sql } from "@seabird-chat/sdk/storage";
import { countingMigrations } from "../support/counting-migrations.ts";
import { type Engine, testEngines } from "../support/storage-engines.ts";

const CHILD = fileURLToPath(new URL("../support/storage-child.ts", import.meta.url));
const run = promisify(execFile);

interface Ran {
  ran: { name: string };
}

function open(engine: Engine, migrations: Migrations, plugin = engine.plugin) {
  return openStorage<Ran>(plugin, { url: engine.url(), migrations, log: silentLog });
}

async function ranIn(engine: Engine, migrations: Migrations = countingMigrations) {
  await using store = await open(engine, migrations);
  const rows = await store.db.selectFrom("ran").select("name").orderBy("name").execute();
  return rows.map(({ name }) => name);
}

const first = countingMigrations["001-table"] as Migration;
const second = countingMigrations["002-second"] as Migration;
const third: Migration = (db) => db.insertInto("ran").values({ name: "003" }).execute();

function refusal(name: string, words: RegExp) {
  return (error: Error & { code?: string }) => {
    assert.equal(error.code, "failed_precondition");
    assert.match(error.message, new RegExp(`^migration "${name}" of "sample`));
    assert.match(error.message, words);
    return true;
  };
}

testEngines({
  "each runs once, in the order of the names": async (_, engine) => {
    const reversed = { "002-second": second, "001-table": first };
    assert.deepEqual(await ranIn(engine, reversed), ["001", "002"]);
    assert.deepEqual(await ranIn(engine), ["001", "002"]);
    const more = { ...countingMigrations, "003-third": third };
    assert.deepEqual(await ranIn(engine, more), ["001", "002", "003"]);
  },

  "one that fails leaves nothing of what it began with the others": async (_, engine) => {
    const failing = {
      ...countingMigrations,
      "003-fails": async (db: Parameters<Migration>[0]) => {
        await db.insertInto("ran").values({ name: "half" }).execute();
        await sql`insert into nowhere values (1)`.execute(db);
      },
    };
    await assert.rejects(open(engine, failing), refusal("003-fails", /failed: .*nowhere/));
    assert.deepEqual(await ranIn(engine), ["001", "002"]);
    await assert.rejects(open(engine, failing), refusal("003-fails", /failed: .*nowhere/));
    assert.deepEqual(await ranIn(engine), ["001", "002"]);
  },

  "a changed, a missing and a late one are named": async (_, engine) => {
    await ranIn(engine, { "001-table": first, "003-third": third });
    const changed: Migration = async (db, column) => {
      await db.schema
        .createTable("ran")
        .addColumn("name", ...column.text({ unique: true }))
        .execute();
      await db.insertInto("ran").values({ name: "001" }).execute();
    };
    const edited = { "001-table": changed, "003-third": third };
    await assert.rejects(open(engine, edited), refusal("001-table", /was changed after/));
    await assert.rejects(open(engine, { "001-table": first }), refusal("003-third", /is missing/));
    const late = { "001-table": first, "002-second": second, "003-third": third };
    await assert.rejects(open(engine, late), refusal("002-second", /comes before "003-third"/));
    // Another way of writing the same is no change, nor are other values.
    const rewritten: Migration = (db) => {
      const query = db.insertInto("ran");
      return query.values({ name: "again" }).execute();
    };
    const same = { "001-table": first, "003-third": rewritten };
    assert.deepEqual(await ranIn(engine, same), ["001", "003"]);
  },

  "one that needs rows to go on is told from another all the same": async (_, engine) => {
    const needing =
      (column: string): Migration =>
      async (db) => {
        const row = await db.selectFrom("ran").select("name").limit(1).executeTakeFirstOrThrow();
        await db
          .insertInto("ran")
          .values({ [column]: `${row["name"]} again` })
          .execute();
      };
    const migrations = { "001-table": first, "002-needs": needing("name") };
    assert.deepEqual(await ranIn(engine, migrations), ["001", "001 again"]);
    assert.deepEqual(await ranIn(engine, migrations), ["001", "001 again"]);
  },

  "names that cannot work are refused before anything is done": async (_, engine) => {
    const bad = { code: "bad_option" };
    await assert.rejects(open(engine, { "1-a": first, "10-b": second, "2-c": third }), bad);
    await assert.rejects(open(engine, { "a b": first }), bad);
    await assert.rejects(open(engine, { "": first }), bad);
    await assert.rejects(open(engine, { "001": "no function" as unknown as Migration }), bad);
    await assert.rejects(open(engine, {}, "Robert'); drop"), bad);
    assert.deepEqual(await ranIn(engine), ["001", "002"]);
  },

  "eight processes at once: each migration runs once, no count is lost": async (_, engine) => {
    const args = [CHILD, "migrate", engine.plugin, engine.url()];
    const children = Array.from({ length: 8 }, () =>
      run(process.execPath, args, { timeout: 60_000 }),
    );
    await Promise.all(children);
    assert.deepEqual(await ranIn(engine), ["001", "002"]);
    await using store = await open(engine, countingMigrations);
    assert.equal(await store.keyValue("counter").get("n"), 200);
  },

  "two plugins do not meet": async (_, engine) => {
    await ranIn(engine);
    const other = { "001-other": first };
    if (engine.kind === "sqlite") {
      const words = /belongs to plugin "sample6", not to "other"/;
      await assert.rejects(open(engine, other, "other"), words);
      return;
    }
    const names = ["other", "o".repeat(64), `${"o".repeat(63)}p`];
    for (const name of names) {
      await using store = await open(engine, other, name);
      const rows = await store.db.selectFrom("ran").select("name").execute();
      assert.deepEqual(rows, [{ name: "001" }]);
    }
  },
});
