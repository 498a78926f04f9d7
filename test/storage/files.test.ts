/** Where storage is: files and their modes, other processes, and a server that goes away. */
import assert from "node:assert/strict";
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SeabirdError, silentLog } from "@seabird-chat/sdk";
import { openStorage, sql } from "@seabird-chat/sdk/storage";
import { Kysely } from "kysely";
import { postgresDialect } from "../../sdk/src/storage/postgres-dialect.ts";
import { STORAGE } from "../../sdk/src/storage/storage-limits.ts";
import { needPostgres } from "../support/postgres-server.ts";
import { temporaryFolder } from "../support/storage-engines.ts";

const CHILD = fileURLToPath(new URL("../support/storage-child.ts", import.meta.url));
const run = promisify(execFile);

function open(url: string, plugin = "notes") {
  return openStorage(plugin, { url, log: silentLog });
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test("files and folders are for their owner's eyes, whatever the umask", async (t) => {
  const folder = await temporaryFolder(t);
  const before = process.umask(0);
  t.after(() => process.umask(before));
  await using store = await open(`${join(folder, "new", "deep")}/`);
  await store.keyValue("k").set("a", 1);
  const names = (await readdir(join(folder, "new/deep"))).sort();
  assert.deepEqual(names, ["notes.db", "notes.db-shm", "notes.db-wal"]);
  for (const name of names) assert.equal(await modeOf(join(folder, "new/deep", name)), "600");
  assert.equal(await modeOf(join(folder, "new")), "700");
});

test("a path is a file, a folder that is there gets one named after the plugin", async (t) => {
  const folder = await temporaryFolder(t);
  await (await open(join(folder, "own name.sqlite"))).close();
  await mkdir(join(folder, "data"));
  await (await open(join(folder, "data"))).close();
  assert.deepEqual((await readdir(folder)).sort(), ["data", "own name.sqlite"]);
  assert.deepEqual(await readdir(join(folder, "data")), ["notes.db"]);
  // Somebody made it for all to read.
  await chmod(join(folder, "own name.sqlite"), 0o644);
  await (await open(join(folder, "own name.sqlite"))).close();
  assert.equal(await modeOf(join(folder, "own name.sqlite")), "600");
});

test("what is no database is refused and left alone; so is what is no url", async (t) => {
  const file = join(await temporaryFolder(t), "letter.txt");
  await writeFile(file, "Dear Ann, this is no database.".repeat(100));
  await assert.rejects(open(file), /not a database/);
  assert.equal((await stat(file)).size, 3_000);
  const secret = "postgres://ann:hunter2@[nowhere/db";
  for (const url of ["mysql://ann:hunter2@host/db", secret, "", " ", "http://hunter2", "a\0b"]) {
    const error = await open(url).catch((reason: unknown) => reason);
    assert.ok(error instanceof SeabirdError && error.code === "bad_option", url);
    assert.doesNotMatch(`${error.message} ${error.stack}`, /hunter2/);
  }
});

test("in memory nothing is shared and nothing is left", async () => {
  await using one = await open(":memory:");
  await using other = await open(":memory:");
  await one.keyValue("k").set("a", 1);
  assert.equal(await other.keyValue("k").get("a"), undefined);
});

/** A process that writes to the file until it is told to stop. */
async function holder(t: TestContext, url: string) {
  const child = fork(CHILD, ["hold", "notes", url], { stdio: "inherit" });
  t.after(() => child.kill("SIGKILL"));
  const [said] = await once(child, "message");
  assert.equal(said, "held");
  return child;
}

test("another process's lock is waited for, and the event loop runs on meanwhile", async (t) => {
  const url = join(await temporaryFolder(t), "notes.db");
  await using store = await open(url);
  const child = await holder(t, url);
  let settled = false;
  const writing = store
    .keyValue("k")
    .set("a", 1)
    .finally(() => {
      settled = true;
    });
  // Reading needs no lock in the meantime, but has to wait for its turn behind the writer.
  for (let turns = 0; turns < 20; turns++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(settled, false);
  }
  child.send("end");
  await writing;
  assert.equal(await store.keyValue("k").get("a"), 1);
});

test("a process killed in the middle of a transaction leaves neither lock nor half", async (t) => {
  const url = join(await temporaryFolder(t), "notes.db");
  const child = await holder(t, url);
  child.kill("SIGKILL");
  await once(child, "exit");
  await using store = await open(url);
  await store.keyValue("k").set("a", 1);
});

test("a connection to PostgreSQL that was lost is made again", async (t) => {
  const server = await needPostgres(t);
  if (server === undefined) return;
  await using store = await open(server.url);
  const values = store.keyValue("k");
  await values.set("a", 1);
  const trx = await store.db.startTransaction().execute();
  await server.cutAll();
  await assert.rejects(trx.commit().execute());
  // The pool may not have noticed yet that a connection of its own is gone.
  await values.get("a").catch(() => undefined);
  assert.equal(await values.get("a"), 1);
});

test("a PostgreSQL that says nothing is not waited for without end", async (t) => {
  const server = await needPostgres(t);
  if (server === undefined) return;
  const timing = { statementMs: 30_000 };
  const place = { url: server.url, schema: "public", log: silentLog, timing };
  await using db = new Kysely<unknown>({ dialect: postgresDialect(place) });
  const one = () => sql<{ one: number }>`select 1 as one`.execute(db);
  await one();
  await server.freeze("SIGSTOP");
  try {
    timing.statementMs = 1;
    const transaction = db.transaction().execute((trx) => sql`select 1`.execute(trx));
    await assert.rejects(transaction, { code: "deadline_exceeded", message: /did not answer/ });
    timing.statementMs = 30_000;
    // The one that was frozen is not asked again.
    assert.deepEqual((await one()).rows, [{ one: 1 }]);
  } finally {
    await server.freeze("SIGCONT");
  }
});

test("a statement that PostgreSQL is too long at is ended there", async (t) => {
  const server = await needPostgres(t);
  if (server === undefined) return;
  await using store = await open(server.url);
  await store.db.connection().execute(async (db) => {
    await sql`set statement_timeout = 50`.execute(db);
    await assert.rejects(sql`select pg_sleep(60)`.execute(db), { code: "57014" });
    await sql`set statement_timeout = 0`.execute(db);
  });
});

test("no more wait for a connection to PostgreSQL than may, nor for longer", async (t) => {
  const server = await needPostgres(t);
  if (server === undefined) return;
  await using store = await open(server.url);
  const held = await Promise.all(
    Array.from({ length: STORAGE.postgresConnections }, () =>
      store.db.startTransaction().execute(),
    ),
  );
  const waiting = Array.from({ length: STORAGE.maxWaitingForConnection }, () =>
    sql`select 1`.execute(store.db),
  );
  const settled = Promise.allSettled(waiting);
  await assert.rejects(sql`select 1`.execute(store.db), { code: "resource_exhausted" });
  await Promise.all(held.map((trx) => trx.rollback().execute()));
  assert.ok((await settled).every(({ status }) => status === "fulfilled"));
});

test("PostgreSQL without its package says what to install", async (t) => {
  const folder = await temporaryFolder(t);
  const hook = `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name === "pg") throw Object.assign(new Error("no pg"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(name, context);
    } });`;
  await writeFile(join(folder, "hook.mjs"), hook);
  const door = new URL("../../sdk/src/storage/index.ts", import.meta.url).href;
  const program = `const { openStorage } = await import(${JSON.stringify(door)});
    await openStorage("notes", { url: "postgres://localhost/x" }).catch((e) => console.log(e.code, e.message));`;
  const args = ["--import", join(folder, "hook.mjs"), "--input-type=module", "--eval", program];
  const { stdout } = await run(process.execPath, args, { timeout: 60_000 });
  assert.match(
    stdout,
    /^bad_option storage in PostgreSQL needs the package "pg": npm install pg\n$/,
  );
});

test("the root entry point loads neither SQLite, Kysely nor pg", async () => {
  const root = new URL("../../sdk/src/index.ts", import.meta.url).href;
  const program = `await import(${JSON.stringify(root)});
    const { registerHooks } = await import("node:module");
    console.log(process.moduleLoadList.filter((name) => /sqlite/.test(name)).join());`;
  const hook = `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (/^(kysely|pg|node:sqlite)$/.test(name)) console.log(name);
      return next(name, context);
    } });`;
  const loader = `data:text/javascript,${encodeURIComponent(hook)}`;
  const args = ["--import", loader, "--input-type=module", "--eval", program];
  const { stdout } = await run(process.execPath, args, { timeout: 60_000 });
  assert.equal(stdout.trim(), "");
});
