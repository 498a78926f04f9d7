/** What the bridge keeps, over SQLite and a real PostgreSQL: one suite, the same answers. */
import assert from "node:assert/strict";
import { silentLog } from "@seabird-chat/sdk";
import { openStorage, sql } from "@seabird-chat/sdk/storage";
import { type SentItem, testbed } from "@seabird-chat/testkit";
import { bridge } from "../../plugins/src/bridge/index.ts";
import { migrations } from "../../plugins/src/bridge/tables.ts";
import { type Engine, testEngines } from "../support/storage-engines.ts";
import { until } from "../support/until.ts";

const IRC = "irc://libera/lobby";
const MATRIX = "matrix://home/lobby";
const ON_IRC = "lobby";
const ON_MATRIX = "matrix/home lobby";

/** Each on a database of its own, as the plugin is always called `bridge`. */
async function databaseOf({ server, plugin, url }: Engine): Promise<string> {
  if (server === undefined) return url();
  const name = `bridge_${plugin.replaceAll("-", "_")}`;
  await server.query(`create database ${name}`);
  return server.url.replace("/postgres?", `/${name}?`);
}

/** Looks in a row that find no server process at work. */
const QUIET_LOOKS = 4;

/** On a clock that stands still a plugin that closes waits for no server: what it does has to be done before. */
async function writesDone({ server }: Engine): Promise<void> {
  const busy = "select 1 from pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid()";
  let looks = 0;
  await until("the storage to be at rest", async () => {
    const { rowCount } = (await server?.query(busy)) ?? { rowCount: 0 };
    looks = rowCount === 0 ? looks + 1 : 0;
    return looks >= QUIET_LOOKS;
  });
}

async function world(engine: Engine, settings: object = {}) {
  const database = await databaseOf(engine);
  const bed = await testbed({
    plugins: [bridge],
    backends: ["irc/libera", "matrix/home"],
    config: { bridge: { links: { lobby: [IRC, MATRIX] }, database, ...settings } },
  });
  const sent: Record<string, SentItem[]> = { [ON_IRC]: [], [ON_MATRIX]: [] };
  const take = () => {
    for (const item of bed.takeSent()) sent[item.to]?.push(item);
  };
  /** In real time, as the testbed does not see a server that is slow. */
  const arrives = async (to: string, kind: SentItem["kind"], text: string) => {
    await until(`${text} to arrive on ${to}`, () => {
      take();
      return (sent[to]?.length ?? 0) > 0;
    });
    const item = sent[to]?.shift();
    assert.deepEqual([item?.kind, item?.text], [kind, text]);
    return item as SentItem;
  };
  const rows = async (table: string): Promise<number> => {
    const store = await openStorage("bridge", { url: database, migrations, log: silentLog });
    const counted = sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`;
    const { rows } = await counted.execute(store.db).finally(() => store.close());
    return Number(rows[0]?.n);
  };
  const irc = bed.channel("lobby", "irc/libera");
  const matrix = bed.channel("lobby", "matrix/home");
  const rest = async () => {
    // Writes gather for a moment.
    await bed.clock.advance(20);
    await writesDone(engine);
  };
  const restart = async () => {
    await rest();
    await bed.restartPlugin("bridge");
  };
  const close = async () => {
    await rest();
    take();
    await bed.close();
  };
  return { bed, irc, matrix, arrives, take, sent, rows, restart, [Symbol.asyncDispose]: close };
}

/** A message of the bot that people react to. */
function at(item: SentItem) {
  assert.ok("react" in item);
  return item;
}

testEngines({
  "edits, replies, reactions and deletions find copies of before a restart": async (_t, engine) => {
    await using w = await world(engine);
    const words = "helo 🐦 ' \\ % $1";
    const said = await w.irc.say("ann", words);
    const copy = at(await w.arrives(ON_MATRIX, "message", words));
    await copy.react("bob", "👍");
    await w.arrives(ON_IRC, "reaction", "👍");
    await w.restart();
    await copy.react("cid", "👍");
    await copy.react("bob", "👍", { removed: true });
    await w.matrix.say("bob", "still one");
    await w.arrives(ON_IRC, "message", "still one");
    await copy.react("cid", "👍", { removed: true });
    await w.arrives(ON_IRC, "removedReaction", "👍");
    await said.edit("hello");
    const edit = await w.arrives(ON_MATRIX, "edit", "hello");
    assert.deepEqual(edit.ids, copy.ids);
    await w.matrix.say("bob", "hi", { replyTo: copy });
    assert.equal(at(await w.arrives(ON_IRC, "message", "hi")).replyTo?.id, said.id);
    await w.restart();
    await said.delete();
    const deletion = await w.arrives(ON_MATRIX, "deletion", "");
    assert.deepEqual(deletion.ids, copy.ids);
  },

  "what waits, and what was dropped, is known after a restart": async (_t, engine) => {
    await using w = await world(engine, { queue_messages: 3 });
    w.bed.backend("matrix/home").answersAfter(Number.POSITIVE_INFINITY);
    for (const n of [1, 2, 3, 4, 5, 6]) await w.irc.say("ann", `line ${n}`);
    await w.restart();
    await w.irc.say("ann", "line 7");
    await w.restart();
    w.bed.backend("matrix/home").answersAfter(0);
    await w.bed.clock.advance("2m");
    const told = "4 messages from the other side are missing here: too many, or too old";
    await until("the notice", () => {
      w.take();
      return w.sent[ON_MATRIX]?.some(({ text }) => text === told) ?? false;
    });
    const lines = w.sent[ON_MATRIX]?.map(({ text }) => text).filter((text) => text !== told);
    assert.equal(lines?.length, 3);
    assert.deepEqual(lines, lines?.toSorted());
    assert.equal(lines?.at(-1), "line 7");
    await until("empty tables", async () => {
      return (await w.rows("delivery")) + (await w.rows("outage")) === 0;
    });
  },

  "links and pauses from the chat outlive a restart": async (_t, engine) => {
    await using w = await world(engine, { links: {}, admins: ["account:alice"] });
    w.bed.user("alice", { account: "alice" });
    await w.irc.say("alice", `!bridge link tea ${IRC} ${MATRIX}`);
    const linked = "linked as tea: lobby (libera), lobby (home)";
    for (const to of [ON_IRC, ON_MATRIX]) await w.arrives(to, "message", linked);
    await w.restart();
    await w.irc.say("bob", "they hear this");
    await w.arrives(ON_MATRIX, "message", "they hear this");
    await w.irc.say("alice", "!bridge pause tea");
    await until("the answer", () => {
      w.take();
      return (w.sent[ON_IRC]?.length ?? 0) > 0;
    });
    await w.restart();
    w.sent[ON_MATRIX]?.splice(0);
    await w.irc.say("bob", "nobody hears this");
    await w.irc.say("alice", "!bridge resume tea");
    await w.irc.say("bob", "they hear this again");
    await until("the message after the pause", () => {
      w.take();
      return w.sent[ON_MATRIX]?.some(({ text }) => text === "they hear this again") ?? false;
    });
    assert.ok(!w.sent[ON_MATRIX]?.some(({ text }) => text === "nobody hears this"));
  },

  "what is older than `remember` is forgotten, in all tables": async (_t, engine) => {
    await using w = await world(engine, { remember: "2h" });
    const old = await w.irc.say("ann", "old");
    await old.react("bob", "👍");
    for (let n = 0; n < 120; n++) {
      await w.irc.say("ann", `old ${n}`);
      await w.bed.clock.advance("1s");
    }
    await w.bed.clock.advance("90m");
    const young = await w.irc.say("ann", "young");
    await until("the young one in the table", async () => {
      // Writes gather for a moment.
      await w.bed.clock.advance(20);
      return (await w.rows("copy")) === 2 * 122;
    });
    await w.bed.clock.advance("90m");
    await until("the old ones to be forgotten", async () => {
      // A step waits for the clock, each after the one before.
      await w.bed.clock.advance("1s");
      return (await w.rows("message")) === 1;
    });
    assert.deepEqual([await w.rows("copy"), await w.rows("reaction")], [2, 0]);
    await w.restart();
    w.take();
    w.sent[ON_MATRIX]?.splice(0);
    await old.edit("older");
    await young.edit("younger");
    await w.arrives(ON_MATRIX, "edit", "younger");
  },

  "a storage whose connections break loses nothing": async (_t, engine) => {
    await using w = await world(engine);
    const said = await w.irc.say("ann", "before");
    await w.arrives(ON_MATRIX, "message", "before");
    await engine.server?.cutAll();
    const then = await w.irc.say("ann", "then");
    await w.arrives(ON_MATRIX, "message", "then");
    await until("the writes", async () => {
      await w.bed.clock.advance("1s");
      return (await w.rows("copy")) === 4;
    });
    await w.restart();
    await said.edit("before!");
    await w.arrives(ON_MATRIX, "edit", "before!");
    await then.edit("then!");
    await w.arrives(ON_MATRIX, "edit", "then!");
  },
});
