import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { BROKER_LIMITS } from "../broker/limits.ts";
import { TRANSPORT_LIMITS } from "../transport/limits.ts";
import { loadConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { flagOf } from "./setting.ts";
import { ALL_SETTINGS } from "./settings.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "seabird-config-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("with nothing set", (t) => {
  const cwd = folder(t);
  assert.deepEqual(loadConfig({ cwd }), {
    bind: { host: "127.0.0.1", port: 11235 },
    database: { path: join(cwd, ".seabird", "seabird.db"), create: true, embedded: true },
    tls: undefined,
    metricsBind: undefined,
    corsOrigins: [],
    hostNames: [],
    trustedProxies: [],
    media: {
      folder: join(cwd, ".seabird", "media"),
      publicUrl: undefined,
      publishPrivate: false,
      limits: {},
    },
    logLevel: "info",
    logFormat: "auto",
    extraTokens: [],
    brokerOptions: {},
    transportLimits: {},
    authOptions: {},
  });
});

test("a flag goes before the environment, that before .env, an empty value is none", (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, ".env"), 'SEABIRD_BIND_HOST="d:4"\nLOG_LEVEL=debug\n# x\n');
  const bind = (flags: Record<string, string>, env: Record<string, string>) =>
    loadConfig({ flags, env, cwd }).bind.port;
  const both = { SEABIRD_BIND_HOST: "b:2", BIND_HOST: "c:3" };
  assert.equal(bind({ "bind-host": "a:1" }, both), 1);
  assert.equal(bind({}, both), 2);
  assert.equal(bind({}, { BIND_HOST: "c:3" }), 3);
  assert.equal(bind({}, { SEABIRD_BIND_HOST: "", BIND_HOST: "" }), 4);
  assert.equal(loadConfig({ cwd }).logLevel, "debug");
});

test("a database's url is read, and a path begins at the working directory", (t) => {
  const cwd = folder(t);
  const database = (url: string) => loadConfig({ cwd, env: { DATABASE_URL: url } }).database;
  const here = { path: join(cwd, "tokens.db"), create: true, embedded: false };
  assert.deepEqual(database("sqlite:tokens.db"), here);
  assert.deepEqual(database("tokens.db"), here);
  assert.equal(database("sqlite:///abs.db").path, "/abs.db");
  writeFileSync(join(cwd, "url"), "sqlite:tokens.db\n");
  assert.deepEqual(loadConfig({ cwd, env: { DATABASE_URL_FILE: "url" } }).database, here);
});

test("limits are set by their names, in their modules", (t) => {
  const config = loadConfig({
    cwd: folder(t),
    flags: { "max-event-streams": "5", "action-timeout-ms": "6" },
    env: {
      SEABIRD_MAX_CONNECTIONS: "7_000",
      SEABIRD_MAX_TOKENS: "8",
      SEABIRD_ACTION_TIMEOUTS: '{"join_channel":9}',
    },
  });
  assert.deepEqual(config.brokerOptions, {
    maxEventStreams: 5,
    actionTimeoutMs: 6,
    actionTimeouts: { joinChannel: 9 },
  });
  assert.deepEqual(config.transportLimits, { maxConnections: 7000 });
  assert.deepEqual(config.authOptions, { maxTokens: 8 });
});

test("what core sends on may have 7/8 of what one message may have", (t) => {
  const cwd = folder(t);
  const limits = (maxMessageBytes: number) => {
    const env = { SEABIRD_MAX_MESSAGE_BYTES: `${maxMessageBytes}` };
    const { brokerOptions, transportLimits } = loadConfig({ cwd, env });
    return [transportLimits.maxMessageBytes, brokerOptions.maxMessageBytes];
  };
  assert.deepEqual(limits(8_000), [8_000, 7_000]);
  assert.deepEqual(limits(1), [1, 1]);
  const { maxMessageBytes } = TRANSPORT_LIMITS;
  assert.deepEqual(limits(maxMessageBytes), [maxMessageBytes, BROKER_LIMITS.maxMessageBytes]);
});

test("a module's other limits are no settings", () => {
  const flags = new Set(ALL_SETTINGS.map(({ name }) => name));
  for (const name of ["quickResetBurst", "maxRatedTokens", "storePollMs", "maxIdBytes"]) {
    assert.ok(!flags.has(name), name);
  }
});

test("no two settings share a flag or a name in the environment", () => {
  const names = ALL_SETTINGS.flatMap(({ name, env }) => [flagOf(name), ...env]);
  assert.equal(new Set(names).size, names.length);
});

const HASH = "a".repeat(64);

test("a wrong value is one line with its name, the value and what is allowed", (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "cert"), "x");
  const cases: readonly [Record<string, string>, RegExp][] = [
    [{ SEABIRD_BIND_HOST: "localhost" }, /^SEABIRD_BIND_HOST: got "localhost"; allowed is host:p/],
    [{ BIND_HOST: "x:70000" }, /^BIND_HOST: got "x:70000"/],
    [{ BIND_HOST: "::1:80" }, /^BIND_HOST: .*\[::1\]/],
    [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL: got "loud"; allowed is one of trace, debug, info/],
    [{ SEABIRD_LOG_FORMAT: "xml" }, /got "xml"; allowed is one of auto, pretty, json/],
    [{ DATABASE_URL: "postgres://x" }, /^DATABASE_URL: "postgres" is not supported/],
    [{ DATABASE_URL: "a", DATABASE_URL_FILE: "b" }, /DATABASE_URL or DATABASE_URL_FILE, not both/],
    [
      { DATABASE_URL_FILE: "absent" },
      /^DATABASE_URL_FILE: cannot read absent: there is no such file/,
    ],
    [{ SEABIRD_TLS_CERT_FILE: "cert" }, /CERT_FILE is set, but SEABIRD_TLS_KEY_FILE is not/],
    [{ SEABIRD_TLS_KEY_FILE: "key" }, /KEY_FILE is set, but SEABIRD_TLS_CERT_FILE is not/],
    [{ SEABIRD_CORS_ORIGINS: "https://a.example/path" }, /got "https:\/\/a.example\/path"; allow/],
    [{ SEABIRD_HOST_NAMES: "a.example:80" }, /got "a.example:80"; allowed is names such as chat.e/],
    [{ SEABIRD_TRUSTED_PROXIES: "::1, proxy" }, /got "::1, proxy"; allowed is addresses and subn/],
    [{ SEABIRD_TRUSTED_PROXIES: "10.0.0.0/33" }, /allowed is addresses and subnets such as/],
    [{ SEABIRD_MAX_EVENT_STREAMS: "0" }, /got "0"; allowed is a whole number from 1 to/],
    [{ SEABIRD_MAX_EVENT_STREAMS: "many" }, /^SEABIRD_MAX_EVENT_STREAMS: got "many"/],
    [{ SEABIRD_ACTION_TIMEOUT_MS: "1e9" }, /got "1e9"/],
    [{ SEABIRD_MAX_CONNECTIONS: "2147483648" }, /whole number from 1 to 2147483647$/],
    [{ SEABIRD_ACTION_TIMEOUTS: "30000" }, /got "30000"; allowed is a JSON map such as/],
    [{ SEABIRD_ACTION_TIMEOUTS: "{" }, /allowed is a JSON map such as/],
    [
      { SEABIRD_ACTION_TIMEOUTS: '{"join_channel":0}' },
      /^SEABIRD_ACTION_TIMEOUTS: join_channel: got "0"; allowed is a whole number from 1 to/,
    ],
    [{ SEABIRD_EXTRA_TOKENS: "{" }, /^SEABIRD_EXTRA_TOKENS: not valid JSON/],
    [{ SEABIRD_EXTRA_TOKENS: "{}" }, /allowed is a JSON list/],
    [{ SEABIRD_EXTRA_TOKENS: "[null]" }, /token 1: "name" must be a string/],
    [{ SEABIRD_EXTRA_TOKENS: '[{"name":"core"}]' }, /token 1: the name "core" is reserved/],
    [{ SEABIRD_EXTRA_TOKENS: '[{"name":"x","hash":"1"}]' }, /token 1: "hash" must be the SHA-256/],
    [
      { SEABIRD_EXTRA_TOKENS: `[{"name":"x","hash":"${HASH}","scopes":["all"]}]` },
      /token 1: unknown scope "all"/,
    ],
  ];
  for (const [env, message] of cases) {
    assert.throws(
      () => loadConfig({ cwd, env }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      },
      JSON.stringify(env),
    );
  }
});

test("a .env as editors on Windows write it", (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, ".env"), "\uFEFFBIND_HOST=a:1\r\nLOG_LEVEL=debug\r\n");
  const { bind, logLevel } = loadConfig({ cwd });
  assert.deepEqual([bind, logLevel], [{ host: "a", port: 1 }, "debug"]);
});

test("a .env that could be read in two ways stops the start, and no value of it is cut", (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, ".env"), "DATABASE_URL=a#b.db\n");
  assert.equal(loadConfig({ cwd }).database.path, join(cwd, "a#b.db"));
  writeFileSync(join(cwd, ".env"), "LOG_LEVEL=debug # for now\n");
  assert.throws(
    () => loadConfig({ cwd }),
    (error) => error instanceof ConfigError && /\.env, line 1: .* LOG_LEVEL/.test(error.message),
  );
});

test("a value's own file may begin with a byte order mark", (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "url"), "\uFEFFa.db\r\n");
  const { database } = loadConfig({ cwd, env: { DATABASE_URL_FILE: "url" } });
  assert.equal(database.path, join(cwd, "a.db"));
});

test("a value's own file holds one line, JSON excepted; blanks within are kept", (t) => {
  const cwd = folder(t);
  const write = (content: string | Buffer) => writeFileSync(join(cwd, "value"), content);
  const path = () => loadConfig({ cwd, env: { DATABASE_URL_FILE: "value" } }).database.path;
  write("a b.db\n");
  assert.equal(path(), join(cwd, "a b.db"));
  for (const [content, message] of [
    ["\n", /^DATABASE_URL_FILE: value is empty$/],
    ["a.db\nb.db\n", /^DATABASE_URL_FILE: value holds several lines/],
    [Buffer.from("\uFEFFa.db", "utf16le"), /^DATABASE_URL_FILE: value is not UTF-8 text/],
  ] as const) {
    write(content);
    assert.throws(path, (error) => error instanceof ConfigError && message.test(error.message));
  }
  write(`\uFEFF[\n  {"name":"x","hash":"${HASH}","scopes":["read"]}\n]\n\n`);
  const env = { SEABIRD_EXTRA_TOKENS_FILE: "value" };
  assert.equal(loadConfig({ cwd, env }).extraTokens[0]?.name, "x");
});

test("a .env that cannot be read stops the start", (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, ".env"));
  assert.throws(() => loadConfig({ cwd }), /\.env is not a file/);
});

test("what is right is read", (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "cert"), "CERT");
  writeFileSync(join(cwd, "key"), "KEY");
  const config = loadConfig({
    cwd,
    env: {
      SEABIRD_BIND_HOST: "[::1]:0",
      SEABIRD_METRICS_BIND: ":9000",
      SEABIRD_TLS_CERT_FILE: "cert",
      SEABIRD_TLS_KEY_FILE: "key",
      SEABIRD_CORS_ORIGINS: "https://a.example, http://localhost:5173",
      SEABIRD_HOST_NAMES: "chat.example,a.b",
      SEABIRD_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8,::1",
      LOG_LEVEL: "WARNING",
      LOG_FORMAT: "text",
      SEABIRD_EXTRA_TOKENS: `[{"name":"x","hash":"${HASH.toUpperCase()}","scopes":["read"]}]`,
    },
  });
  assert.deepEqual(config.bind, { host: "::1", port: 0 });
  assert.deepEqual(config.metricsBind, { host: "0.0.0.0", port: 9000 });
  assert.deepEqual(config.tls, { cert: "CERT", key: "KEY" });
  assert.deepEqual(config.corsOrigins, ["https://a.example", "http://localhost:5173"]);
  assert.deepEqual(config.hostNames, ["chat.example", "a.b"]);
  assert.deepEqual(config.trustedProxies, ["127.0.0.1", "10.0.0.0/8", "::1"]);
  assert.deepEqual([config.logLevel, config.logFormat], ["warn", "pretty"]);
  assert.deepEqual(config.extraTokens, [{ name: "x", hash: HASH, scopes: ["read"] }]);
});
