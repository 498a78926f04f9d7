/** The real process: its settings, its first start, its words. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { EXIT } from "@seabird-chat/runtime";
import { hashSecret } from "./auth/secret.ts";
import { LIMIT_SETTINGS } from "./config/limit-settings.ts";
import { ANY_PORT, ended, folder, Run } from "./test/core-run.ts";

test("--help and --version answer and end", async (t) => {
  const cwd = folder(t);
  const help = await ended(t, ["--help"], { cwd });
  assert.equal(help.code, EXIT.ok);
  assert.match(help.stdout, /Usage:/);
  const version = await ended(t, ["--version"], { cwd });
  assert.match(version.stdout, /^seabird-core \d+\.\d+\.\d+\n$/);
  assert.ok(!existsSync(join(cwd, ".seabird")), "neither touches the disk");
});

test("the first start makes a folder, a database and an admin token that works", async (t) => {
  const cwd = folder(t);
  const run = new Run(t, [], { cwd, env: ANY_PORT });
  const url = await run.listening();
  const own = join(cwd, ".seabird");
  assert.equal(statSync(own).mode & 0o777, 0o700);
  assert.equal(readFileSync(join(own, ".gitignore"), "utf8"), "*\n");
  assert.equal(statSync(join(own, "admin-token")).mode & 0o777, 0o600);
  const secret = readFileSync(join(own, "admin-token"), "utf8").trim();
  const answer = await call(url, "seabird.admin.v1.Admin/ListTokens", secret);
  const { tokens } = (await answer.json()) as { tokens: { name: string; scopes: string[] }[] };
  assert.deepEqual(
    tokens.map(({ name, scopes }) => [name, scopes]),
    [["admin", ["admin", "plugin"]]],
  );
  assert.equal((await call(url, "seabird.Seabird/GetCoreInfo", secret)).status, 200);
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { msg: string });
  assert.ok(lines.some(({ msg }) => msg === `listening on ${url}`));
  assert.ok(!run.stdout.includes(secret), "the log holds no secret");
  assert.equal(run.stderr, "");
});

async function call(url: string, path: string, secret: string): Promise<Response> {
  return await fetch(`${url}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: "{}",
  });
}

test("a lost admin token is not made again; core says how to make another", async (t) => {
  const cwd = folder(t);
  const first = new Run(t, [], { cwd, env: ANY_PORT });
  await first.listening();
  first.child.kill("SIGTERM");
  await first.exit;
  unlinkSync(join(cwd, ".seabird", "admin-token"));
  chmodSync(join(cwd, ".seabird"), 0o755);
  const second = new Run(t, [], { cwd, env: ANY_PORT });
  await second.listening();
  second.child.kill("SIGINT");
  await second.exit;
  assert.match(second.stdout, /seabird-core tokens create admin --scope admin --scope plugin/);
  assert.ok(!existsSync(join(cwd, ".seabird", "admin-token")));
  assert.equal(statSync(join(cwd, ".seabird")).mode & 0o777, 0o700);
});

test("a link in the place of core's folder is refused, and what it leads to stays as it is", async (t) => {
  const cwd = folder(t);
  const elsewhere = folder(t);
  chmodSync(elsewhere, 0o755);
  symlinkSync(elsewhere, join(cwd, ".seabird"));
  for (const args of [[], ["tokens", "create", "mine", "--scope", "read"]]) {
    const run = new Run(t, args, { cwd, env: ANY_PORT });
    assert.notEqual((await run.exit).code, EXIT.ok);
    assert.match(run.stderr, /\.seabird is a link; move it away/);
  }
  assert.deepEqual(readdirSync(elsewhere), []);
  assert.equal(statSync(elsewhere).mode & 0o777, 0o755);
});

test("with a database of one's own there is no admin token", async (t) => {
  const cwd = folder(t);
  const env = { ...ANY_PORT, DATABASE_URL: "sqlite://tokens.db?mode=rwc" };
  const run = new Run(t, [], { cwd, env });
  await run.listening();
  run.child.kill("SIGTERM");
  await run.exit;
  assert.ok(existsSync(join(cwd, "tokens.db")));
  assert.ok(!existsSync(join(cwd, ".seabird")));
});

test("what cannot work is one line, and a code of its own", async (t) => {
  const cwd = folder(t);
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const address = `127.0.0.1:${port}`;
  const cases: readonly [string[], Record<string, string>, number, RegExp][] = [
    [[], { SEABIRD_BIND_HOST: address }, EXIT.busy, /cannot listen on 127.*already/],
    [["--bind-host", "nowhere"], {}, EXIT.config, /--bind-host: got "nowhere"; allowed/],
    [["--bind-host", "192.0.2.1:0"], {}, EXIT.unavailable, /this machine has no such address/],
    [["--no-such-flag"], {}, EXIT.usage, /Unknown option '--no-such-flag'/],
    [["dance"], {}, EXIT.usage, /unknown command "dance"/],
    [
      [],
      { DATABASE_URL: "absent/x.db" },
      EXIT.unavailable,
      /absent\/x\.db: the folder .* does not/,
    ],
    [[], { DATABASE_URL: "sqlite:x.db?mode=rw" }, EXIT.unavailable, /there is no such file/],
    [["tokens", "dance"], {}, EXIT.usage, /got "dance"; allowed is one of create, list/],
    [["tokens", "create", "core", "--scope", "read"], {}, EXIT.usage, /"core" is reserved/],
    [["tokens", "create", "x", "--scope", "all"], {}, EXIT.usage, /unknown scope "all"/],
    [
      ["tokens", "list", "--database-url", "y.db"],
      {},
      EXIT.unavailable,
      /y\.db: there is no such file/,
    ],
    [["tokens", "revoke", "nobody"], {}, EXIT.failed, /there is no token "nobody"/],
  ];
  for (const [args, env, code, line] of cases) {
    const result = await ended(t, args, { cwd, env: { ...ANY_PORT, ...env } });
    assert.equal(result.code, code, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, line);
    assert.match(result.stderr, /^seabird-core: [^\n]+\n$/);
    assert.doesNotMatch(result.stdout, /"level":"(warn|error)"/);
  }
});

test("every limit works at the most that it may be set to", async (t) => {
  const env = Object.fromEntries(
    LIMIT_SETTINGS.map(({ env: [name = ""], most }) => [name, `${most}`]),
  );
  const run = new Run(t, [], { cwd: folder(t), env: { ...env, ...ANY_PORT } });
  const url = await run.listening();
  const { RawClient } = await import("../../test/support/grpc-client.ts");
  const client = new RawClient(url);
  t.after(() => client.close());
  const { status } = await client.unary("/grpc.health.v1.Health/Check", new Uint8Array());
  assert.equal(status, 0);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  await client.close();
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
});

test("listening beyond loopback without TLS is warned of once", async (t) => {
  const run = new Run(t, ["--bind-host", "0.0.0.0:0"], { cwd: folder(t) });
  await run.listening();
  run.child.kill("SIGTERM");
  await run.exit;
  assert.equal(run.stdout.match(/without TLS anyone on the way can read tokens/g)?.length, 1);
});

test("tokens are administered on the file, while core is down or up", async (t) => {
  const cwd = folder(t);
  const tokens = async (...args: string[]) => {
    const { code, stdout, stderr } = await ended(t, ["tokens", ...args, "--json"], { cwd });
    assert.equal(code, EXIT.ok, stderr);
    return JSON.parse(stdout) as { token: { id: string }; tokens: object[]; secret: string };
  };
  const scopes = ["--scope", "plugin", "--scope", "-private", "--expires-in", "30d"];
  const made = await tokens("create", "my bot", ...scopes);
  const run = new Run(t, [], { cwd, env: ANY_PORT });
  const url = await run.listening();
  assert.equal((await call(url, "seabird.Seabird/GetCoreInfo", made.secret)).status, 200);
  const later = await tokens("create", "later", "--scope", "read");
  assert.equal((await call(url, "seabird.Seabird/GetCoreInfo", later.secret)).status, 200);
  assert.equal((await tokens("list")).tokens.length, 2);
  await tokens("revoke", "my bot");
  assert.equal((await tokens("list")).tokens.length, 1);
  assert.equal((await tokens("list", "--all")).tokens.length, 2);
  const table = await ended(t, ["tokens", "list", "--all"], { cwd });
  assert.match(table.stdout, /my bot +plugin -private .* revoked\n/);
  run.child.kill("SIGTERM");
  await run.exit;
});

test("the original core's tokens are imported on the file", async (t) => {
  const cwd = folder(t);
  const database = new DatabaseSync(join(cwd, "old.db"));
  database.exec(
    `CREATE TABLE seabird_auth_tokens (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE);
     INSERT INTO seabird_auth_tokens (name, key) VALUES ('alice', 'as plain text')`,
  );
  database.close();
  const args = ["tokens", "import", "--database-url", "sqlite:old.db"];
  const { stdout } = await ended(t, args, { cwd });
  assert.match(stdout, /^imported 1 token/);
  assert.ok(!readFileSync(join(cwd, "old.db")).includes("as plain text"), "its bytes are gone");
});

test("metrics: with a scope on the main port, without a token on a port of their own", async (t) => {
  const cwd = folder(t);
  const extra = [
    { name: "scraper", hash: hashSecret("scraper"), scopes: ["metrics"] },
    { name: "plugin", hash: hashSecret("plugin"), scopes: ["plugin"] },
  ];
  const env = {
    ...ANY_PORT,
    SEABIRD_METRICS_BIND: "127.0.0.1:0",
    SEABIRD_EXTRA_TOKENS: JSON.stringify(extra),
  };
  const run = new Run(t, [], { cwd, env });
  const url = await run.listening();
  const page = (token: string) =>
    fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await fetch(`${url}/metrics`)).status, 401);
  assert.equal((await page("plugin")).status, 403);
  const main = await page("scraper");
  assert.equal(main.status, 200);
  assert.match(await main.text(), /^seabird_connections\{protocol="http1"\} [1-9]/m);
  const { until } = await import("../../test/support/until.ts");
  await until("the line", () => /metrics on/.test(run.stdout));
  const own = /metrics on (http:\S+)"/.exec(run.stdout)?.[1] ?? "";
  assert.match(await (await fetch(own)).text(), /^seabird_tokens 3$/m);
  run.child.kill("SIGTERM");
  await run.exit;
});
