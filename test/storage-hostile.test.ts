/** Storage against authors and people who do what they should not: the same answer in both. */
import assert from "node:assert/strict";
import { chmod, copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "@seabird/sdk";
import {
  type AnyTables,
  type Kysely,
  type Migrations,
  openStorage,
  type Store,
  sql,
} from "@seabird/sdk/storage";
import { FakeClock } from "@seabird/testkit";
import { Kysely as Database } from "kysely";
import { postgresDialect } from "../sdk/src/storage/postgres-dialect.ts";
import { SqliteDialect } from "../sdk/src/storage/sqlite-dialect.ts";
import { STORAGE } from "../sdk/src/storage/storage-limits.ts";
import { needPostgres } from "./support/postgres-server.ts";
import { type Engine, temporaryFolder, testEngines } from "./support/storage-engines.ts";

const SINCE = new Date("1850-06-01T00:00:00.005Z");

const migrations: Migrations = {
  "001-things": (db, column) =>
    db.schema
      .createTable("thing")
      .addColumn("id", ...column.id())
      .addColumn("words", ...column.text({ nullable: true }))
      .addColumn("count", ...column.integer({ nullable: true }))
      .addColumn("weight", ...column.real({ nullable: true }))
      .addColumn("isOn", ...column.boolean({ default: true }))
      .addColumn("at", ...column.timestamp({ nullable: true }))
      .addColumn("extra", ...column.json({ nullable: true }))
      .execute(),
  "002-since": async (db, column) => {
    await db.insertInto("thing").values({ words: "old" }).execute();
    await db.schema
      .alterTable("thing")
      .addColumn("since", ...column.timestamp({ default: SINCE }))
      .execute();
    await db.deleteFrom("thing").where("since", "=", SINCE).execute();
  },
};

const clock = new FakeClock();

function open(engine: Engine, more: Migrations = {}): Promise<Store<AnyTables>> {
  const all = { ...migrations, ...more };
  return openStorage(engine.plugin, { url: engine.url(), migrations: all, clock, log: silentLog });
}

const REFUSED = { code: "invalid_argument" };

testEngines({
  "odd dates and numbers come out as they went in, or are refused": async (_, engine) => {
    await using store = await open(engine);
    assert.deepEqual(await store.db.selectFrom("thing").select("id").execute(), []);
    const zone = process.env["TZ"];
    // Its time was 53 minutes and 28 seconds ahead.
    process.env["TZ"] = "Europe/Berlin";
    try {
      for (const text of [
        "1850-06-01T00:00:00.005Z",
        "0001-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
        "1969-12-31T23:59:59.999Z",
      ]) {
        const at = new Date(text);
        const row = {
          at,
          weight: -5,
          count: -(2n ** 63n),
          words: "",
          extra: JSON.parse('{"__proto__":{"a":1}}'),
        };
        const back = await store.db
          .insertInto("thing")
          .values(row)
          .returningAll()
          .executeTakeFirstOrThrow();
        const { id: _id, ...rest } = back;
        assert.deepEqual(rest, { ...row, isOn: true, since: SINCE });
        const found = await store.db
          .selectFrom("thing")
          .select("at")
          .where("at", "=", at)
          .executeTakeFirst();
        assert.deepEqual(found, { at });
      }
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
    const add = (row: object) => store.db.insertInto("thing").values(row).execute();
    for (const at of [new Date(-1e15), new Date(1e15)]) await assert.rejects(add({ at }), REFUSED);
    for (const count of [2n ** 63n, -(2n ** 63n) - 1n])
      await assert.rejects(add({ count }), REFUSED);
    const round: Record<string, unknown> = {};
    round["round"] = round;
    for (const extra of [round, { big: 5n }, { no: Number.NaN }])
      await assert.rejects(add({ extra }), REFUSED);
  },

  "a column holds what its type says": async (_, engine) => {
    await using store = await open(engine);
    const add = (row: object) => store.db.insertInto("thing").values(row).execute();
    const wrong = [
      { extra: "hello" },
      { extra: "{" },
      { count: 1.5 },
      { count: "many" },
      { weight: "heavy" },
      { isOn: 5 },
      { at: "some day" },
    ];
    for (const row of wrong) await assert.rejects(add(row), JSON.stringify(row));
    await add({ words: 5, extra: '"hello"' });
    const row = await store.db.selectFrom("thing").select(["words", "extra"]).executeTakeFirst();
    assert.deepEqual(row, { words: "5", extra: "hello" });
  },

  "several statements in one are refused, not cut off": async (_, engine) => {
    await using store = await open(engine);
    const two = sql.raw("create table one (a integer); create table two (a integer)");
    await assert.rejects(two.execute(store.db));
    await assert.rejects(sql`select * from one`.execute(store.db));
    await sql.raw("create table one (a integer); -- and; no more\n ").execute(store.db);
    const failing = open(engine, { "003-two": (db) => two.execute(db) });
    await assert.rejects(failing, { code: "failed_precondition" });
  },

  "a transaction that is over cannot be gone on with by what was not awaited": async (
    _,
    engine,
  ) => {
    await using store = await open(engine);
    let kept: Kysely<AnyTables> | undefined;
    await store.db.transaction().execute(async (trx) => {
      kept = trx;
      await trx.insertInto("thing").values({ words: "a" }).execute();
    });
    const other = await store.db.startTransaction().execute();
    await assert.rejects(async () => kept?.insertInto("thing").values({ words: "late" }).execute());
    await other.rollback().execute();
    const rows = await store.db.selectFrom("thing").select("words").execute();
    assert.deepEqual(rows, [{ words: "a" }]);
  },

  "a value that is no JSON, or will be one, is refused and changes nothing": async (_, engine) => {
    await using store = await open(engine);
    const values = store.keyValue("k");
    await values.set("a", 1);
    const round: unknown[] = [];
    round.push(round);
    for (const value of [
      5n,
      round,
      Number.NaN,
      [Number.POSITIVE_INFINITY],
      undefined,
      () => 1,
      Symbol("s"),
    ]) {
      await assert.rejects(values.set("a", value), REFUSED, typeof value);
    }
    const changes: (() => unknown)[] = [
      async () => 2,
      () => Promise.reject(new Error("late")),
      () => Number.NaN,
    ];
    for (const next of changes) {
      await assert.rejects(values.update("a", next), REFUSED);
    }
    assert.equal(await values.get("a"), 1);
  },

  "what has expired goes, also when it is only ever updated": async (_, engine) => {
    await using store = await open(engine);
    const values = store.keyValue<number>("quiet");
    for (let i = 0; i < 5; i++) {
      await values.update(`user ${i}`, () => i, { expiresIn: "5s" });
      await clock.advance("1m");
    }
    const { rows } = await sql`select key from seabird_values`.execute(store.db);
    assert.equal(rows.length, 1);
  },
});

test("a transaction that says nothing holds up nobody for ever", async () => {
  const dialect = new SqliteDialect({ file: ":memory:", transactionIdleMs: 50 });
  await using db = new Database<{ a: { b: number } }>({ dialect });
  await sql`create table a (b integer)`.execute(db);
  const left = await db.startTransaction().execute();
  await left.insertInto("a").values({ b: 1 }).execute();
  // Waits its turn until the one before is rolled back.
  assert.deepEqual(await db.selectFrom("a").selectAll().execute(), []);
  const late = { code: "aborted", message: /said nothing for 50 ms and was rolled back/ };
  await assert.rejects(left.insertInto("a").values({ b: 2 }).execute(), late);
  await assert.rejects(left.commit().execute(), late);
  await left.rollback().execute();
  const busy = db.transaction().execute(async (trx) => {
    for (let i = 0; i < 8; i++) {
      await trx.insertInto("a").values({ b: i }).execute();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  await busy;
  assert.equal((await db.selectFrom("a").selectAll().execute()).length, 8);
});

test("closed in the middle of a transaction: its holder and who waits are told so", async () => {
  const store = await openStorage("notes", { url: ":memory:", log: silentLog });
  const trx = await store.db.startTransaction().execute();
  const waiting = assert.rejects(sql`select 1`.execute(store.db), { code: "closed" });
  await store.close();
  await waiting;
  await assert.rejects(sql`select 1`.execute(trx), { code: "closed" });
  await assert.rejects(trx.commit().execute(), { code: "closed" });
});

test("PostgreSQL ends a transaction that says nothing, and its place is another's", async (t) => {
  const server = await needPostgres(t);
  if (server === undefined) return;
  await using store = await openStorage("notes", { url: server.url, log: silentLog });
  const name = sql<{
    ms: string;
  }>`select current_setting('idle_in_transaction_session_timeout') as ms`;
  assert.deepEqual((await name.execute(store.db)).rows, [
    { ms: `${STORAGE.transactionIdleMs / 1_000}s` },
  ]);
  for (let i = 0; i < STORAGE.postgresConnections; i++) {
    // Nobody gives it back.
    const trx = await store.db.startTransaction().execute();
    await sql`set local idle_in_transaction_session_timeout = 20`.execute(trx);
  }
  await sql`select 1`.execute(store.db);
});

test("a connection to PostgreSQL that cannot be made ready takes nobody's place", async (t) => {
  const server = await needPostgres(t);
  if (server === undefined) return;
  const timing = { statementMs: 30_000 };
  const place = { url: server.url, schema: "no\0schema", log: silentLog, timing };
  await using db = new Database<unknown>({ dialect: postgresDialect(place) });
  for (let i = 0; i < STORAGE.postgresConnections + 2; i++) {
    await assert.rejects(sql`select 1`.execute(db), REFUSED);
  }
});

test("what stands beside a file from before is for its owner's eyes too", async (t) => {
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, "from.db"), join(folder, "to.db")];
  await using store = await openStorage("notes", { url: from, log: silentLog });
  await store.keyValue("k").set("a", 1);
  for (const end of ["", "-wal"]) {
    await copyFile(from + end, to + end);
    await chmod(to + end, 0o644);
  }
  await using other = await openStorage("notes", { url: to, log: silentLog });
  assert.equal(await other.keyValue("k").get("a"), 1);
  for (const end of ["", "-wal", "-shm"]) {
    assert.equal(((await stat(to + end)).mode & 0o777).toString(8), "600", end);
  }
});

test("a full disk fails the query, and the storage goes on", async (t) => {
  const url = join(await temporaryFolder(t), "full.db");
  await using store = await openStorage("notes", { url, log: silentLog });
  const values = store.keyValue("k");
  await values.set("small", 1);
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.db);
  await sql.raw(`pragma max_page_count = ${rows[0]?.page_count}`).execute(store.db);
  const big = "x".repeat(200_000);
  await assert.rejects(values.set("big", big), /full/);
  const filling = store.db.transaction().execute(async (trx) => {
    await sql`update seabird_values set value = ${big}`.execute(trx);
  });
  await assert.rejects(filling, /full/);
  assert.equal(await values.get("small"), 1);
  await sql`pragma max_page_count = 100000`.execute(store.db);
  await values.set("big", big);
});
