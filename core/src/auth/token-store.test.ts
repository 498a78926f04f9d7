import assert from "node:assert/strict";
import { test } from "node:test";
import type { Worker } from "node:worker_threads";
import { openTestTokens, otherConnection } from "./test/test-tokens.ts";

test("a lost worker: known tokens go on, unknown ones are told, and another one catches up", async (t) => {
  const workers: Worker[] = [];
  const notice = (worker: Worker) => void workers.push(worker);
  process.on("worker", notice);
  t.after(() => process.off("worker", notice));
  const { tokens, path, lines } = await openTestTokens(t, { options: { rememberMissMs: 1 } });
  const ask = (secret: string) => tokens.authenticator.authenticate(`Bearer ${secret}`);
  const kept = await tokens.create({ name: "kept", scopes: ["plugin"] });
  const revoked = await tokens.create({ name: "revoked", scopes: ["plugin"] });
  const answer = await ask(revoked.secret);
  assert.ok(answer.ok);
  const ended = new Promise((resolve) => tokens.authenticator.onEnd(answer.principal, resolve));

  const pending = tokens.list();
  pending.catch(() => undefined);
  await workers[0]?.terminate();
  await assert.rejects(pending, { code: "token_store_unavailable" });
  const known = ask(kept.secret);
  assert.ok(!(known instanceof Promise) && known.ok);
  const unknown = await ask("unknown");
  assert.ok(!unknown.ok && unknown.refusal.code === "token_store_unavailable");
  await assert.rejects(tokens.create({ name: "x", scopes: ["read"] }), /token store unavailable/);
  otherConnection(t, path).exec(
    "UPDATE seabird_ts_tokens SET revoked_at_ms = 1 WHERE name = 'revoked'",
  );

  assert.deepEqual(await ended, { code: "token_revoked", message: "token revoked" });
  assert.equal(workers.length, 2);
  assert.equal(lines.filter((line) => line.includes("worker is lost")).length, 1);
  assert.ok((await ask(kept.secret)).ok);
  const wrong = await ask("unknown");
  assert.ok(!wrong.ok && wrong.refusal.code === "unauthenticated");
  await tokens.create({ name: "x", scopes: ["read"] });
});
