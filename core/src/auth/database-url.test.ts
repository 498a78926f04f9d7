import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDatabaseUrl } from "./database-url.ts";

test("the forms in the field", () => {
  const cases: readonly [string, string, boolean][] = [
    ["sqlite:tokens.db", "tokens.db", true],
    ["sqlite://tokens.db", "tokens.db", true],
    ["sqlite:///var/lib/tokens.db", "/var/lib/tokens.db", true],
    ["sqlite:/var/lib/tokens.db", "/var/lib/tokens.db", true],
    ["sqlite://rel/tokens.db?mode=rwc", "rel/tokens.db", true],
    ["sqlite:tokens.db?mode=rw&cache=shared", "tokens.db", false],
    ["SQLite:tokens.db", "tokens.db", true],
    ["sqlite:my%20tokens.db", "my tokens.db", true],
    ["sqlite:100%.db", "100%.db", true],
    ["sqlite::memory:", ":memory:", true],
    ["tokens.db", "tokens.db", true],
    ["./a/tokens.db?mode=rwc", "./a/tokens.db", true],
    ["/abs/my%20tokens.db", "/abs/my%20tokens.db", true],
    ["C:\\tokens.db", "C:\\tokens.db", true],
  ];
  for (const [url, path, create] of cases) {
    assert.deepEqual(parseDatabaseUrl(url), { path, create }, url);
  }
});

test("what is refused, and why", () => {
  assert.throws(() => parseDatabaseUrl("postgres://db/x"), /"postgres" is not supported; write/);
  assert.throws(() => parseDatabaseUrl("sqlite:"), /no path in "sqlite:"/);
  assert.throws(() => parseDatabaseUrl("sqlite://?mode=rwc"), /no path/);
  assert.throws(() => parseDatabaseUrl("sqlite:a.db?mode=ro"), /mode=ro/);
});
