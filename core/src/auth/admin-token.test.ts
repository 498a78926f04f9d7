import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ADMIN_TOKEN_FILE, ensureAdminToken, prepareOwnFolder } from "./admin-token.ts";
import { openTestTokens, testFolder } from "./test/test-tokens.ts";

test("cores that start at once in one folder make one admin token, the one in the file", async (t) => {
  const folder = join(testFolder(t), "own");
  prepareOwnFolder(folder);
  const path = join(folder, "tokens.db");
  const first = await openTestTokens(t, { path });
  const cores = [first, ...(await Promise.all([1, 2].map(() => openTestTokens(t, { path }))))];
  const outcomes = await Promise.all(cores.map(({ tokens }) => ensureAdminToken(tokens, folder)));
  assert.deepEqual(outcomes.toSorted(), ["created", "present", "present"]);
  const file = join(folder, ADMIN_TOKEN_FILE);
  const secret = readFileSync(file, "utf8").trim();
  assert.equal(statSync(file).mode & 0o777, 0o600);
  for (const { tokens } of cores) {
    assert.equal((await tokens.list()).length, 1);
    assert.ok((await tokens.authenticator.authenticate(`Bearer ${secret}`)).ok);
  }
  const left = readdirSync(folder).filter((name) => name.startsWith(ADMIN_TOKEN_FILE));
  assert.deepEqual(left, [ADMIN_TOKEN_FILE]);
});
