/** Jobs and their rows: claims that meet, deaths that repeat, and how much at once. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { plugin, silentLog } from "@seabird-chat/sdk";
import { type JobOptions, type JobRun, schedule } from "@seabird-chat/sdk/schedule";
import { type Kysely, openStorage, sql, storage } from "@seabird-chat/sdk/storage";
import { FakeClock, testbed } from "@seabird-chat/testkit";
import { JobRows } from "../../sdk/src/schedule/job-rows.ts";
import type { OwnTables } from "../../sdk/src/storage/own-tables.ts";
import { type Engine, temporaryFolder, testEngines } from "../support/storage-engines.ts";
import { until } from "../support/until.ts";

const START_MS = new Date("2026-01-05T12:00:00Z").getTime();

async function openRows(engine: Engine) {
  const clock = new FakeClock();
  const store = await openStorage(engine.plugin, { url: engine.url(), clock, log: silentLog });
  const db = store.db as unknown as Kysely<OwnTables>;
  return { store, db, rows: new JobRows(() => db) };
}

const NAMES = ["tea"];
const job = (key: string, dueMs: number) => ({
  name: "tea",
  key,
  data: "null",
  rule: undefined,
  dueMs,
});

testEngines({
  "what repeats and was planned while the clock was ahead is due by its rule from now on": async (
    _,
    engine,
  ) => {
    const { store, rows } = await openRows(engine);
    await using _store = store;
    const every = { every: 600_000 };
    const nowMs = START_MS + 30_000;
    const aheadMs = START_MS + 2 * 86_400_000;
    await rows.put({ ...job("late", aheadMs), rule: every });
    await rows.put({ ...job("noon", aheadMs), rule: { cron: "0 13 * * *", timeZone: "UTC" } });
    await rows.put({ ...job("right", nowMs + 600_000), rule: every });
    await rows.put(job("once", aheadMs));
    await rows.bringForward(NAMES, nowMs);
    await rows.bringForward(NAMES, nowMs);
    const planned = (await rows.list("tea", "", 10)).map(({ key, due_at }) => [
      key,
      due_at.getTime() - START_MS,
    ]);
    assert.deepEqual(planned, [
      ["late", 600_000],
      ["noon", 3_600_000],
      ["once", aheadMs - START_MS],
      ["right", 630_000],
    ]);
    assert.equal(await rows.nextMs(NAMES, []), START_MS + 600_000);
  },

  "of many that claim one job one gets it, and only its holder changes it": async (_, engine) => {
    const { store, rows } = await openRows(engine);
    await using _store = store;
    await rows.put(job("a", 1_000));
    assert.equal(await rows.due(NAMES, [], 999), undefined);
    assert.equal(await rows.nextMs(NAMES, []), 1_000);
    const row = await rows.due(NAMES, [], 1_000);
    assert.ok(row !== undefined);
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) => rows.claim(row, `instance ${index}`, 5_000)),
    );
    const [mine, ...others] = claims.filter((claim) => claim !== undefined);
    assert.ok(mine !== undefined && others.length === 0);
    // Nobody sees it until the claim is over; what was read before it changes nothing any more.
    assert.equal(await rows.due(NAMES, [], 4_999), undefined);
    assert.equal(await rows.retryAt(row, 1), false);
    assert.equal(await rows.finish(row, 1), false);
    assert.equal(await rows.renew(mine, 9_000), "ours");
    assert.equal(await rows.due(NAMES, [], 8_999), undefined);
    const late = await rows.due(NAMES, [], 9_000);
    assert.deepEqual([late?.claimed_by, late?.attempts], [mine.claimed_by, 1]);
    const taken = late && (await rows.claim(late, "another", 20_000));
    assert.equal(taken?.attempts, 2);
    assert.equal(await rows.renew(mine, 30_000), "another");
    assert.equal(await rows.finish(mine, 10_000), false);
    assert.equal(taken && (await rows.finish(taken, 10_000)), true);
    assert.equal(await rows.renew(mine, 30_000), null);
    assert.equal(await rows.nextMs(NAMES, []), undefined);
  },

  "jobs that others do not know are left alone, and too many are refused": async (_, engine) => {
    const { store, db, rows } = await openRows(engine);
    await using _store = store;
    await rows.put({ ...job("a", 0), name: "coffee" });
    assert.equal(await rows.due(NAMES, [], 1), undefined);
    assert.deepEqual(await rows.names(), ["coffee"]);
    const now = new Date(0);
    await sql`
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 9999)
      insert into seabird_jobs (name, key, data, due_at, try_at, attempts, version)
      select 'tea', 'k' || i, 'null', ${sql.val(engine.kind === "sqlite" ? 0 : now)}, ${sql.val(engine.kind === "sqlite" ? 0 : now)}, 0, 1 from n
    `.execute(db);
    await assert.rejects(rows.put(job("more", 0)), { code: "resource_exhausted" });
    // One that is there may be set anew.
    await rows.put(job("k5", 7));
    assert.equal(await rows.cancel("tea", "k6"), true);
    await rows.put(job("more", 0));
  },
});

/** A plugin whose process "died" at a job: the row is claimed, and nobody renews it. */
async function afterDeath(t: TestContext, options: JobOptions, attempts: number) {
  const url = `${await temporaryFolder(t)}/jobs.db`;
  {
    await using store = await openStorage("tea", { url, log: silentLog });
    const rows = new JobRows(() => store.db as unknown as Kysely<OwnTables>);
    await rows.put(job("a", START_MS));
    for (let attempt = 0; attempt < attempts; attempt++) {
      const row = await rows.due(NAMES, [], START_MS + attempt);
      assert.ok(row !== undefined);
      await rows.claim(row, "dead", START_MS + attempt + 1);
    }
  }
  const tea = plugin("tea");
  const jobs = schedule(tea, storage(tea, { url }));
  const attemptsSeen: number[] = [];
  const declared = jobs.job<null>("tea", (run) => void attemptsSeen.push(run.attempt), options);
  await using bed = await testbed({ plugins: [tea] });
  await bed.clock.advance("1h");
  assert.deepEqual(await declared.list(), []);
  const warnings = bed.log.lines.filter(({ level }) => level === "warn");
  return { attemptsSeen, warnings: warnings.map(({ message }) => message) };
}

test("a job that its process died of is tried again, but not for ever", async (t) => {
  assert.deepEqual(await afterDeath(t, {}, 1), { attemptsSeen: [2], warnings: [] });
  assert.deepEqual(await afterDeath(t, {}, 4), { attemptsSeen: [5], warnings: [] });
  const given = ["a job is given up because its process died during the last attempt"];
  assert.deepEqual(await afterDeath(t, {}, 5), { attemptsSeen: [], warnings: given });
  assert.deepEqual(await afterDeath(t, { attempts: 1 }, 1), { attemptsSeen: [], warnings: given });
  const dropped = ["a job is dropped because its process died"];
  assert.deepEqual(await afterDeath(t, { onCrash: "drop" }, 1), {
    attemptsSeen: [],
    warnings: dropped,
  });
});

test("no more jobs run at once than may, and the others follow", async () => {
  const busy = plugin("busy");
  const jobs = schedule(busy, storage(busy, { url: ":memory:" }));
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = jobs.job<null>("work", async () => {
    running++;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  });
  await using bed = await testbed({ plugins: [busy] });
  for (let i = 0; i < 30; i++) await work.once({ in: "1m" }, null);
  await bed.clock.advance("1m");
  let ended = 0;
  for (; ended < 30; ended++) {
    const end = ends.shift();
    assert.ok(end !== undefined, `job ${ended}`);
    end();
    await bed.idle();
  }
  assert.equal(most, 8);
  assert.deepEqual(await work.list(), []);
});

test("a long job keeps its claim, and a second instance does not take it", async (t) => {
  const url = `${await temporaryFolder(t)}/jobs.db`;
  const long = plugin("long");
  const jobs = schedule(long, storage(long, { url }));
  const runs: JobRun[] = [];
  const work = jobs.job<null>(
    "work",
    async (run) => {
      runs.push(run);
      await new Promise<void>((resolve) => run.clock.after(600_000, resolve));
    },
    { timeoutMs: 700_000 },
  );
  await using bed = await testbed({ plugins: [long] });
  await work.once({ in: "1m" }, null);
  await bed.clock.advance("5m");
  {
    // Another one, whose clock says the same.
    await using other = await testbed({ plugins: [long], startAt: "2026-01-05T12:05:00Z" });
    await other.clock.advance("10s");
  }
  assert.equal(runs.length, 1);
  await bed.clock.advance("10m");
  assert.equal(runs.length, 1);
  assert.deepEqual(await work.list(), []);
});

test("what is done is not done again because its end could not be kept at once", async (t) => {
  const url = `${await temporaryFolder(t)}/jobs.db`;
  const shaky = plugin("shaky");
  const data = storage(shaky, { url });
  const jobs = schedule(shaky, data);
  const attempts: number[] = [];
  const work = jobs.job<null>("work", async (run) => {
    attempts.push(run.attempt);
    const words =
      "create trigger gone before delete on seabird_jobs begin select raise(abort, 'gone'); end";
    await sql.raw(words).execute(data.db);
  });
  await using bed = await testbed({ plugins: [shaky] });
  await work.once({ in: "1m" }, null);
  await bed.clock.advance("90s");
  assert.equal((await work.list()).length, 1);
  await sql`drop trigger gone`.execute(data.db);
  await bed.clock.advance("10m");
  assert.deepEqual(await work.list(), []);
  assert.deepEqual(attempts, [1]);
  const levels = new Set(bed.log.lines.map(({ level }) => level));
  assert.ok(levels.has("warn") && !levels.has("error"));
});

test("two thousand that are due at the start run, eight at once", async (t) => {
  const url = `${await temporaryFolder(t)}/jobs.db`;
  {
    await using store = await openStorage("crowd", { url, log: silentLog });
    await sql`
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
      insert into seabird_jobs (name, key, data, due_at, try_at, attempts, version)
      select 'work', 'k' || i, 'null', 0, 0, 0, 1 from n
    `.execute(store.db);
  }
  const crowd = plugin("crowd");
  const jobs = schedule(crowd, storage(crowd, { url }));
  let running = 0;
  let most = 0;
  let done = 0;
  const work = jobs.job<null>("work", async (run) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (run.attempt === 1) done++;
  });
  await using bed = await testbed({ plugins: [crowd] });
  await until("every job", async () => (await work.list({ limit: 1 })).length === 0, 60_000);
  assert.deepEqual([done, most], [2_000, 8]);
  await bed.idle();
});

test("many that are missed, or over at once, do not stop everything else", async (t) => {
  const url = `${await temporaryFolder(t)}/jobs.db`;
  {
    await using store = await openStorage("crowd", { url, log: silentLog });
    await sql`
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
      insert into seabird_jobs (name, key, data, due_at, try_at, attempts, version)
      select 'work', 'k' || i, 'null', 0, 0, 0, 1 from n union all
      select 'late', 'k' || i, 'null', 0, 0, 0, 1 from n
    `.execute(store.db);
  }
  const crowd = plugin("crowd");
  const jobs = schedule(crowd, storage(crowd, { url }));
  let done = 0;
  const work = jobs.job<null>("work", () => void done++);
  const late = jobs.job<null>("late", () => void done++, { missed: "skip" });
  await using bed = await testbed({ plugins: [crowd] });
  let turns = 0;
  for (const each of [work, late]) {
    await until(
      "every job",
      async () => {
        for (let i = 0; i < 10; i++, turns++) await new Promise((resolve) => setImmediate(resolve));
        return (await each.list({ limit: 1 })).length === 0;
      },
      60_000,
    );
  }
  assert.equal(done, 2_000);
  assert.ok(turns >= 40, `only ${turns} turns of the event loop`);
  await bed.idle();
});
