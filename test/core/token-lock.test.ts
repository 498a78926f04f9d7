/**
 * Another program holds the token database's lock for five seconds, while events flow and
 * clients call: nobody who is known may notice.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { startCore, type TestCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const LOCK_MS = 5_000;
/** Far above what a loaded machine needs, and far below the lock's time. */
const NOTICEABLE_MS = 2_500;

const HOLD_LOCK = `
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(process.argv[1], { timeout: 5000 });
  database.exec("BEGIN EXCLUSIVE");
  console.log("locked");
  setTimeout(() => { database.exec("COMMIT"); console.log("released"); }, ${LOCK_MS});
`;

/** A file with a rollback journal, as existing installations have: its lock stops readers too. */
async function existingDatabase(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-lock-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "existing.db");
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE others (x)");
  database.close();
  return path;
}

/** Holds the lock in a process of its own; `released` resolves when it has let go. */
async function holdLock(t: TestContext, path: string) {
  const child = spawn(process.execPath, ["-e", HOLD_LOCK, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  const [first] = await once(lines, "line");
  assert.equal(first, "locked");
  let held = true;
  child.once("exit", () => {
    held = false;
  });
  return { isHeld: () => held };
}

/** Sends an event and waits until a stream has it; returns how long that took. */
async function deliver(backend: RawBackend, stream: ReturnType<RawClient["open"]>) {
  const startMs = performance.now();
  const seen = stream.messages.length;
  backend.say("#c", "hello");
  await stream.nextMessages(seen + 1);
  return performance.now() - startMs;
}

async function callAnew(core: TestCore, token: string) {
  const startMs = performance.now();
  const client = new RawClient(core.url, { token });
  const { status } = await client.unary("/seabird.Seabird/GetCoreInfo", new Uint8Array());
  await client.close();
  assert.equal(status, 0);
  return performance.now() - startMs;
}

test("a held lock stops neither deliveries nor calls with a known token", async (t) => {
  const path = await existingDatabase(t);
  const core = await startCore({ env: { DATABASE_URL: path } }, t);
  const token = await core.token();
  const client = new RawClient(core.url, { token });
  t.after(() => client.close());
  const stream = client.open("/seabird.Seabird/StreamEvents").end(new Uint8Array());
  await stream.headersCame();
  const backend = await RawBackend.connect(core.url, token);
  t.after(() => backend.close());

  const lock = await holdLock(t, path);
  const created = core.core.tokens.create({ name: "waits", scopes: ["plugin"] });
  const unknown = new RawClient(core.url, { token: "nobody's" });
  t.after(() => unknown.close());
  const refused = unknown.unary("/seabird.Seabird/GetCoreInfo", new Uint8Array());
  let slowestMs = 0;
  let deliveries = 0;
  for (; lock.isHeld(); deliveries += 1) {
    slowestMs = Math.max(slowestMs, await deliver(backend, stream), await callAnew(core, token));
  }
  assert.ok(deliveries > 20, `${deliveries} deliveries in ${LOCK_MS} ms`);
  assert.ok(slowestMs < NOTICEABLE_MS, `the slowest took ${slowestMs} ms`);
  const { status, message } = await refused;
  assert.deepEqual([status, message], [14, "token store unavailable"]);
  const { secret } = await created;
  assert.ok((await callAnew(core, secret)) > 0);
});

test("another process ends a token's streams by revoking it", async (t) => {
  const path = await existingDatabase(t);
  const core = await startCore({ env: { DATABASE_URL: path } }, t);
  const token = await core.token(["plugin"]);
  const client = new RawClient(core.url, { token });
  t.after(() => client.close());
  const stream = client.open("/seabird.Seabird/StreamEvents").end(new Uint8Array());
  await stream.headersCame();
  const bin = join(import.meta.dirname, "../../core/bin/seabird-core.js");
  const flags = ["tokens", "revoke", "tester", "--database-url", path, "--json"];
  const child = spawn(process.execPath, [bin, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  const { status, message } = await stream.result();
  assert.deepEqual([status, message], [16, "token revoked"]);
  await until("the token's end", () => core.core.tokens.size === 0);
});
