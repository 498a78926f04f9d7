/** A text becomes a project: what is read, what goes before what, what the components get. */
import assert from "node:assert/strict";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import { hasProject, loadProject } from "./load-project.ts";
import { problemLine } from "./project.ts";
import { makeProjectFixture } from "./test/project-fixture.ts";

const IRC = `backends:
  irc/libera:
    host: ircs://irc.example.org
`;

test("the components, their programs, scopes, settings and defaults", async (t) => {
  const { project, folder } = await makeProjectFixture(t);
  await writeFile(join(folder, "irc"), "hunter2\n", { mode: 0o600 });
  const { components, core, warnings, logLevel } = await project(
    `core: { listen: "127.0.0.1:0" }
log_level: warn
backends:
  irc/libera:
    host: ircs://irc.example.org
    sasl: { account: mybot, password_file: ./irc }
    channels: ["#mybot", { name: "#staff", key: "\${STAFF_KEY}" }]
    log_level: debug
  campfire/work: { from: ./campfire.ts, url: anything }
plugins:
  help: {}
  ping:
  ./bots/hello.ts: { greeting: hi }
  ../two.ts: { one: { times: 2 } }
`,
    { env: { STAFF_KEY: "open sesame" } },
  );
  assert.deepEqual(warnings, []);
  assert.equal(logLevel, "warn");
  assert.partialDeepStrictEqual(core, { kind: "own", listen: "127.0.0.1:0" });
  const [irc, campfire, help, ping, hello, two] = components;
  assert.equal(components.length, 6);
  assert.partialDeepStrictEqual(irc, {
    name: "irc/libera",
    kind: "backend",
    type: "irc",
    id: "libera",
    path: "backends.irc/libera",
    script: "irc",
    args: [],
    scopes: ["backend:irc/libera"],
    logLevel: "debug",
    liveKeys: ["command_prefix", "channels"],
  });
  assert.deepEqual(irc?.settings, {
    host: "ircs://irc.example.org",
    sasl: { account: "mybot", password: "hunter2", mechanism: "plain" },
    channels: ["#mybot", { name: "#staff", key: "open sesame" }],
    nick: "seabird",
    command_prefix: "!",
    rejoin: true,
  });
  const from = ["backend", "./campfire.ts"];
  assert.partialDeepStrictEqual(campfire, { type: "campfire", id: "work", args: from });
  assert.deepEqual(campfire?.settings, { url: "anything" });
  assert.partialDeepStrictEqual(help, { name: "help", args: ["help"], scopes: ["plugin"] });
  assert.deepEqual(ping?.settings, {});
  assert.partialDeepStrictEqual(hello, {
    name: "hello",
    path: 'plugins["./bots/hello.ts"]',
    args: ["./bots/hello.ts"],
    settings: { greeting: "hi" },
    logLevel: "warn",
  });
  assert.equal(two?.name, "two");
  assert.deepEqual(two?.settings, { one: { greeting: "hello", times: 2 } });
});

test("an empty file's core listens where core does; null sections are empty", async (t) => {
  const { project } = await makeProjectFixture(t);
  for (const text of ["", "# nothing\n", "{}", "backends:\nplugins:\ncore:\n"]) {
    const { core, components } = await project(text);
    assert.deepEqual(core, {
      kind: "own",
      listen: "127.0.0.1:11235",
      logLevel: "info",
      settings: {},
      env: { SEABIRD_BIND_HOST: "127.0.0.1:11235", SEABIRD_LOG_LEVEL: "info" },
    });
    assert.deepEqual(components, []);
  }
});

test("flags go before the environment, then .env, the file, defaults", async (t) => {
  const { project, folder } = await makeProjectFixture(t);
  const text = "core: { listen: '127.0.0.1:4' }\n";
  const listen = async (flags: object, env: NodeJS.ProcessEnv, file = text) => {
    const { core, origins } = await project(file, { flags, env });
    const origin = origins.find(({ path }) => path === "core.listen")?.origin;
    return [core.kind === "own" && core.listen, origin?.from];
  };
  assert.deepEqual(await listen({}, {}), ["127.0.0.1:4", "file"]);
  await writeFile(join(folder, ".env"), "BIND_HOST=127.0.0.1:3\n");
  assert.deepEqual(await listen({}, {}), ["127.0.0.1:3", ".env"]);
  const env = { SEABIRD_BIND_HOST: "127.0.0.1:2" };
  assert.deepEqual(await listen({}, env), ["127.0.0.1:2", "environment"]);
  assert.deepEqual(await listen({ bind: "127.0.0.1:1" }, env), ["127.0.0.1:1", "flag"]);
  await writeFile(join(folder, ".env"), "SEABIRD_BIND_HOST=\n");
  assert.deepEqual(await listen({}, { BIND_HOST: "" }, ""), ["127.0.0.1:11235", "default"]);
});

test("a flag for the log level is core's too, whatever the environment says", async (t) => {
  const { project } = await makeProjectFixture(t);
  const text = "core: { log_level: error }\nplugins: { ping: { log_level: warn } }";
  const env = { LOG_LEVEL: "info" };
  const { core, logLevel, components } = await project(text, { env, flags: { logLevel: "debug" } });
  assert.equal(logLevel, "debug");
  assert.ok(core.kind === "own");
  assert.equal(core.env["SEABIRD_LOG_LEVEL"], "debug");
  assert.equal(components[0]?.logLevel, "warn");
});

test("of settings that nobody knows, those whose names tell of secrets are masked", async (t) => {
  const { project } = await makeProjectFixture(t);
  const { origins } = await project(
    "backends: { campfire/a: { from: ./campfire.ts, x: 1, apiKey: 2 } }",
  );
  const shown = origins.filter(({ path }) => path.startsWith("backends."));
  assert.deepEqual(
    shown.map(({ path, value }) => [path.replace("backends.campfire/a.", ""), value]),
    [
      ["x", "1"],
      ["apiKey", "********"],
      ["from", '"./campfire.ts"'],
    ],
  );
});

test("core's limits come from file or environment and are handed on under core's names", async (t) => {
  const { project } = await makeProjectFixture(t);
  const text =
    "core: { limits: { max_backends: 7, action_timeouts: { join_channel: 9 } }, cors_origins: ['https://a.b', 'https://c.d'] }";
  const { core } = await project(text, { env: { SEABIRD_MAX_EVENT_STREAMS: "1_000" } });
  assert.ok(core.kind === "own");
  assert.deepEqual(core.settings["limits"], {
    max_backends: 7,
    action_timeouts: { join_channel: 9 },
    max_event_streams: 1000,
  });
  assert.deepEqual(core.env, {
    SEABIRD_ACTION_TIMEOUTS: '{"join_channel":9}',
    SEABIRD_BIND_HOST: "127.0.0.1:11235",
    SEABIRD_CORS_ORIGINS: "https://a.b,https://c.d",
    SEABIRD_LOG_LEVEL: "info",
    SEABIRD_MAX_BACKENDS: "7",
    SEABIRD_MAX_EVENT_STREAMS: "1000",
  });
});

test("IRC_* means the only IRC backend there is, and none if there are two", async (t) => {
  const { project } = await makeProjectFixture(t);
  const env = { IRC_NICK: "birdie", IRC_CHANNELS: "#a, #b", IRC_PASS: "psst" };
  const one = await project(IRC, { env });
  assert.partialDeepStrictEqual(one.components[0]?.settings, {
    nick: "birdie",
    channels: ["#a", "#b"],
    password: "psst",
  });
  const two = await project(`${IRC}  irc/other: { host: irc://a.b, nick: x }\n`, { env });
  assert.deepEqual(
    two.components.map(({ settings }) => settings["nick"]),
    ["seabird", "x"],
  );
});

test("a core elsewhere has an address and a token", async (t) => {
  const { project, folder, problems } = await makeProjectFixture(t);
  await writeFile(join(folder, "token"), "sbd_x\r\n", { mode: 0o600 });
  const text = "core: { url: https://core.example, token_file: ./token }";
  const { core } = await project(text);
  assert.deepEqual(core, { kind: "remote", url: "https://core.example", token: "sbd_x" });
  const env = { SEABIRD_TOKEN: "sbd_y", SEABIRD_HOST: "http://127.0.0.1:1" };
  assert.deepEqual((await project(text, { env })).core, {
    kind: "remote",
    url: "http://127.0.0.1:1",
    token: "sbd_y",
  });
  assert.deepEqual(await problems("core: { url: 'core.example', lisn: 1 }"), [
    "seabird.yaml:1:1 core: token is missing (its token, for all components)",
    'seabird.yaml:1:14 core.url: must be an address such as https://core.example; it is "core.example"',
    "seabird.yaml:1:30 core.lisn: unknown key; there are url, token",
  ]);
});

test("variables: set, empty, with a default, escaped; numbers where they stand bare", async (t) => {
  const { project } = await makeProjectFixture(t);
  const env = { A: "x", EMPTY: "", BUDGET: "5000", NO: "false", NESTED: "$" + "{A}" };
  const text = `${IRC}    nick: "\${A}-\${B:-y}-\${EMPTY:-z}-$\${A}-\${EMPTY}-$A"
    command_prefix: \${NESTED}
    send_budget_ms: \${BUDGET}
    rejoin: \${NO}
`;
  const { components } = await project(text, { env });
  assert.partialDeepStrictEqual(components[0]?.settings, {
    nick: "x-y-z-$" + "{A}--$A",
    command_prefix: "$" + "{A}",
    send_budget_ms: 5000,
    rejoin: false,
  });
});

test("a secret's file that others can read is a warning", async (t) => {
  const { project, folder } = await makeProjectFixture(t);
  await writeFile(join(folder, "pass"), "\uFEFFa\n");
  await chmod(join(folder, "pass"), 0o644);
  const { components, warnings } = await project(`${IRC}    password_file: pass\n`);
  assert.equal(components[0]?.settings["password"], "a");
  assert.deepEqual(warnings.map(problemLine), [
    "seabird.yaml:4:20 backends.irc/libera.password_file: other users can read pass; `chmod 600 pass` ends that",
  ]);
});

test("a secret's file that holds several lines is refused, without showing them", async (t) => {
  const { project, folder } = await makeProjectFixture(t);
  await writeFile(join(folder, "pass"), "s3cret\n\n", { mode: 0o600 });
  await assert.rejects(
    project(`${IRC}    password_file: pass\n`),
    (error) =>
      error instanceof Error &&
      /password_file: pass holds several lines/.test(error.message) &&
      !error.message.includes("s3cret"),
  );
});

test("aliases stand for what they name", async (t) => {
  const { project } = await makeProjectFixture(t);
  const { components } = await project(`plugins:
  ./hello.ts: &it { greeting: hi }
  ../two.ts: { one: *it }
`);
  assert.deepEqual(
    components.map(({ settings }) => settings),
    [{ greeting: "hi" }, { one: { greeting: "hi" } }],
  );
});

test("where each value comes from; secrets are masked, whatever their length", async (t) => {
  const { project, folder } = await makeProjectFixture(t);
  await writeFile(join(folder, "irc"), "hunter2\n", { mode: 0o600 });
  const { origins } = await project(
    `${IRC}    sasl: { account: me, password_file: irc }\n    channels: [{ name: "#a", key: k }]\n`,
    { env: { IRC_PASS: "x", IRC_NICK: "n" } },
  );
  const rows = origins
    .filter(({ path }) => path.startsWith("backends."))
    .map(({ path, value, origin }) => [
      path.replace("backends.irc/libera.", ""),
      value,
      origin.from === "file" ? `${origin.place.line}${origin.file ?? ""}` : origin.from,
    ]);
  assert.deepEqual(rows, [
    ["host", '"ircs://irc.example.org"', "3"],
    ["sasl.account", '"me"', "4"],
    ["sasl.password_file", "********", "4irc"],
    ["sasl.mechanism", '"plain"', "default"],
    ["channels[0].name", '"#a"', "5"],
    ["channels[0].key", "********", "5"],
    ["nick", '"n"', "environment"],
    ["password", "********", "environment"],
    ["command_prefix", '"!"', "default"],
    ["rejoin", "true", "default"],
  ]);
});

test("a file that is not there, is none, or is too large: exit code 78", async (t) => {
  const { folder } = await makeProjectFixture(t);
  assert.equal(hasProject(folder), false);
  const failsWith = (message: RegExp, flags = {}) =>
    assert.rejects(loadProject({ folder, flags }), (error) => {
      assert.ok(error instanceof CliError && error.exitCode === EXIT.config);
      assert.match(error.message, message);
      return true;
    });
  await failsWith(/^cannot read seabird\.yaml: there is no such file$/);
  assert.equal(hasProject(folder, { config: "x.yaml" }), true);
  await symlink("nowhere", join(folder, "seabird.yaml"));
  assert.equal(hasProject(folder), true, "a link that leads nowhere is no leave to run without");
  await failsWith(/^cannot read seabird\.yaml: there is no such file$/);
  await rm(join(folder, "seabird.yaml"));
  await mkdir(join(folder, "seabird.yaml"));
  await failsWith(/^seabird\.yaml is not a file$/);
  await writeFile(join(folder, "large.yaml"), "#".repeat(1024 * 1024 + 1));
  await failsWith(/^large\.yaml is larger than 1048576 bytes$/, { config: "large.yaml" });
});

test("another folder's file: its paths and .env are those of that folder", async (t) => {
  const { folder } = await makeProjectFixture(t);
  await mkdir(join(folder, "there"));
  await writeFile(join(folder, "there/token"), "sbd_x\n", { mode: 0o600 });
  await writeFile(join(folder, "there/.env"), "URL=https://core.example\n");
  const yaml = `core: { url: "\${URL}", token_file: token }\nplugins: {}\n`;
  await writeFile(join(folder, "there/seabird.yaml"), yaml);
  const flags = { config: "there/seabird.yaml" };
  const project = await loadProject({ folder, flags, env: {} });
  assert.equal(project.folder, join(folder, "there"));
  assert.deepEqual(project.core, { kind: "remote", url: "https://core.example", token: "sbd_x" });
  await writeFile(join(folder, "there/seabird.yaml"), "core: { url: x }");
  await assert.rejects(
    loadProject({ folder, flags, env: {} }),
    /there\/seabird\.yaml:1:14 core\.url/,
  );
});

test("a channel's backend has to be in the file, or to run elsewhere", async (t) => {
  const { project, problems } = await makeProjectFixture(t);
  const text = (to: string, core = "") =>
    `${core}\n${IRC}  campfire/desk: { from: ./campfire.ts }\nplugins: { ./relay.ts: { to: [${to}] } }\n`;
  const remote = "core: { url: http://127.0.0.1:1, token: sesame }";
  const where = 'seabird.yaml:6:31 plugins["./relay.ts"].to';
  const known = "irc://libera/#a, campfire://desk/b, irc:nothing";
  assert.deepEqual((await project(text(known))).warnings, []);
  for (const [channel, meant] of [
    ["irc://libra/#a", "there is no backend irc/libra in this file; did you mean irc/libera?"],
    ["ircs://libera/#a", "there is no backend ircs/libera in this file; did you mean irc/libera?"],
  ] as const) {
    assert.deepEqual(await problems(text(channel)), [`${where}[0]: ${meant}`]);
    assert.equal((await project(text(channel, remote))).warnings.length, 1);
  }
  const other = text("discord://guild/1");
  const [warning] = (await project(other)).warnings;
  assert.match(
    warning?.message ?? "",
    /^there is no backend discord\/guild in this file, so it has to run elsewhere; there are irc\/libera, campfire\/desk$/,
  );
  assert.deepEqual((await project(text("discord://guild/1", remote))).warnings, []);
});
