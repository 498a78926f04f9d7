/** Storage over SQLite and a real PostgreSQL: one suite, the same answers. */
import assert from "node:assert/strict";
import { silentLog } from "@seabird-chat/sdk";
import {
  type Generated,
  isUniqueViolation,
  isWriteRefused,
  type JsonColumn,
  type Migrations,
  openStorage,
  type Store,
  sql,
} from "@seabird-chat/sdk/storage";
import { FakeClock } from "@seabird-chat/testkit";
import { type Engine, testEngines } from "../support/storage-engines.ts";

interface Tables {
  note: {
    id: Generated<number>;
    author: string;
    words: string;
    at: Date;
    isDone: Generated<boolean>;
    extra: JsonColumn<unknown> | null;
    score: number | bigint | null;
    weight: number | null;
  };
  tag: { note: number; name: string };
}

const migrations: Migrations = {
  "001-notes": async (db, column) => {
    await db.schema
      .createTable("note")
      .addColumn("id", ...column.id())
      .addColumn("author", ...column.user())
      .addColumn("words", ...column.text({ unique: true }))
      .addColumn("at", ...column.timestamp())
      .addColumn("isDone", ...column.boolean({ default: false }))
      .addColumn("extra", ...column.json({ nullable: true }))
      .addColumn("score", ...column.integer({ nullable: true }))
      .addColumn("weight", ...column.real({ nullable: true }))
      .execute();
    await db.schema
      .createTable("tag")
      .addColumn("note", ...column.integer({ references: "note.id" }))
      .addColumn("name", ...column.text())
      .execute();
  },
};

const clock = () => new FakeClock({ startAt: "2026-03-29T00:30:00Z" });

function open(engine: Engine): Promise<Store<Tables>> {
  const options = { url: engine.url(), migrations, clock: clock(), log: silentLog };
  return openStorage<Tables>(engine.plugin, options);
}

const ANN = "irc://libera/ann";
const AT = new Date("2026-10-25T00:59:59.123Z");

testEngines({
  "what goes in comes out: booleans, dates, JSON, numbers": async (_, engine) => {
    await using store = await open(engine);
    const extra = { list: [1, "two", null], text: "a\u0000b \ud800 ' \" \\ {}" };
    const row = {
      author: ANN,
      words: "Ünïcødé 🐦\n\t'; drop table note; --",
      at: AT,
      isDone: true,
      extra,
      score: 2n ** 60n,
      weight: 0.1,
    };
    const back = await store.db.insertInto("note").values(row).returningAll().executeTakeFirst();
    assert.deepEqual(back, { id: 1, ...row });
    const plain = { ...row, words: "plain", isDone: undefined, score: 42, weight: null };
    const { isDone: _isDone, ...rest } = plain;
    await store.db
      .insertInto("note")
      .values({ ...rest, extra: null })
      .execute();
    const second = await store.db
      .selectFrom("note as n")
      .select(["n.id", "n.isDone as done", "n.extra", "n.score", "n.weight"])
      .where("words", "=", "plain")
      .executeTakeFirstOrThrow();
    const expected = { id: 2, done: false, extra: null, score: 42, weight: null };
    assert.deepEqual(second, expected);
  },

  "JSON that is no object goes in as text, and comes out as it was": async (_, engine) => {
    await using store = await open(engine);
    const values: unknown[] = [5, "5", "", true, null, [], {}, [[1]], "1e3", 12345678901234];
    for (const [index, value] of values.entries()) {
      const row = { author: ANN, words: `${index}`, at: AT, extra: JSON.stringify(value) };
      await store.db.insertInto("note").values(row).execute();
    }
    const rows = await store.db.selectFrom("note").select("extra").orderBy("id").execute();
    assert.deepEqual(
      rows.map(({ extra }) => extra),
      values,
    );
  },

  "dates and booleans compare, counts and sums are numbers": async (_, engine) => {
    await using store = await open(engine);
    for (const [index, isDone] of [true, false, true].entries()) {
      const at = new Date(AT.getTime() + index);
      const row = { author: ANN, words: `${index}`, at, isDone, extra: {}, score: index };
      await store.db.insertInto("note").values(row).execute();
    }
    const after = await store.db
      .selectFrom("note")
      .select("words")
      .where("at", ">", AT)
      .where("isDone", "=", true)
      .execute();
    assert.deepEqual(after, [{ words: "2" }]);
    const { count, sum } = await store.db
      .selectFrom("note")
      .select(({ fn }) => [fn.countAll<number>().as("count"), fn.sum<number>("score").as("sum")])
      .executeTakeFirstOrThrow();
    assert.deepEqual({ count, sum }, { count: 3, sum: 3 });
    const { numUpdatedRows } = await store.db
      .updateTable("note")
      .set({ isDone: false })
      .where("isDone", "=", true)
      .executeTakeFirstOrThrow();
    assert.equal(numUpdatedRows, 2n);
  },

  "what one of the databases could not keep is refused by both": async (_, engine) => {
    await using store = await open(engine);
    const add = (change: object) =>
      store.db
        .insertInto("note")
        .values({ author: ANN, words: "w", at: AT, extra: {}, ...change })
        .execute();
    const refused = { code: "invalid_argument" };
    await assert.rejects(add({ words: "a\0b" }), refused);
    await assert.rejects(add({ words: "half \ud83d" }), refused);
    await assert.rejects(add({ weight: Number.NaN }), refused);
    await assert.rejects(add({ weight: Number.POSITIVE_INFINITY }), refused);
    await assert.rejects(add({ at: new Date("never") }), refused);
    await assert.rejects(add({ words: null }));
    await assert.rejects(add({ words: undefined }));
    await add({});
    const again = await add({}).catch((error: unknown) => error);
    assert.ok(isUniqueViolation(again), `${again}`);
    const broken = await sql`select nothing`.execute(store.db).catch((error: unknown) => error);
    assert.ok(broken instanceof Error && !isUniqueViolation(broken));
  },

  "a database that takes no writes is told from a query that is wrong": async (_, engine) => {
    await using store = await open(engine);
    const [readOnly, writable] =
      engine.kind === "sqlite"
        ? [sql`pragma query_only = 1`, sql`pragma query_only = 0`]
        : [sql`set transaction read only`, undefined];
    const refused = await store.db
      .transaction()
      .execute(async (tx) => {
        await readOnly.execute(tx);
        const note = { author: ANN, words: "w", at: AT, extra: {} };
        await tx.insertInto("note").values(note).execute();
      })
      .catch((error: unknown) => error);
    assert.ok(isWriteRefused(refused), `${refused}`);
    await writable?.execute(store.db);
    const wrong = await sql`select nothing`.execute(store.db).catch((error: unknown) => error);
    assert.ok(wrong instanceof Error && !isWriteRefused(wrong));
  },

  "what people type is never SQL": async (_, engine) => {
    await using store = await open(engine);
    const evil = [`'); drop table note; --`, `"; drop table note; --`, "$1", "?", "?1", ":a", "%_"];
    for (const words of evil) {
      await store.db
        .insertInto("note")
        .values({ author: words, words, at: AT, extra: { [words]: words } })
        .execute();
      const found = await sql<{ words: string }>`select words from note where author = ${words}`
        .execute(store.db)
        .then(({ rows }) => rows);
      assert.deepEqual(found, [{ words }]);
    }
    const values = store.keyValue<string>(evil[0] ?? "");
    for (const key of evil) await values.set(key, key);
    assert.deepEqual((await values.list()).map(({ key }) => key).sort(), [...evil].sort());
    assert.deepEqual(await values.list({ prefix: "%" }), [{ key: "%_", value: "%_" }]);
  },

  "a transaction is whole or nothing, savepoints too; one waits for the other": async (
    _,
    engine,
  ) => {
    await using store = await open(engine);
    const add = (db: Store<Tables>["db"], words: string) =>
      db.insertInto("note").values({ author: ANN, words, at: AT, extra: {} }).execute();
    const failing = store.db.transaction().execute(async (trx) => {
      await add(trx, "one");
      throw new Error("no");
    });
    await assert.rejects(failing, /^Error: no$/);
    const trx = await store.db.startTransaction().execute();
    await add(trx, "two");
    const saved = await trx.savepoint('a "quoted" name').execute();
    await add(saved, "three");
    await saved.rollbackToSavepoint('a "quoted" name').execute();
    await trx.commit().execute();
    const both = ["four", "five"].map((words) =>
      store.db.transaction().execute(async (inner) => {
        await add(inner, `${words} a`);
        await new Promise((resolve) => setImmediate(resolve));
        await add(inner, `${words} b`);
      }),
    );
    await Promise.all(both);
    const rows = await store.db.selectFrom("note").select("words").orderBy("words").execute();
    assert.deepEqual(
      rows.map(({ words }) => words),
      ["five a", "five b", "four a", "four b", "two"],
    );
  },

  "rows of a deleted row go with it, and its number is not given out again": async (_, engine) => {
    await using store = await open(engine);
    const add = () =>
      store.db
        .insertInto("note")
        .values({ author: ANN, words: "w", at: AT, extra: {} })
        .returning("id")
        .executeTakeFirstOrThrow();
    const { id } = await add();
    await store.db.insertInto("tag").values({ note: id, name: "t" }).execute();
    await assert.rejects(store.db.insertInto("tag").values({ note: 99, name: "t" }).execute());
    await store.db.deleteFrom("note").execute();
    assert.deepEqual(await store.db.selectFrom("tag").selectAll().execute(), []);
    assert.equal((await add()).id, id + 1);
  },

  "it is there again after it was closed, and refuses what comes later": async (_, engine) => {
    const first = await open(engine);
    await first.keyValue("k").set("a", { b: 1 });
    await first.close();
    await first.close();
    assert.throws(() => first.db, { code: "closed" });
    await assert.rejects(first.keyValue("k").get("a"), { code: "closed" });
    await using second = await open(engine);
    assert.deepEqual(await second.keyValue("k").get("a"), { b: 1 });
  },

  "many at once, more than there are connections": async (_, engine) => {
    await using store = await open(engine);
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const counter = store.keyValue<number>("counter");
    await Promise.all([
      ...numbers.map(() => counter.update("n", (old = 0) => old + 1)),
      ...numbers.map((words) =>
        store.db
          .insertInto("note")
          .values({ author: ANN, words: `${words}`, at: AT, extra: {} })
          .execute(),
      ),
    ]);
    assert.equal(await counter.get("n"), 200);
    assert.equal((await store.db.selectFrom("note").select("id").execute()).length, 200);
  },
});
