/** Messages are found by their ids, also when more have crossed than are kept in memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@seabird-chat/sdk";
import { openStorage } from "@seabird-chat/sdk/storage";
import { FakeClock } from "@seabird-chat/testkit";
import { MessageMap } from "./message-map.ts";
import { Places } from "./places.ts";
import { migrations, type Tables } from "./tables.ts";
import { WriteBatch } from "./write-batch.ts";

const HERE = "irc://libera/lobby";
const THERE = "matrix://home/lobby";

test("a message of very many parts leaves memory, and is found all the same", async () => {
  const options = { url: ":memory:", migrations, log: silentLog };
  await using store = await openStorage<Tables>("bridge", options);
  const db = () => store.db;
  const failed = (reason: unknown) => assert.fail(String(reason));
  const writes = new WriteBatch(db, failed, new FakeClock());
  const places = new Places(writes);
  const map = new MessageMap({ db, places, writes, now: () => 0 });
  const first = map.add(HERE, ["first"], { digest: "digest", author: "ann" });
  map.addCopy(first.id, THERE, ["first-1", "first-2"]);
  // More than memory takes.
  for (let n = 0; n < 12; n++) {
    const ids = Array.from({ length: 5_000 }, (_, part) => `${n}-${part}`);
    map.addCopy(map.add(HERE, [`own-${n}`], { digest: "digest", author: "ann" }).id, THERE, ids);
  }
  await writes.flushed();
  assert.equal((await map.find(THERE, "first-2"))?.id, first.id);
  assert.deepEqual(await map.idsIn(first.id, THERE), ["first-1", "first-2"]);
  assert.deepEqual(new Set(await map.channelsOf(first.id)), new Set([HERE, THERE]));
  const latest = await map.find(HERE, "own-11");
  assert.equal((await map.idsIn(latest?.id ?? 0, THERE)).length, 5_000);
});

test("ids that an edit replaced take no room of others in memory", async () => {
  const db = () => assert.fail("it is not in memory");
  const writes = new WriteBatch(db, () => undefined, new FakeClock());
  const map = new MessageMap({ db, places: new Places(writes), writes, now: () => 0 });
  const { id } = map.add(HERE, ["own"], { digest: "digest", author: "ann" });
  for (let edit = 0; edit < 12; edit++) {
    map.addCopy(
      id,
      THERE,
      Array.from({ length: 5_000 }, (_, part) => `${edit}-${part}`),
    );
  }
  assert.equal((await map.find(HERE, "own"))?.id, id);
  assert.equal((await map.find(THERE, "11-4999"))?.id, id);
});
