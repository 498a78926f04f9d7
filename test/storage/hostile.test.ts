/** Storage against authors and people who do what they should not: the same answer in both. */
import assert from "node:assert/strict";
import { silentLog } from "@seabird-chat/sdk";
import {
  type AnyTables,
  type Kysely,
  type Migrations,
  openStorage,
  type Store,
  sql,
} from "@seabird-chat/sdk/storage";
import { FakeClock } from "@seabird-chat/testkit";
import { type Engine, testEngines } from "../support/storage-engines.ts";

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

  "two instances that update one key lose nothing, also when it comes and goes": async (
    _,
    engine,
  ) => {
    await using one = await open(engine);
    await using other = await open(engine);
    const counters = [one, other].map((store) => store.keyValue<number>("shared"));
    let deleted = 0;
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    const updates = numbers.flatMap(() =>
      counters.map((counter) =>
        counter
          .update("n", (old = 0) => (old >= 9 ? undefined : old + 1))
          .then((next) => {
            if (next === undefined) deleted++;
          }),
      ),
    );
    await Promise.all(updates);
    // Each tenth of them deletes it.
    assert.deepEqual([deleted, await counters[0]?.get("n")], [12, undefined]);
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
