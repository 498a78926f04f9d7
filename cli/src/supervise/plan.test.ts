import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { formatBind, parseBind } from "./bind-address.ts";
import { createPlan, type UpOptions } from "./plan.ts";
import { restartPauseMs } from "./restart-policy.ts";

const OPTIONS: UpOptions = { channel: [], plugin: ["help", "ping"], terminal: true };
const ENV = {
  PATH: "/bin",
  SEABIRD_TOKEN: "sbd_mine",
  SEABIRD_TOKEN_FILE: "/secret",
  SEABIRD_HOST: "elsewhere",
  DATABASE_URL: "sqlite:tokens.db",
  IRC_PASS: "hush",
  IRC_NICK: "birdie",
};

function plan(options: Partial<UpOptions> = {}, env: NodeJS.ProcessEnv = ENV) {
  return createPlan(
    { ...OPTIONS, ...options },
    {
      bins: { core: "core.js", plugin: "plugin.js", backend: (network) => `${network}.js` },
      env,
      script: false,
      bind: () => "127.0.0.1:0",
      url: () => "http://127.0.0.1:4711",
      logFd: () => 2,
    },
  );
}

test("core gets the hash of each child's token, each child its secret, nobody another's", () => {
  const { core, plugins, backends, room } = plan({ irc: "irc://host", channel: ["#x"] });
  const extra = JSON.parse(core.env()["SEABIRD_EXTRA_TOKENS"] ?? "");
  const clients = [...plugins, ...backends, ...(room ? [room] : [])];
  assert.equal(extra.length, clients.length);
  for (const { name, env, args } of clients) {
    const secret = env()["SEABIRD_TOKEN"] ?? "";
    assert.match(secret, /^sbd_[\w-]{43}$/);
    const hash = createHash("sha256").update(secret).digest("hex");
    assert.equal(extra.find((token: { name: string }) => token.name === name).hash, hash);
    assert.ok(!args.join().includes(secret));
  }
  const scopes = extra.map(({ name, scopes }: { name: string; scopes: string[] }) => [
    name,
    ...scopes,
  ]);
  assert.deepEqual(scopes, [
    ["help", "plugin"],
    ["ping", "plugin"],
    ["irc", "backend:irc/*"],
    ["terminal", "backend:terminal/*"],
  ]);
});

test("what is one component's is not in another's environment", () => {
  const { core, plugins, backends } = plan({ irc: "irc://host", channel: ["#x", "#y"] });
  const inCore = core.env();
  assert.equal(inCore["DATABASE_URL"], "sqlite:tokens.db");
  assert.equal(inCore["SEABIRD_BIND_HOST"], "127.0.0.1:0");
  for (const name of ["SEABIRD_TOKEN", "SEABIRD_TOKEN_FILE", "IRC_PASS"]) {
    assert.equal(inCore[name], undefined, name);
  }
  const inPlugin = plugins[0]?.env() ?? {};
  assert.equal(inPlugin["SEABIRD_HOST"], "http://127.0.0.1:4711");
  assert.equal(inPlugin["PATH"], "/bin");
  for (const name of ["SEABIRD_TOKEN_FILE", "IRC_PASS", "DATABASE_URL"]) {
    assert.equal(inPlugin[name], undefined, name);
  }
  assert.partialDeepStrictEqual(backends[0]?.env(), {
    IRC_HOST: "irc://host",
    IRC_CHANNELS: "#x,#y",
    IRC_NICK: "birdie",
    IRC_PASS: "hush",
  });
});

test("no IRC unless it is asked for, even if its environment is there", () => {
  assert.deepEqual(plan().backends, []);
  assert.throws(() => plan({ nick: "x" }), /belong to --irc/);
});

test("addresses to listen on", () => {
  assert.deepEqual(parseBind("[::1]:80", "--bind"), { host: "::1", port: 80 });
  assert.deepEqual(parseBind(":80", "--bind"), { host: "0.0.0.0", port: 80 });
  assert.equal(formatBind({ host: "::1", port: 80 }), "[::1]:80");
  for (const wrong of ["", "host", "host:", "host:65536", "::1:80", "a b:1"]) {
    assert.throws(() => parseBind(wrong, "--bind"), /no address to listen on/, wrong);
  }
});

test("pauses between restarts double, up to a limit", () => {
  const pauses = [1, 2, 3, 7, 8, 1000].map((crashes) => restartPauseMs(crashes, 0));
  assert.deepEqual(pauses, [500, 1000, 2000, 30_000, 30_000, 30_000]);
  assert.equal(restartPauseMs(1, 1), 375);
});
