/** What each process gets, and what it must not see. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ComponentConfig, ProjectConfig } from "../config/project.ts";
import { ComponentSpecs } from "./component-specs.ts";

const ENV = {
  PATH: "/bin",
  SEABIRD_TOKEN: "sbd_mine",
  SEABIRD_TOKEN_FILE: "/secret",
  SEABIRD_HOST: "elsewhere",
  DATABASE_URL: "sqlite:tokens.db",
  IRC_PASS: "hush",
  IRC_NICK: "birdie",
};

function component(name: string, scopes: readonly string[], type?: string): ComponentConfig {
  return {
    name,
    kind: type === undefined ? "plugin" : "backend",
    ...(type === undefined ? {} : { type, id: name.slice(type.length + 1) }),
    path: name,
    script: `${name}.js`,
    args: [],
    scopes,
    settings: { of: name },
    logLevel: "info",
    env: { variables: {}, withheld: [], used: [] },
    liveKeys: [],
    description: { name, commands: {}, settings: null },
  };
}

const PROJECT: ProjectConfig = {
  file: undefined,
  folder: "/somewhere",
  core: {
    kind: "own",
    listen: "127.0.0.1:0",
    logLevel: "info",
    settings: {},
    env: { DATABASE_URL: "sqlite:tokens.db" },
  },
  logLevel: "info",
  components: [
    component("help", ["plugin"]),
    component("ping", ["plugin"]),
    component("irc/net", ["backend:irc/net"], "irc"),
    component("terminal/local", ["backend:terminal/local"], "terminal"),
  ],
  warnings: [],
  origins: [],
};

function specs({ script = false } = {}) {
  const components = new ComponentSpecs({
    coreBin: "core.js",
    env: ENV,
    script,
    url: () => "http://127.0.0.1:4711",
    bind: () => "127.0.0.1:0",
    output: () => ({
      to: "lines",
      begin: () => undefined,
      take: () => undefined,
      end: () => undefined,
    }),
  });
  const clients = [...components.specsOf(PROJECT).values()];
  const core = components.coreOf(PROJECT);
  assert.ok(core);
  return { core, clients };
}

test("core gets the hash of each child's token, each child its secret, nobody another's", () => {
  const { core, clients } = specs();
  const extra = JSON.parse(core.env()["SEABIRD_EXTRA_TOKENS"] ?? "");
  assert.equal(extra.length, clients.length);
  for (const { name, env, args, bootstrap } of clients) {
    const { url, token: secret, settings } = bootstrap?.() ?? assert.fail();
    assert.match(secret, /^sbd_[\w-]{43}$/);
    const hash = createHash("sha256").update(secret).digest("hex");
    assert.equal(extra.find((token: { name: string }) => token.name === name).hash, hash);
    assert.ok(!args.join().includes(secret));
    assert.ok(!JSON.stringify(env()).includes("sbd_"));
    assert.equal(url, "http://127.0.0.1:4711");
    assert.deepEqual(settings, { of: name });
  }
  const scopes = extra.map(({ name, scopes }: { name: string; scopes: string[] }) => [
    name,
    ...scopes,
  ]);
  assert.deepEqual(scopes, [
    ["help", "plugin"],
    ["ping", "plugin"],
    ["irc/net", "backend:irc/net"],
    ["terminal/local", "backend:terminal/local"],
  ]);
});

test("what is one component's is not in another's environment", () => {
  const { core, clients } = specs();
  const inCore = core.env();
  assert.equal(inCore["DATABASE_URL"], "sqlite:tokens.db");
  assert.equal(inCore["SEABIRD_BIND_HOST"], "127.0.0.1:0");
  for (const name of ["SEABIRD_TOKEN", "SEABIRD_TOKEN_FILE", "IRC_PASS"]) {
    assert.equal(inCore[name], undefined, name);
  }
  for (const { name: of, env } of clients) {
    assert.equal(env()["PATH"], "/bin");
    for (const name of ["SEABIRD_TOKEN_FILE", "SEABIRD_HOST", "IRC_PASS", "DATABASE_URL"]) {
      assert.equal(env()[name], undefined, `${name} of ${of}`);
    }
  }
});

test("only the interactive component waits for a script's start", () => {
  const waiting = ({ clients }: ReturnType<typeof specs>) =>
    clients.filter(({ args }) => args.includes("--await-start")).map(({ name }) => name);
  assert.deepEqual(waiting(specs()), []);
  assert.deepEqual(waiting(specs({ script: true })), ["terminal/local"]);
});
