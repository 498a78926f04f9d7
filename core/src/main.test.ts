/** The real process: its start, its words and its end. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { hashSecret } from "./auth/secret.ts";
import { EXIT } from "./exit-codes.ts";

const BIN = join(import.meta.dirname, "../bin/seabird-core.js");
const WAIT_MS = 30_000;

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "seabird-main-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

class Run {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly exit: Promise<{ code: number | null; signal: string | null }>;

  constructor(t: TestContext, args: readonly string[], { cwd, env = {} }: RunOptions) {
    this.child = fork(BIN, args, { cwd, env: { PATH: "", ...env }, stdio: "pipe", execArgv: [] });
    this.child.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    // "close" never comes where the channel was closed from here.
    const ends = [this.child.stdout, this.child.stderr].map(
      (stream) => stream && once(stream, "close"),
    );
    this.exit = once(this.child, "exit").then(async ([code, signal]) => {
      await Promise.all(ends);
      return { code, signal };
    });
    const timer = setTimeout(() => this.child.kill("SIGKILL"), WAIT_MS);
    t.after(() => {
      clearTimeout(timer);
      this.child.kill("SIGKILL");
    });
  }

  /** Resolves with the url when core listens; rejects if it ends before. */
  async listening(): Promise<string> {
    const ended = this.exit.then(({ code }) => {
      throw new Error(`ended with ${code}: ${this.stdout}${this.stderr}`);
    });
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(this.child, "message"), ended])) as unknown[];
    const { type, url } = message as { type: string; url: string };
    assert.equal(type, "listening");
    return url;
  }
}

const ANY_PORT = { SEABIRD_BIND_HOST: "127.0.0.1:0" };

async function ended(t: TestContext, args: readonly string[], options: RunOptions) {
  const run = new Run(t, args, options);
  const { code } = await run.exit;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

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
    [[], { SEABIRD_BIND_HOST: address }, EXIT.cannotListen, /cannot listen on 127.*already/],
    [["--bind-host", "nowhere"], {}, EXIT.badSettings, /--bind-host: got "nowhere"; allowed/],
    [["--no-such-flag"], {}, EXIT.badSettings, /Unknown option '--no-such-flag'/],
    [["dance"], {}, EXIT.badSettings, /unknown command "dance"/],
    [[], { DATABASE_URL: "absent/x.db" }, EXIT.tokens, /absent\/x\.db: the folder .* does not/],
    [[], { DATABASE_URL: "sqlite:x.db?mode=rw" }, EXIT.tokens, /there is no such file/],
    [["tokens", "dance"], {}, EXIT.badSettings, /got "dance"; allowed is one of create, list/],
    [["tokens", "create", "core", "--scope", "read"], {}, EXIT.badSettings, /"core" is reserved/],
    [["tokens", "create", "x", "--scope", "all"], {}, EXIT.badSettings, /unknown scope "all"/],
    [["tokens", "revoke", "nobody"], {}, EXIT.tokens, /there is no token "nobody"/],
  ];
  for (const [args, env, code, line] of cases) {
    const result = await ended(t, args, { cwd, env: { ...ANY_PORT, ...env } });
    assert.equal(result.code, code, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, line);
    assert.match(result.stderr, /^seabird-core: [^\n]+\n$/);
  }
});

test("listening beyond loopback without TLS is warned of once", async (t) => {
  const run = new Run(t, ["--bind-host", "0.0.0.0:0"], { cwd: folder(t) });
  await run.listening();
  run.child.kill("SIGTERM");
  await run.exit;
  assert.equal(run.stdout.match(/without TLS anyone on the way can read tokens/g)?.length, 1);
});

test("core ends when the program that started it has gone", async (t) => {
  const run = new Run(t, [], { cwd: folder(t), env: ANY_PORT });
  await run.listening();
  run.child.disconnect();
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
});

test("a stop that comes twice at once is one stop; a later one ends core at once", async (t) => {
  const cwd = folder(t);
  const secret = "a secret for this run";
  const extra = [{ name: "backend", hash: hashSecret(secret), scopes: ["backend:*/*", "plugin"] }];
  const env = { ...ANY_PORT, SEABIRD_EXTRA_TOKENS: JSON.stringify(extra) };
  const run = new Run(t, [], { cwd, env });
  const url = await run.listening();
  const { RawBackend } = await import("../../test/support/raw-backend.ts");
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
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal(run.child.exitCode, null, "it still drains");
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.exit, { code: 143, signal: null });
  await waiting;
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
     INSERT INTO seabird_auth_tokens (name, key) VALUES ('alice', 'in the clear')`,
  );
  database.close();
  const args = ["tokens", "import", "--database-url", "sqlite:old.db"];
  const { stdout } = await ended(t, args, { cwd });
  assert.match(stdout, /^imported 1 token/);
  assert.ok(!readFileSync(join(cwd, "old.db")).includes("in the clear"), "its bytes are gone");
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
