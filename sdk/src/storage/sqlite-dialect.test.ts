/** SQLite's one connection: who holds it, and how long others wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kysely, sql } from "kysely";
import { Mutex } from "./mutex.ts";
import { SqliteDialect } from "./sqlite-dialect.ts";
import { STORAGE } from "./storage-limits.ts";

test("a query outside a transaction that waits for it is refused", async () => {
  const dialect = new SqliteDialect({ file: ":memory:", connectionWaitMs: 20 });
  await using db = new Kysely<unknown>({ dialect });
  const deadlock = db.transaction().execute(() => sql`select 1`.execute(db));
  await assert.rejects(deadlock, { code: "deadline_exceeded", message: /use what it is given/ });
  assert.deepEqual((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }]);
});

test("the mutex grants in order and bounds its waiters", async () => {
  const mutex = new Mutex(60_000);
  const order: number[] = [];
  await mutex.acquire();
  const waiting = Array.from({ length: STORAGE.maxWaitingForConnection }, async (_, index) => {
    await mutex.acquire();
    order.push(index);
    mutex.release();
  });
  await assert.rejects(mutex.acquire(), { code: "resource_exhausted" });
  mutex.release();
  await Promise.all(waiting);
  assert.deepEqual(order, [...order.keys()]);
  assert.equal(order.length, STORAGE.maxWaitingForConnection);
  await mutex.acquire();
});

test("a waiter that timed out does not get the mutex", async () => {
  const mutex = new Mutex(10);
  await mutex.acquire();
  await assert.rejects(mutex.acquire(), { code: "deadline_exceeded" });
  mutex.release();
  await mutex.acquire();
});

test("queries are not streamed, and nothing runs after the end", async () => {
  const db = new Kysely<{ a: { b: number } }>({ dialect: new SqliteDialect({ file: ":memory:" }) });
  await sql`create table a (b integer)`.execute(db);
  const streaming = Array.fromAsync(db.selectFrom("a").selectAll().stream());
  await assert.rejects(streaming, { code: "unimplemented" });
  await db.destroy();
  await assert.rejects(db.selectFrom("a").selectAll().execute());
});

test("a write that ran before runs again when its table is another one", async () => {
  const dialect = new SqliteDialect({ file: ":memory:" });
  await using db = new Kysely<{ a: { b: number | string } }>({ dialect });
  const write = (b: number | string) => db.insertInto("a").values({ b }).execute();
  await sql`create table a (b integer)`.execute(db);
  await write(1);
  await sql`drop table a`.execute(db);
  await assert.rejects(write(2), /no such table/);
  await sql`create table a (c text default 'c', b text unique)`.execute(db);
  const large = "x".repeat(10_000);
  await write(large);
  await assert.rejects(write(large), /UNIQUE/);
  await write(3);
  const rows = await db.selectFrom("a").selectAll().execute();
  assert.deepEqual(rows, [
    { c: "c", b: large },
    { c: "c", b: "3" },
  ]);
});
