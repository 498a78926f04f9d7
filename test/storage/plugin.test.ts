/** A plugin with storage, in the test kit. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { arg, plugin } from "@seabird-chat/sdk";
import { schedule } from "@seabird-chat/sdk/schedule";
import {
  type Generated,
  type JsonColumn,
  type Migrations,
  storage,
  userKey,
} from "@seabird-chat/sdk/storage";
import { testbed } from "@seabird-chat/testkit";
import { z } from "zod";
import { temporaryFolder } from "../support/storage-engines.ts";

interface Tables {
  quote: { id: Generated<number>; author: string; words: string; at: Date };
}

const migrations: Migrations = {
  "001-quotes": (db, column) =>
    db.schema
      .createTable("quote")
      .addColumn("id", ...column.id())
      .addColumn("author", ...column.user())
      .addColumn("words", ...column.text())
      .addColumn("at", ...column.timestamp())
      .execute(),
};

function quotesPlugin() {
  const quotes = plugin("quotes", {
    config: z.object({ database: z.string().optional() }),
  });
  const data = storage<Tables>(quotes, {
    url: ":memory:",
    setting: "database",
    migrations,
  });
  const seen = data.keyValue<number>("seen");
  quotes.command(
    "quote",
    { help: "keeps it", args: { words: arg.rest() } },
    async (ctx, { words }) => {
      const at = new Date(ctx.clock.wallMs());
      const author = userKey(ctx.user);
      await data.db.insertInto("quote").values({ author, words, at }).execute();
      await ctx.reply(`kept, ${await seen.update(author, (old = 0) => old + 1)}`);
    },
  );
  quotes.command("quotes", "tells them", async (ctx) => {
    const rows = await data.of(ctx).db.selectFrom("quote").selectAll().orderBy("id").execute();
    await ctx.reply(
      rows.map(({ words, at }) => `${words} ${at.toISOString()}`).join(", ") || "none",
    );
  });
  return { quotes, data };
}

test("a setting that the plugin does not have is refused where it is written", () => {
  const database = z.string().optional();
  const ROWS = [
    [z.object({ database }), "databse", /no setting "databse"; did you mean database\?/],
    [z.object({ database, room: database }), "x", /no setting "x"; there are database, room/],
    [z.object({}), "database", /no setting "database"; it has none/],
    [z.strictObject({ database }), "Databases", /did you mean database\?/],
  ] as const;
  for (const [config, setting, message] of ROWS) {
    const declare = () => storage(plugin("quotes", { config }), { setting });
    assert.throws(declare, { code: "bad_option", message });
  }
  for (const config of [z.looseObject({}), z.record(z.string(), z.string()), undefined]) {
    storage(plugin("quotes", config && { config }), { setting: "database" });
  }
});

test("data is there while the plugin runs, and by the bed's clock", async () => {
  const { quotes, data } = quotesPlugin();
  assert.throws(() => data.db, { code: "closed" });
  await assert.rejects(data.keyValue("a").get("a"), { code: "closed" });
  {
    await using bed = await testbed({ plugins: [quotes] });
    const room = bed.channel("#quotes");
    await room.say("ann", "!quote to be '); or not");
    await room.expect("kept, 1");
    await bed.clock.advance("1h");
    await room.say("ann", "!quote that");
    await room.expect("kept, 2");
    await room.say("bob", "!quotes");
    await room.expect("to be '); or not 2026-01-05T12:00:00.000Z, that 2026-01-05T13:00:00.000Z");
  }
  assert.throws(() => data.db, { code: "closed" });
});

test("a file outlives the plugin's restart, memory does not", async (t) => {
  const database = join(await temporaryFolder(t), "quotes.db");
  for (const [url, expected] of [
    [database, /^to be/],
    [":memory:", "none"],
  ] as const) {
    const { quotes } = quotesPlugin();
    await using bed = await testbed({ plugins: [quotes], config: { quotes: { database: url } } });
    const room = bed.channel("#quotes");
    await room.say("ann", "!quote to be");
    await room.expect("kept, 1");
    await bed.restartPlugin("quotes");
    await room.say("ann", "!quotes");
    await room.expect(expected);
  }
});

test("two runs in one process are told from each other", async () => {
  const { quotes, data } = quotesPlugin();
  await using one = await testbed({ plugins: [quotes] });
  await using two = await testbed({ plugins: [quotes] });
  assert.throws(() => data.db, { code: "failed_precondition" });
  await one.channel("#a").say("ann", "!quotes");
  await one.channel("#a").expect("none");
  await two.channel("#a").say("ann", "!quotes");
  await two.channel("#a").expect("none");
});

test("a plugin whose storage cannot be opened fails, saying why", async () => {
  const { quotes } = quotesPlugin();
  const config = { quotes: { database: "mysql://root:hunter2@db" } };
  await assert.rejects(testbed({ plugins: [quotes], config }), (error: Error) => {
    assert.match(`${error.message} ${error.cause}`, /storage of "quotes": the url is invalid/);
    assert.doesNotMatch(`${error.stack} ${error.cause}`, /hunter2/);
    return true;
  });
  assert.throws(() => storage({} as never), { code: "bad_option" });
});

test("the values of a repeated argument fit a JSON column, a key's value and a job's data", async () => {
  const tags = plugin("tags");
  const data = storage<{ note: { tags: JsonColumn<string[]> } }>(tags, {
    url: ":memory:",
    migrations: {
      "001-notes": (db, column) =>
        db.schema
          .createTable("note")
          .addColumn("tags", ...column.json())
          .execute(),
    },
  });
  const lists = data.keyValue<string[]>("lists");
  const job = schedule(tags, data).job<{ tags: string[] }>("job", () => undefined);
  const args = { tag: arg.word().repeated() };
  tags.command("tag", { help: "stores tags", args }, async (ctx, values) => {
    await data.db.insertInto("note").values({ tags: values.tag }).execute();
    await lists.set("last", values.tag);
    await job.once({ in: "1h" }, { tags: values.tag }, { key: "last" });
    const note = await data.db.selectFrom("note").select("tags").executeTakeFirstOrThrow();
    const kept = [note.tags, await lists.get("last"), (await job.list())[0]?.data.tags];
    await job.cancel("last");
    await ctx.reply(JSON.stringify(kept));
  });
  await using bed = await testbed({ plugins: [tags] });
  const room = bed.channel("#a");
  await room.say("ann", "!tag b c");
  await room.expect('[["b","c"],["b","c"],["b","c"]]');
});
