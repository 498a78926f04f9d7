/** For this module's tests: tokens over a real database in a folder of their own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { type AuthOptions, resolveAuthOptions } from "../limits.ts";
import type { ExtraToken } from "../tokens.ts";
import { Tokens } from "../tokens.ts";

export interface TestTokens {
  readonly tokens: Tokens;
  readonly path: string;
  /** What was logged, newest last. */
  readonly lines: string[];
}

export const testClock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs: number, then: () => void) {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A folder that goes with the test. */
export function testFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "seabird-auth-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestTokensOptions {
  readonly path?: string;
  readonly options?: Partial<AuthOptions>;
  readonly extraTokens?: readonly ExtraToken[];
}

export async function openTestTokens(
  t: TestContext,
  {
    path = join(testFolder(t), "tokens.db"),
    options = {},
    extraTokens = [],
  }: TestTokensOptions = {},
): Promise<TestTokens> {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const tokens = await Tokens.open({
    location: { path, create: true },
    options: resolveAuthOptions(options),
    clock: testClock,
    log: { info: log, warn: log, error: log },
    extraTokens,
  });
  t.after(() => tokens.close());
  return { tokens, path, lines };
}

/** A connection of another program. */
export function otherConnection(t: TestContext, path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  t.after(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

/** A file as an existing installation has it. */
export function legacyDatabase(t: TestContext, rows: readonly (readonly [string, string])[]) {
  const path = join(testFolder(t), "legacy.db");
  const database = otherConnection(t, path);
  database.exec(
    `CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL);
     INSERT INTO _sqlx_migrations VALUES (20200101000000, 'create auth tokens');
     CREATE TABLE seabird_auth_tokens (
       id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE)`,
  );
  const insert = database.prepare("INSERT INTO seabird_auth_tokens (name, key) VALUES (?, ?)");
  for (const row of rows) insert.run(...row);
  return { path, database };
}
