/**
 * How long the bridge looks for a message by one side's id, with ten million rows in SQLite, and how
 * long it takes to write and to forget: `node bench/bridge/lookups.ts [rows]`; in an empty database of
 * PostgreSQL: `node bench/bridge/lookups.ts [rows] postgres://…`.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { silentLog } from "@seabird-chat/sdk";
import { openStorage } from "@seabird-chat/sdk/storage";
import pg from "pg";
import { MessageMap } from "../../plugins/src/bridge/message-map.ts";
import { Places } from "../../plugins/src/bridge/places.ts";
import { migrations, type Tables } from "../../plugins/src/bridge/tables.ts";
import { WriteBatch } from "../../plugins/src/bridge/write-batch.ts";

const COPIES = 5;
const LOOKUPS = 5_000;
const WRITES = 10_000;
const INDEXES = ["copy_by_id", "copy_by_message"];

const rows = Number(process.argv[2] ?? 10_000_000);
const messages = Math.ceil(rows / COPIES);
const folder = mkdtempSync(join(tmpdir(), "seabird-lookups-"));
const file = join(folder, "bridge.db");
const url = process.argv[3] ?? file;

/** Ids are random, as those of most networks are. */
function fillSqlite(): void {
  const db = new DatabaseSync(file);
  db.exec("pragma synchronous = off; pragma cache_size = -500000; pragma temp_store = memory");
  const sql = db
    .prepare("select sql from sqlite_master where name in (?, ?)")
    .all(...INDEXES)
    .map(({ sql }) => String(sql));
  for (const name of INDEXES) db.exec(`drop index ${name}`);
  db.exec("begin");
  for (let n = 1; n <= COPIES; n++) {
    db.prepare("insert into place (id, channel) values (?, ?)").run(n, channelOf(n));
  }
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${messages})`;
  db.exec(`${numbers} insert into message (id, at, digest)
    select i, ${Date.now()} - (${messages} - i) * 1000, 'abcdefghijklmnop' from n`);
  db.exec(`insert into copy (message, place, message_id, part)
    select m.id, p.id, '$' || hex(randomblob(16)), 0 from message m cross join place p`);
  db.exec("commit");
  for (const each of sql) db.exec(each);
  db.close();
}

async function fillPostgres(): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const run = (sql: string) => client.query(sql);
  await run("set search_path to seabird_bridge");
  const found = await run("select indexname as name, indexdef as sql from pg_indexes");
  const indexes = found.rows.filter(({ name }) => INDEXES.includes(name));
  for (const { name } of indexes) await run(`drop index ${name}`);
  for (let n = 1; n <= COPIES; n++) {
    await run(`insert into place (id, channel) values (${n}, '${channelOf(n)}')`);
  }
  await run(`insert into message (id, at, digest)
    select i, now() - make_interval(secs => ${messages} - i), 'abcdefghijklmnop'
    from generate_series(1, ${messages}) i`);
  await run(`insert into copy (message, place, message_id, part)
    select m.id, p.id, '$' || md5(random()::text), 0 from message m cross join place p`);
  for (const { sql } of indexes) await run(sql);
  await run("analyze");
  await client.end();
}

function channelOf(place: number): string {
  return `matrix://network-${place}/!lobby:example.org`;
}

/**
 * Median and 99th percentile, in microseconds, with the processor time of one on average. Those in which the
 * machine took the processor away for somebody else are counted, and left out: they say nothing about a lookup.
 */
async function timed(count: number, run: (n: number) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let n = 0; n < count; n++) {
    const before = switches();
    const from = performance.now();
    await run(n);
    const us = (performance.now() - from) * 1_000;
    if (switches() === before) times.push(us);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (part: number) => Math.round(times[Math.floor(times.length * part)] ?? Number.NaN);
  const average = Math.round((user + system) / count);
  const disturbed = count - times.length;
  return `p50 ${at(0.5)} µs, p99 ${at(0.99)} µs, ${average} µs of processor; ${disturbed} of ${count} disturbed`;
}

function switches(): number {
  return process.resourceUsage().involuntaryContextSwitches;
}

try {
  await (await openStorage<Tables>("bridge", { url, migrations, log: silentLog })).close();
  if (url === file) fillSqlite();
  else await fillPostgres();
  console.log(`${messages * COPIES} copies of ${messages} messages`);
  if (url === file) console.log(`${Math.round(statSync(file).size / 2 ** 20)} MiB`);
  const store = await openStorage<Tables>("bridge", { url, migrations, log: silentLog });
  const db = () => store.db;
  const failed = (reason: unknown) => {
    throw reason;
  };
  const writes = new WriteBatch(db, failed, { after: () => () => undefined });
  const places = new Places(writes);
  await places.open(store.db);
  const map = new MessageMap({ db, places, writes, now: Date.now });
  console.log(`opened: ${await timed(1, () => map.open())}`);
  const wanted: { message: number; channel: string; id: string }[] = [];
  while (wanted.length < LOOKUPS) {
    const message = 1 + Math.floor(Math.random() * messages);
    const channel = channelOf(1 + Math.floor(Math.random() * COPIES));
    const [id = ""] = await map.idsIn(message, channel);
    wanted.push({ message, channel, id });
  }
  const look = (n: number) => wanted[n] ?? { message: 0, channel: "", id: "" };
  console.log(`found by id: ${await timed(LOOKUPS, (n) => map.find(look(n).channel, look(n).id))}`);
  const absent = (n: number) => map.find(look(n).channel, `$none-${n}`);
  console.log(`an id that is not there: ${await timed(LOOKUPS, absent)}`);
  const ids = (n: number) => map.idsIn(look(n).message, channelOf(1 + (n % COPIES)));
  console.log(`a copy's ids: ${await timed(LOOKUPS, ids)}`);
  console.log(`all places: ${await timed(LOOKUPS, (n) => map.channelsOf(look(n).message))}`);
  const from = performance.now();
  for (let n = 0; n < WRITES; n++) {
    const { id } = map.add(channelOf(1), [`$new-${n}`], { digest: "digest", author: "ann" });
    for (let place = 2; place <= COPIES; place++) map.addCopy(id, channelOf(place), [`$new-${n}`]);
  }
  await writes.flushed();
  const perMessage = ((performance.now() - from) * 1_000) / WRITES;
  console.log(`written, with ${COPIES} copies: ${Math.round(perMessage)} µs each`);
  const never = () => map.forgetBefore(new Date(0));
  console.log(`nothing to forget: ${await timed(100, never)}`);
  const old = () => map.forgetBefore(new Date(Date.now() - 1_000));
  console.log(`50 forgotten: ${await timed(100, old)}`);
  await store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
