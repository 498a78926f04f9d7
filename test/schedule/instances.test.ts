/** Several instances of a plugin at the same jobs, and instances that are killed at them. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { silentLog } from "@seabird-chat/sdk";
import { openStorage, sql } from "@seabird-chat/sdk/storage";
import { startCore } from "../support/core.ts";
import {
  type ChildMessage,
  type Noted,
  notedMigrations,
  type Order,
  SCHEDULE_PLUGIN,
} from "../support/schedule-child.ts";
import { type Engine, testEngines } from "../support/storage-engines.ts";
import { until } from "../support/until.ts";

const CHILD = fileURLToPath(new URL("../support/schedule-child.ts", import.meta.url));
const PATIENCE_MS = 45_000;
/** So that nobody has to wait for long for what a dead one left. */
const SHORT_LEASE_MS = 1_500;
/** Nobody is taken for dead on a busy machine. */
const LONG_LEASE_MS = 60_000;

interface Instance {
  readonly process: ChildProcess;
  send(order: Order): void;
  told(what: ChildMessage["told"]): Promise<void>;
}

async function stage(t: TestContext, engine: Engine, leaseMs = SHORT_LEASE_MS) {
  const core = await startCore({ maxLines: 0 });
  t.after(() => core.close());
  await engine.server?.query(`drop schema if exists "seabird_${SCHEDULE_PLUGIN}" cascade`);
  const url = engine.url();
  const store = await openStorage<Noted>(SCHEDULE_PLUGIN, {
    url,
    migrations: notedMigrations,
    log: silentLog,
  });
  t.after(() => store.close());
  const token = await core.token();
  const start = async (): Promise<Instance> => {
    const child = fork(CHILD, [url, core.url, token, `${leaseMs}`], { stdio: "inherit" });
    t.after(() => child.kill("SIGKILL"));
    const heard: ChildMessage[] = [];
    child.on("message", (message) => heard.push(message as ChildMessage));
    const told = (what: ChildMessage["told"]) =>
      until(what, () => heard.some((each) => each.told === what), PATIENCE_MS);
    await told("ready");
    return { process: child, send: (order) => void child.send(order), told };
  };
  const noted = () => store.db.selectFrom("noted").selectAll().execute();
  const whatOf = async (key: string) =>
    (await noted()).filter((row) => row.key === key).map(({ what }) => what);
  const left = async () => {
    const { rows } = await sql<{ name: string }>`select name from seabird_jobs`.execute(store.db);
    return rows.length;
  };
  return { start, noted, whatOf, left };
}

async function kill({ process: child }: Instance): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

testEngines({
  "two instances run each job once, and both take part": async (t, engine) => {
    const { start, noted, left } = await stage(t, engine, LONG_LEASE_MS);
    const instances = await Promise.all([start(), start()]);
    const keys = Array.from({ length: 60 }, (_, index) => `${index}`);
    const shares = [keys.slice(0, 30), keys.slice(30)];
    for (const [index, instance] of instances.entries()) {
      instance.send({ put: shares[index] ?? [], job: "quick", inMs: 1_500 });
    }
    await until(
      "every job",
      async () => (await left()) === 0 && (await noted()).length >= 120,
      PATIENCE_MS,
    );
    const rows = await noted();
    const ends = rows.filter(({ what }) => what === "end 1").map(({ key }) => key);
    assert.deepEqual(ends.sort(), keys.sort());
    assert.equal(rows.length, 120);
    assert.deepEqual(
      new Set(rows.map(({ pid }) => pid)),
      new Set(instances.map(({ process: child }) => child.pid)),
    );
  },

  "killed between claim and done: it runs again, or is dropped": async (t, engine) => {
    const { start, whatOf, left } = await stage(t, engine);
    const first = await start();
    first.send({ put: ["again"], job: "hanging", inMs: 0 });
    await first.told("hangs");
    await kill(first);
    assert.equal(await left(), 1);
    const second = await start();
    await until("another try", async () => (await left()) === 0, PATIENCE_MS);
    assert.deepEqual(await whatOf("again"), ["begin 1", "begin 2", "end 2"]);
    second.send({ put: ["drop"], job: "dropping", inMs: 0 });
    await second.told("hangs");
    await kill(second);
    await start();
    await until("its end", async () => (await left()) === 0, PATIENCE_MS);
    assert.deepEqual(await whatOf("drop"), ["begin 1"]);
  },

  "an instance that stands still loses its job to another": async (t, engine) => {
    const { start, whatOf, left } = await stage(t, engine);
    const [first, second] = await Promise.all([start(), start()]);
    first.send({ put: ["taken"], job: "hanging", inMs: 0 });
    await first.told("hangs");
    first.process.kill("SIGSTOP");
    second.send({ put: ["other"], job: "quick", inMs: 0 });
    await until("both jobs", async () => (await left()) === 0, PATIENCE_MS);
    assert.deepEqual(await whatOf("taken"), ["begin 1", "begin 2", "end 2"]);
    assert.deepEqual(await whatOf("other"), ["begin 1", "end 1"]);
  },
});
