/** Storage that cannot be opened, is full, closed or held up: what everybody else gets of it. */
import assert from "node:assert/strict";
import { chmod, copyFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { SeabirdError, silentLog } from "@seabird-chat/sdk";
import { openStorage, sql } from "@seabird-chat/sdk/storage";
import { Kysely as Database } from "kysely";
import { postgresDialect } from "../../sdk/src/storage/postgres-dialect.ts";
import { SqliteDialect } from "../../sdk/src/storage/sqlite-dialect.ts";
import { STORAGE } from "../../sdk/src/storage/storage-limits.ts";
import { needPostgres } from "../support/postgres-server.ts";
import { temporaryFolder } from "../support/storage-engines.ts";

const REFUSED = { code: "invalid_argument" };

test("what cannot be opened says whose it is, and never the password", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "letter"), "Dear Ann, this is no database.".repeat(100));
  const urls = {
    [join(folder, "letter", "notes.db")]: /EEXIST|ENOTDIR/,
    [join(folder, "letter")]: /not a database/,
    "postgres://ann:hunter2@127.0.0.1:1/bots": /ECONNREFUSED/,
  };
  for (const [url, why] of Object.entries(urls)) {
    const opening = openStorage("notes", { url, log: silentLog });
    const error = await opening.catch((reason: unknown) => reason);
    assert.ok(error instanceof SeabirdError && error.code === "unavailable", `${error}`);
    assert.match(error.message, /^the storage of "notes" cannot be opened: /);
    assert.match(error.message, why);
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hunter2/);
  }
});

test("a transaction that says nothing holds up nobody for ever", async () => {
  const dialect = new SqliteDialect({ file: ":memory:", transactionIdleMs: 50 });
  await using db = new Database<{ a: { b: number } }>({ dialect });
  await sql`create table a (b integer)`.execute(db);
  const left = await db.startTransaction().execute();
  await left.insertInto("a").values({ b: 1 }).execute();
  // Waits its turn until the one before is rolled back.
  assert.deepEqual(await db.selectFrom("a").selectAll().execute(), []);
  const late = { code: "aborted", message: /was idle for 50 ms and was rolled back/ };
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
