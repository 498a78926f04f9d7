import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Authentication, Refusal } from "./principal.ts";
import { hashSecret } from "./secret.ts";
import { openTestTokens, otherConnection, testFolder } from "./test/test-tokens.ts";
import { TokenError } from "./token-error.ts";
import type { Tokens } from "./tokens.ts";

async function ask(tokens: Tokens, secret: string): Promise<Authentication> {
  return await tokens.authenticator.authenticate(`Bearer ${secret}`);
}

/** Resolves with the refusal that ends the token's streams. */
async function end(tokens: Tokens, secret: string): Promise<Refusal> {
  const answer = await ask(tokens, secret);
  assert.ok(answer.ok);
  const { promise, resolve } = Promise.withResolvers<Refusal>();
  tokens.authenticator.onEnd(answer.principal, resolve);
  return promise;
}

test("a created token is good at once, and its secret is in no table", async (t) => {
  const { tokens, path } = await openTestTokens(t);
  const { token, secret } = await tokens.create({ name: "bot", scopes: ["plugin", "plugin"] });
  assert.match(secret, /^sbd_[A-Za-z0-9_-]{43}$/);
  const answer = tokens.authenticator.authenticate(`Bearer ${secret}`);
  assert.ok(!(answer instanceof Promise), "answered from memory");
  assert.ok(answer.ok);
  assert.equal(answer.principal.name, "bot");
  assert.equal(answer.principal.tokenId, token.id);
  assert.deepEqual(token.scopes, ["plugin"]);
  const rows = otherConnection(t, path).prepare("SELECT * FROM seabird_ts_tokens").all();
  assert.equal(rows.length, 1);
  assert.equal(Buffer.from(rows[0]?.["hash"] as Uint8Array).toString("hex"), hashSecret(secret));
});

test("tokens are there again after a restart, with their last use", async (t) => {
  const first = await openTestTokens(t);
  const { secret, token } = await first.tokens.create({ name: "bot", scopes: ["read"] });
  await ask(first.tokens, secret);
  await first.tokens.close();
  const { tokens } = await openTestTokens(t, { path: first.path });
  assert.equal(tokens.storedCount, 1);
  const [listed] = await tokens.list();
  assert.equal(listed?.id, token.id);
  assert.ok((listed?.lastUsedAtMs ?? 0) >= (token.createdAtMs ?? Number.POSITIVE_INFINITY));
  assert.ok((await ask(tokens, secret)).ok);
});

test("revoking ends the token and its streams; revoked ones are listed when asked for", async (t) => {
  const { tokens } = await openTestTokens(t);
  const { secret, token } = await tokens.create({ name: "bot", scopes: ["plugin"] });
  const ended = end(tokens, secret);
  const revoked = await tokens.revoke(token.id);
  assert.ok(revoked.revokedAtMs !== undefined);
  assert.deepEqual(await ended, { code: "token_revoked", message: "token revoked" });
  const answer = await ask(tokens, secret);
  assert.ok(!answer.ok && answer.refusal.message === "invalid auth token");
  assert.equal((await tokens.list()).length, 0);
  assert.equal((await tokens.list({ includeRevoked: true })).length, 1);
  assert.equal((await tokens.revoke(token.id)).revokedAtMs, revoked.revokedAtMs);
  await assert.rejects(tokens.revoke("nobody"), (error) => {
    return error instanceof TokenError && error.code === "token_not_found";
  });
});

test("a watcher that was undone is not called, and one that comes late is", async (t) => {
  const { tokens } = await openTestTokens(t);
  const { secret, token } = await tokens.create({ name: "bot", scopes: ["plugin"] });
  const answer = await ask(tokens, secret);
  assert.ok(answer.ok);
  const undo = tokens.authenticator.onEnd(answer.principal, () => assert.fail("was undone"));
  undo();
  undo();
  await tokens.revoke(token.id);
  const { promise, resolve } = Promise.withResolvers<Refusal>();
  tokens.authenticator.onEnd(answer.principal, resolve);
  assert.equal((await promise).code, "token_revoked");
});

test("a token expires by itself, under an open stream too", async (t) => {
  const { tokens } = await openTestTokens(t);
  const { secret } = await tokens.create({ name: "b", scopes: ["plugin"], expiresInMs: 300 });
  assert.deepEqual(await end(tokens, secret), { code: "token_expired", message: "token expired" });
  const answer = await ask(tokens, secret);
  assert.ok(!answer.ok && answer.refusal.message === "invalid auth token");
  for (const expiresInMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await assert.rejects(
      tokens.create({ name: "b", scopes: ["plugin"], expiresInMs }),
      /expires after more than 0 ms/,
    );
  }
});

test("another program's tokens count at once, and its revocations soon", async (t) => {
  const { tokens, path } = await openTestTokens(t, { options: { rememberMissMs: 1 } });
  const other = otherConnection(t, path);
  assert.ok(!(await ask(tokens, "made elsewhere")).ok);
  other
    .prepare(
      "INSERT INTO seabird_ts_tokens VALUES ('x', 'there', unhex(?), '[\"plugin\"]', 1, NULL, NULL, NULL)",
    )
    .run(hashSecret("made elsewhere"));
  await new Promise((resolve) => setTimeout(resolve, 2));
  const answer = await ask(tokens, "made elsewhere");
  assert.ok(answer.ok);
  assert.equal(answer.principal.name, "there");
  const ended = end(tokens, "made elsewhere");
  other.exec("UPDATE seabird_ts_tokens SET revoked_at_ms = 2 WHERE id = 'x'");
  assert.equal((await ended).code, "token_revoked");
});

test("a token whose rights changed ends its streams; a longer life does not", async (t) => {
  const { tokens, path } = await openTestTokens(t);
  const other = otherConnection(t, path);
  const { secret, token } = await tokens.create({ name: "bot", scopes: ["plugin"] });
  const ended = end(tokens, secret);
  let seen: Refusal | undefined;
  void ended.then((refusal) => {
    seen = refusal;
  });
  other.prepare("UPDATE seabird_ts_tokens SET expires_at_ms = 9e12 WHERE id = ?").run(token.id);
  await ask(tokens, "a miss looks for changes");
  assert.equal(seen, undefined);
  other.prepare("UPDATE seabird_ts_tokens SET scopes = '[\"read\"]' WHERE id = ?").run(token.id);
  assert.equal((await ended).code, "token_revoked");
  const answer = await ask(tokens, secret);
  assert.ok(answer.ok && !answer.principal.has("plugin"));
});

test("tokens of this run alone work, are listed, can be revoked, and are in no database", async (t) => {
  const extraTokens = [{ name: "child", hash: hashSecret("s"), scopes: ["read"] }];
  const { tokens, path } = await openTestTokens(t, { extraTokens });
  assert.ok((await ask(tokens, "s")).ok);
  const [listed] = await tokens.list();
  assert.equal(listed?.origin, "memory");
  const count = otherConnection(t, path).prepare("SELECT count(*) AS n FROM seabird_ts_tokens");
  assert.equal(count.get()?.["n"], 0);
  const ended = end(tokens, "s");
  await tokens.revoke(listed?.id ?? "");
  assert.equal((await ended).code, "token_revoked");
  assert.ok(!(await ask(tokens, "s")).ok);
});

test("wrong names and scopes are refused, and so is one token too many", async (t) => {
  const { tokens } = await openTestTokens(t, { options: { maxTokens: 1 } });
  await assert.rejects(tokens.create({ name: "core", scopes: ["plugin"] }), /reserved/);
  await assert.rejects(tokens.create({ name: "x", scopes: ["root"] }), /unknown scope "root"/);
  await tokens.create({ name: "x", scopes: ["plugin"] });
  await assert.rejects(tokens.create({ name: "y", scopes: ["plugin"] }), /1 tokens already/);
});

test("an expiry beyond all dates is refused", async (t) => {
  const { tokens } = await openTestTokens(t);
  for (const expiresInMs of [6e17, Number.POSITIVE_INFINITY, Number.NaN, 0, -1]) {
    const wanted = { name: "x", scopes: ["plugin"], expiresInMs };
    await assert.rejects(tokens.create(wanted), /at most 100 years; got/);
  }
  assert.equal((await tokens.list()).length, 0);
});

test("times that were changed by hand keep nobody else out, and end their token if unreadable", async (t) => {
  const { tokens, path } = await openTestTokens(t);
  const other = otherConnection(t, path);
  const cases: readonly [column: string, value: string, isGood: boolean][] = [
    ["expires_at_ms", "9223372036854775807", true],
    ["expires_at_ms", "9e999", true],
    ["expires_at_ms", "'2099-01-01'", false],
    ["revoked_at_ms", "'yes'", false],
    ["revoked_at_ms", "x'00'", false],
    ["created_at_ms", "-9223372036854775808", true],
    ["last_used_at_ms", "'never'", true],
  ];
  for (const [column, value, isGood] of cases) {
    const { secret, token } = await tokens.create({ name: "bot", scopes: ["plugin"] });
    other.exec(`UPDATE seabird_ts_tokens SET ${column} = ${value} WHERE id = '${token.id}'`);
    await ask(tokens, `unknown, so the store is asked again: ${column} ${value}`);
    assert.equal((await ask(tokens, secret)).ok, isGood, `${column} = ${value}`);
  }
  const listed = await tokens.list({ includeRevoked: true });
  assert.equal(listed.length, cases.length);
  for (const { expiresAtMs = 0 } of listed) new Date(expiresAtMs).toISOString();
});

test("a database that cannot be used says why, in one line", async (t) => {
  const folder = testFolder(t);
  const garbage = join(folder, "garbage.db");
  writeFileSync(garbage, "this is no database, but long enough to be one ".repeat(100));
  const newer = join(folder, "newer.db");
  otherConnection(t, newer).exec(
    "CREATE TABLE seabird_ts_migrations (version INTEGER, applied_at_ms INTEGER); INSERT INTO seabird_ts_migrations VALUES (99, 1)",
  );
  mkdirSync(join(folder, "folder.db"));
  const cases: readonly [string, RegExp][] = [
    [garbage, /not a database/],
    [newer, /newer Seabird \(its tables are at version 99/],
    [join(folder, "absent", "x.db"), /the folder .*absent does not exist/],
    [join(folder, "folder.db"), /it is a folder/],
  ];
  for (const [path, reason] of cases) {
    await assert.rejects(openTestTokens(t, { path }), (error: Error) => {
      assert.match(error.message, reason);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  }
});

test("a read-only file says so", { skip: process.getuid?.() === 0 }, async (t) => {
  const path = join(testFolder(t), "read-only.db");
  otherConnection(t, path).exec("CREATE TABLE other (x)");
  chmodSync(path, 0o400);
  await assert.rejects(openTestTokens(t, { path }), /readonly/);
});

test("a database that breaks while core runs: known tokens go on, unknown ones are told", async (t) => {
  const { tokens, path } = await openTestTokens(t, { options: { storeLookupTimeoutMs: 200 } });
  const { secret } = await tokens.create({ name: "bot", scopes: ["plugin"] });
  const other = otherConnection(t, path);
  other.exec("ALTER TABLE seabird_ts_tokens RENAME TO elsewhere");
  const answer = await ask(tokens, "unknown");
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.code, "token_store_unavailable");
  const known = tokens.authenticator.authenticate(`Bearer ${secret}`);
  assert.ok(!(known instanceof Promise) && known.ok);
  other.exec("ALTER TABLE elsewhere RENAME TO seabird_ts_tokens");
  const healed = await ask(tokens, "unknown");
  assert.ok(!healed.ok && healed.refusal.code === "unauthenticated");
});

test("closing twice is closing once", async (t) => {
  const { tokens } = await openTestTokens(t);
  await tokens.close();
  await tokens.close();
});

test("many changes of another program at once arrive whole, revocations first", async (t) => {
  const { tokens, path } = await openTestTokens(t, { options: { rememberMissMs: 1 } });
  const { secret, token } = await tokens.create({ name: "bot", scopes: ["plugin"] });
  const ended = end(tokens, secret);
  const other = otherConnection(t, path);
  const insert = other.prepare(
    "INSERT INTO seabird_ts_tokens VALUES (?, 'many', unhex(?), '[\"plugin\"]', ?, NULL, NULL, NULL)",
  );
  const count = 3_000;
  other.exec("BEGIN");
  for (let at = 0; at < count; at++) insert.run(`id${at}`, hashSecret(`secret${at}`), at);
  other.prepare("UPDATE seabird_ts_tokens SET revoked_at_ms = 1 WHERE id = ?").run(token.id);
  other.exec("COMMIT");
  assert.ok((await ask(tokens, `secret${count - 1}`)).ok);
  assert.equal((await ended).code, "token_revoked");
  assert.equal(tokens.size, count);
  other.exec("DELETE FROM seabird_ts_tokens");
  await ask(tokens, "a miss looks for changes");
  assert.equal(tokens.size, 0);
});
