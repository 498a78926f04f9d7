/** Writes are gathered, and one that cannot be written does not take the others with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@seabird-chat/sdk";
import { openStorage } from "@seabird-chat/sdk/storage";
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
