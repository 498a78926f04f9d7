/** Writes are gathered, and one that cannot be written does not take the others with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@seabird-chat/sdk";
import { openStorage, sql } from "@seabird-chat/sdk/storage";
import { FakeClock } from "@seabird-chat/testkit";
import { migrations, type Tables } from "./tables.ts";
import { WriteBatch } from "./write-batch.ts";

test("of a batch, only the write that fails is not written, and it is told", async () => {
  await using store = await openStorage<Tables>("bridge", {
    url: ":memory:",
    migrations,
    log: silentLog,
  });
  const failures: unknown[] = [];
  const writes = new WriteBatch(
    () => store.db,
    (reason) => failures.push(reason),
    new FakeClock(),
  );
  for (const channel of ["a", "b", "b", "c"]) {
    writes.add((db) => db.insertInto("place").values({ channel }).execute());
  }
  await writes.flushed();
  const rows = await store.db.selectFrom("place").select("channel").orderBy("channel").execute();
  assert.deepEqual(
    rows.map(({ channel }) => channel),
    ["a", "b", "c"],
  );
  assert.equal(failures.length, 1);
});

test("whoever waits for what was added before does not wait for what comes later", async () => {
  await using store = await openStorage<Tables>("bridge", {
    url: ":memory:",
    migrations,
    log: silentLog,
  });
  const writes = new WriteBatch(
    () => store.db,
    (reason) => assert.fail(String(reason)),
    new FakeClock(),
  );
  let isOver = false;
  let count = 0;
  const again = async () => {
    count += 1;
    if (!isOver) writes.add(again);
  };
  writes.add(again);
  await writes.flushed();
  assert.ok(count >= 1);
  isOver = true;
  await writes.flushed();
});

test("writes wait for a storage that is away, and are given up only when the bridge closes", async () => {
  await using store = await openStorage<Tables>("bridge", {
    url: ":memory:",
    migrations,
    log: silentLog,
  });
  const clock = new FakeClock();
  const failures: unknown[] = [];
  let isAway = true;
  const db = () => {
    if (isAway) throw new Error("connection refused");
    return store.db;
  };
  const writes = new WriteBatch(db, (reason) => failures.push(reason), clock);
  for (const channel of ["a", "b"]) {
    writes.add((tx) => tx.insertInto("place").values({ channel }).execute());
  }
  const waits = assert.rejects(writes.flushed(), /cannot be reached/);
  await clock.advance("10m");
  await waits;
  await assert.rejects(writes.flushed(), /cannot be reached/);
  assert.deepEqual(failures.map(String), ["Error: connection refused"]);
  isAway = false;
  await clock.advance("30s");
  await writes.flushed();
  const rows = await store.db.selectFrom("place").select("channel").execute();
  assert.deepEqual(
    rows.map(({ channel }) => channel),
    ["a", "b"],
  );
  isAway = true;
  writes.add((tx) => tx.insertInto("place").values({ channel: "c" }).execute());
  await writes.close();
  assert.equal(failures.length, 3);
});

test("writes wait for a storage that is full, and none is given up", async () => {
  await using store = await openStorage<Tables>("bridge", {
    url: ":memory:",
    migrations,
    log: silentLog,
  });
  const clock = new FakeClock();
  const failures: string[] = [];
  const writes = new WriteBatch(
    () => store.db,
    (reason) => failures.push(String(reason)),
    clock,
  );
  const pages = async (most: number) =>
    await sql.raw(`PRAGMA max_page_count = ${most}`).execute(store.db);
  await pages(1);
  const channels = Array.from({ length: 10 }, (_, n) => `${n}`.repeat(5_000));
  for (const channel of channels) {
    writes.add((tx) => tx.insertInto("place").values({ channel }).execute());
  }
  const waits = assert.rejects(writes.flushed(), /cannot be reached/);
  await clock.advance("10m");
  await waits;
  assert.equal(failures.length, 1, failures.join());
  assert.match(failures[0] ?? "", /full/);
  await pages(100_000);
  await clock.advance("30s");
  await writes.flushed();
  const rows = await store.db.selectFrom("place").select("channel").orderBy("id").execute();
  assert.deepEqual(
    rows.map(({ channel }) => channel),
    channels,
  );
});

test("writes gather, but neither behind an urgent one nor beyond a batch", async () => {
  await using store = await openStorage<Tables>("bridge", {
    url: ":memory:",
    migrations,
    log: silentLog,
  });
  const clock = new FakeClock();
  const writes = new WriteBatch(
    () => store.db,
    (reason) => assert.fail(String(reason)),
    clock,
  );
  const written: string[] = [];
  const add = async (name: string, kind?: "urgent") => {
    const { promise, resolve } = Promise.withResolvers<void>();
    writes.add(async () => {
      written.push(name);
      resolve();
    }, kind);
    await promise;
  };
  void add("waits");
  await add("urgent", "urgent");
  assert.deepEqual(written, ["waits", "urgent"]);
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => add(`one of many ${n}`)));
  void Array.from({ length: 2_500 }, (_, n) => add(`flushed ${n}`));
  await writes.flushed();
  const last = add("last");
  await clock.advance("1s");
  await last;
  assert.equal(written.length, 3_503);
});

test("with too many that wait a write is given up, but not one that ends an earlier one", async () => {
  const failures: string[] = [];
  const noDb = () => {
    throw new Error("connection refused");
  };
  const writes = new WriteBatch(noDb, (reason) => failures.push(String(reason)), new FakeClock());
  const none = async () => undefined;
  for (let n = 0; n < 100_000; n++) writes.add(none);
  writes.add(none, "end");
  assert.deepEqual(failures, []);
  writes.add(none);
  assert.deepEqual(failures, ["Error: 100000 writes wait already"]);
  await writes.close();
});
