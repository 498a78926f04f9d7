import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { legacyDatabase, openTestTokens } from "./test/test-tokens.ts";
import type { Tokens } from "./tokens.ts";

async function ask(tokens: Tokens, secret: string) {
  return await tokens.authenticator.authenticate(`Bearer ${secret}`);
}

test("rows of the original table are accepted, with the rights they had", async (t) => {
  const { path } = legacyDatabase(t, [
    ["alice", "key one"],
    ["alice", "key-two"],
    ["zoë", "schlüssel"],
  ]);
  const { tokens, lines } = await openTestTokens(t, { path });
  for (const key of ["key one", "key-two"]) {
    const answer = await ask(tokens, key);
    assert.ok(answer.ok);
    const { principal } = answer;
    assert.equal(principal.name, "alice");
    assert.ok(principal.has("plugin") && principal.mayPrivate && principal.mayBeBackend("a", "b"));
    assert.ok(!principal.has("admin") && !principal.has("metrics"));
  }
  assert.ok((await ask(tokens, Buffer.from("schlüssel").toString("latin1"))).ok);
  assert.equal(lines.filter((line) => line.includes("seabird-core tokens import")).length, 1);
});

test("rows that come while core runs are accepted, and rows that go end", async (t) => {
  const { path, database } = legacyDatabase(t, []);
  const { tokens, lines } = await openTestTokens(t, { path, options: { rememberMissMs: 1 } });
  assert.equal(lines.length, 0);
  assert.ok(!(await ask(tokens, "new")).ok);
  database.exec("INSERT INTO seabird_auth_tokens (name, key) VALUES ('bob', 'new')");
  await new Promise((resolve) => setTimeout(resolve, 2));
  const answer = await ask(tokens, "new");
  assert.ok(answer.ok);
  const ended = new Promise((resolve) => tokens.authenticator.onEnd(answer.principal, resolve));
  database.exec("DELETE FROM seabird_auth_tokens");
  assert.deepEqual(await ended, { code: "token_revoked", message: "token revoked" });
});

test("reserved names and rows that are no texts are refused, and the log says so once", async (t) => {
  const { path, database } = legacyDatabase(t, [
    ["core", "one"],
    ["seabird", "two"],
    ["fine", "three"],
  ]);
  database.exec("INSERT INTO seabird_auth_tokens VALUES (9223372036854775807, 'blob', x'00ff')");
  const { tokens, lines } = await openTestTokens(t, { path });
  assert.ok(!(await ask(tokens, "one")).ok);
  assert.ok(!(await ask(tokens, "two")).ok);
  database.exec("INSERT INTO seabird_auth_tokens (id, name, key) VALUES (50, 'x', 'y')");
  assert.ok((await ask(tokens, "y")).ok);
  assert.ok((await ask(tokens, "three")).ok);
  const refused = lines.filter((line) => line.includes("is refused"));
  assert.deepEqual(refused.toSorted(), [
    'row 1 of seabird_auth_tokens is refused: the name "core" is reserved',
    'row 2 of seabird_auth_tokens is refused: the name "seabird" is reserved',
    "row 9223372036854775807 of seabird_auth_tokens is refused: its key is not a text",
  ]);
  assert.ok(!lines.join().includes("three"), "no key is logged");
});

test("the original's tables, its rows and the journal mode stay as they are", async (t) => {
  const { path, database } = legacyDatabase(t, [["alice", "a"]]);
  const tables = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '%seabird_ts_%'";
  const look = () => ({
    tables: database.prepare(tables).all(),
    rows: database.prepare("SELECT * FROM seabird_auth_tokens").all(),
    migrations: database.prepare("SELECT * FROM _sqlx_migrations").all(),
    mode: database.prepare("PRAGMA journal_mode").get(),
  });
  const before = look();
  const { tokens } = await openTestTokens(t, { path });
  await ask(tokens, "a");
  const { token } = await tokens.create({ name: "bot", scopes: ["plugin"] });
  await tokens.revoke(token.id);
  await tokens.close();
  assert.deepEqual(look(), before);
  const ours = database.prepare("SELECT sql FROM sqlite_schema WHERE name LIKE 'seabird_ts_%'");
  for (const { sql } of ours.all()) {
    assert.doesNotMatch(String(sql), /STRICT|WITHOUT ROWID/, "an older SQLite has to read it");
  }
});

test("a file of our own making is in WAL mode", async (t) => {
  const { path } = await openTestTokens(t);
  // The file format's version numbers: 2 is WAL.
  assert.deepEqual([...readFileSync(path).subarray(18, 20)], [2, 2]);
});

test("revoking one leaves its row, and its secret is no good any more", async (t) => {
  const { path, database } = legacyDatabase(t, [["alice", "a"]]);
  const { tokens } = await openTestTokens(t, { path });
  const answer = await ask(tokens, "a");
  assert.ok(answer.ok);
  const ended = new Promise((resolve) => tokens.authenticator.onEnd(answer.principal, resolve));
  await tokens.revoke(answer.principal.tokenId);
  assert.deepEqual(await ended, { code: "token_revoked", message: "token revoked" });
  assert.ok(!(await ask(tokens, "a")).ok);
  assert.equal(database.prepare("SELECT * FROM seabird_auth_tokens").all().length, 1);
});

test("importing moves them to hashes, under open streams too", async (t) => {
  const { path, database } = legacyDatabase(t, [
    ["alice", "a"],
    ["core", "refused"],
  ]);
  const { tokens } = await openTestTokens(t, { path });
  const answer = await ask(tokens, "a");
  assert.ok(answer.ok);
  let ended = false;
  tokens.authenticator.onEnd(answer.principal, () => {
    ended = true;
  });
  const moved = await tokens.importLegacy();
  assert.deepEqual(
    moved.map(({ name, scopes, origin }) => ({ name, scopes, origin })),
    [{ name: "alice", scopes: ["plugin", "backend:*/*"], origin: "stored" }],
  );
  assert.ok((await ask(tokens, "a")).ok);
  assert.equal(ended, false);
  const left = database.prepare("SELECT name FROM seabird_auth_tokens").all();
  assert.deepEqual(
    left.map(({ name }) => name),
    ["core"],
  );
  assert.deepEqual(await tokens.importLegacy(), []);
  await tokens.revoke(moved[0]?.id ?? "");
  assert.equal(ended, true);
});

test("importing may leave the rows, which then decide nothing", async (t) => {
  const { path, database } = legacyDatabase(t, [["alice", "a"]]);
  const { tokens } = await openTestTokens(t, { path });
  const [moved] = await tokens.importLegacy({ keep: true });
  assert.equal(database.prepare("SELECT * FROM seabird_auth_tokens").all().length, 1);
  assert.equal((await tokens.list()).length, 1);
  await tokens.revoke(moved?.id ?? "");
  assert.ok(!(await ask(tokens, "a")).ok);
});
