import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import type { ComponentConfig, ProjectConfig } from "../config/project.ts";
import { compareProjects, reachable } from "./project-changes.ts";

const COMPONENT: ComponentConfig = {
  name: "irc/libera",
  kind: "backend",
  type: "irc",
  id: "libera",
  path: "backends.irc/libera",
  script: "/irc.js",
  args: [],
  scopes: ["backend:irc/libera"],
  settings: { nick: "bird", channels: ["#a"], sasl: { account: "bird", password: "x" } },
  logLevel: "info",
  env: { variables: { A: "1" }, withheld: [], used: ["USED"] },
  liveKeys: ["channels"],
  description: { name: "irc", commands: {}, settings: null },
};
const ROOM: ComponentConfig = { ...COMPONENT, name: "terminal/here", type: "terminal", id: "here" };

function project(
  components: readonly ComponentConfig[],
  more: Partial<ProjectConfig> = {},
): ProjectConfig {
  return {
    file: "/seabird.yaml",
    folder: "/",
    core: { kind: "own", listen: "127.0.0.1:1", logLevel: "info", settings: {}, env: {} },
    logLevel: "info",
    components,
    warnings: [],
    origins: [],
    ...more,
  };
}

const changesOf = (old: ProjectConfig, next: ProjectConfig) =>
  compareProjects(old, next).map(({ component, kind, keys }) =>
    [component, kind, ...keys].join(" "),
  );

function componentWith(settings: object, more: Partial<ComponentConfig> = {}): ComponentConfig {
  return { ...COMPONENT, ...more, settings: { ...COMPONENT.settings, ...settings } };
}

test("what is the same is left alone, also in another order", () => {
  const help = { ...COMPONENT, name: "help" };
  const copied = { ...COMPONENT, settings: structuredClone(COMPONENT.settings) };
  assert.deepEqual(changesOf(project([COMPONENT, help]), project([help, copied])), []);
});

test("live settings and levels are told, any other restarts, and so does another program", () => {
  const to = (component: ComponentConfig) => changesOf(project([COMPONENT]), project([component]));
  assert.deepEqual(to(componentWith({ channels: ["#b"] })), ["irc/libera live channels"]);
  assert.deepEqual(to(componentWith({}, { logLevel: "debug" })), ["irc/libera live log_level"]);
  const both = componentWith({ channels: [], nick: "x" });
  assert.deepEqual(to(both), ["irc/libera restart nick channels"]);
  const secret = componentWith({ sasl: { account: "bird", password: "y" } });
  assert.deepEqual(to(secret), ["irc/libera restart sasl"]);
  assert.deepEqual(to(componentWith({}, { script: "/other.js" })), ["irc/libera restart program"]);
  assert.deepEqual(to(componentWith({ more: 1 })), ["irc/libera restart more"]);
  const scopes = [...COMPONENT.scopes, "persona"];
  assert.deepEqual(to(componentWith({}, { scopes })), ["irc/libera restart scopes"]);
});

test("a variable of .env restarts what may read it, and its name is told", () => {
  const changes = (args: readonly string[], variables: Record<string, string>) => {
    const before = componentWith({}, { args });
    const after = componentWith({}, { args, env: { ...COMPONENT.env, variables } });
    return changesOf(project([before]), project([after]));
  };
  const file = [resolve("feed.ts")];
  assert.deepEqual(changes(file, { A: "2" }), ["irc/libera restart A of .env"]);
  assert.deepEqual(changes(file, {}), ["irc/libera restart A of .env"]);
  // A setting that uses it has changed then, and may be applied without a restart.
  assert.deepEqual(changes(file, { A: "1", USED: "2" }), []);
  for (const ours of [[], ["help"]]) {
    assert.deepEqual(changes(ours, { A: "2" }), []);
    for (const name of ["NODE_EXTRA_CA_CERTS", "TZ", "https_proxy"]) {
      const all = { A: "1", [name]: "x" };
      assert.deepEqual(changes(ours, all), [`irc/libera restart ${name} of .env`]);
    }
  }
});

test("components come and go, but no room", () => {
  const old = project([COMPONENT, ROOM]);
  const next = project([
    { ...COMPONENT, name: "irc/oftc" },
    { ...ROOM, name: "terminal/new" },
  ]);
  const changes = [
    "irc/oftc start",
    "terminal/new refuse",
    "irc/libera stop",
    "terminal/here refuse",
  ];
  assert.deepEqual(changesOf(old, next), changes);
  const names = reachable(old, next).components.map(({ name }) => name);
  assert.deepEqual(names, ["irc/oftc", "terminal/here"]);
});

test("core does not move, its other settings restart it, its level is told", () => {
  const own = (listen: string, settings = {}, logLevel = "info") =>
    project([COMPONENT], { core: { kind: "own", listen, logLevel, settings, env: {} } });
  const old = own("127.0.0.1:1");
  assert.deepEqual(changesOf(old, own("127.0.0.1:2")), ["core refuse core.listen"]);
  assert.deepEqual(changesOf(old, own("127.0.0.1:1", {}, "debug")), ["core live log_level"]);
  const both = changesOf(old, own("127.0.0.1:2", { metrics: "x" }));
  assert.deepEqual(both, ["core refuse core.listen", "core restart metrics"]);
  const { core } = reachable(old, own("127.0.0.1:2", { metrics: "x" }));
  assert.equal(core.kind === "own" && core.listen, "127.0.0.1:1");

  const remote = (url: string, token: string) =>
    project([COMPONENT], { core: { kind: "remote", url, token } });
  assert.deepEqual(changesOf(old, remote("https://a", "t")), ["core refuse core.url"]);
  assert.deepEqual(changesOf(remote("https://a", "t"), remote("https://a", "u")), [
    "irc/libera restart core.token",
  ]);
  assert.equal(reachable(old, remote("https://a", "t")).core, old.core);
});
