/** The end of the real process: by a signal, twice, while it starts, with its parent. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { EXIT } from "@seabird-chat/runtime";
import { RawClient } from "../../../test/support/grpc-client.ts";
import { RawBackend } from "../../../test/support/raw-backend.ts";
import { until } from "../../../test/support/until.ts";
import { hashSecret } from "../auth/secret.ts";
import { ANY_PORT, folder, Run } from "../test/core-run.ts";

test("core ends when the program that started it has gone", async (t) => {
  const run = new Run(t, [], { cwd: folder(t), env: ANY_PORT });
  await run.listening();
  run.child.disconnect();
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
});

test("core ends when that program has gone before core was ready to notice", async (t) => {
  const run = new Run(t, [], { cwd: folder(t), env: ANY_PORT });
  run.child.disconnect();
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
});

test("a stop while core still waits for its database's lock is a stop, not a failure", async (t) => {
  const cwd = folder(t);
  const database = new DatabaseSync(join(cwd, "locked.db"));
  t.after(() => database.close());
  database.exec("CREATE TABLE other (x); BEGIN EXCLUSIVE");
  const env = { ...ANY_PORT, DATABASE_URL: "locked.db", LOG_LEVEL: "debug" };
  const run = new Run(t, [], { cwd, env });
  await until("it opens the database", () => run.stdout.includes("opening the token database"));
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
  assert.equal(run.stderr, "");
  assert.doesNotMatch(run.stdout, /listening/);
});

const FULL = "/dev/full";

test("a full disk under the log keeps core neither from working nor from ending", {
  skip: !existsSync(FULL),
}, async (t) => {
  const full = openSync(FULL, "w");
  t.after(() => closeSync(full));
  const run = new Run(t, [], { cwd: folder(t), env: ANY_PORT, stdout: full });
  const url = await run.listening();
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
});

test("a log that nobody reads keeps core neither from working nor from ending", async (t) => {
  const extra = [{ name: "plugin", hash: hashSecret("a secret for this run"), scopes: ["plugin"] }];
  const env = { ...ANY_PORT, LOG_LEVEL: "debug", SEABIRD_EXTRA_TOKENS: JSON.stringify(extra) };
  const run = new Run(t, [], { cwd: folder(t), env });
  const url = await run.listening();
  run.child.stdout?.pause();
  const client = new RawClient(url);
  t.after(() => client.close());
  // Each is a line. Without a token so many refusals would end the connection.
  const headers = { authorization: "Bearer a secret for this run" };
  const method = "/seabird.Seabird/GetChannelInfo";
  for (let at = 0; at < 4_000; at++) {
    const { status } = await client.unary(method, new Uint8Array(), headers);
    assert.equal(status, 3);
  }
  const exit = once(run.child, "exit");
  run.child.kill("SIGTERM");
  assert.deepEqual(await exit, [EXIT.ok, null]);
});

test("a stop that comes twice at once is one stop; a later one ends core at once", async (t) => {
  const cwd = folder(t);
  const secret = "a secret for this run";
  const extra = [{ name: "backend", hash: hashSecret(secret), scopes: ["backend:*/*", "plugin"] }];
  const env = { ...ANY_PORT, SEABIRD_EXTRA_TOKENS: JSON.stringify(extra) };
  const run = new Run(t, [], { cwd, env });
  const url = await run.listening();
  const backend = await RawBackend.connect(url, secret);
  t.after(() => backend.close());
  backend.respond = () => undefined;
  // A request that is never answered keeps the first stop waiting.
  const waiting = fetch(`${url}/seabird.Seabird/GetBackendInfo`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ backendId: "irc://seabird" }),
  }).catch(() => undefined);
  await backend.call.nextMessages(1);
  run.child.kill("SIGINT");
  run.child.kill("SIGTERM");
  await until("the first stop", () => run.stdout.includes("stopping"));
  // Core takes messages until it has drained.
  run.child.send({ type: "settings", logLevel: "info" });
  await once(run.child, "message");
  assert.equal(run.child.exitCode, null, "it still drains");
  await until("a signal that is late enough", () => {
    run.child.kill("SIGTERM");
    return run.child.exitCode !== null;
  });
  assert.deepEqual(await run.exit, { code: EXIT.interrupted, signal: null });
  await waiting;
});
