/** The terminal room and the plugins as processes on the real core: a script, a supervisor, a person. */
import assert from "node:assert/strict";
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bold } from "@seabird-chat/protocol";
import { connectPlugin, type PluginEvent, SeabirdError } from "@seabird-chat/sdk";
import { startCore, type TestCore } from "../support/core.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ROOM = join(ROOT, "backends/terminal/bin/seabird-backend-terminal.js");
const PLUGINS = join(ROOT, "plugins/bin/seabird-plugin.js");
const HERE = "terminal://local/%23terminal";

interface Started {
  readonly child: ChildProcess;
  readonly output: Promise<string>;
  readonly errors: Promise<string>;
  readonly exit: Promise<number | null>;
  readonly messages: unknown[];
}

function run(
  t: TestContext,
  args: readonly string[],
  env: Record<string, string>,
  ipc = false,
): Started {
  const stdio: SpawnOptions["stdio"] = ["pipe", "pipe", "pipe", ...(ipc ? ["ipc" as const] : [])];
  const child = spawn(process.execPath, [...args], {
    stdio,
    env: { PATH: process.env["PATH"] ?? "", USER: "ann", ...env },
  });
  const exit = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exit;
  });
  const messages = collectLifecycle(child);
  assert.ok(child.stdout !== null && child.stderr !== null);
  return { child, output: text(child.stdout), errors: text(child.stderr), exit, messages };
}

/** The messages to a supervisor, without those on the network's state. */
function collectLifecycle(child: ChildProcess): unknown[] {
  const messages: unknown[] = [];
  child.on("message", (message: { readonly type?: unknown }) => {
    if (message.type !== "network") messages.push(message);
  });
  return messages;
}

async function clientEnv(core: TestCore, scopes?: string[]): Promise<Record<string, string>> {
  return { SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token(scopes, "room") };
}

async function startPlugins(t: TestContext, core: TestCore, names: readonly string[] = []) {
  const started = run(t, [PLUGINS, ...names], await clientEnv(core, ["plugin"]), true);
  await until("the plugins", () => started.messages.length > 0, 30_000);
  assert.deepEqual(started.messages, [{ type: "ready" }]);
  return started;
}

test("a script's commands are answered, and the room ends when all is quiet", async (t) => {
  const core = await startCore({}, t);
  const plugins = await startPlugins(t, core);
  const room = run(t, [ROOM], await clientEnv(core));
  room.child.stdin?.end(
    "!help\n!ping\n!help !uptime\n!version\n!uptime\n!backends\n!channels\n!backends terminal://local\n" +
      "!backends test://none\n!help what",
  );
  assert.equal(await room.exit, 0, await room.errors);
  const lines = (await room.output).split("\n");
  const answers = lines
    .filter((line) => line.startsWith("<seabird> ann: "))
    .map((line) => line.slice(15));
  const expected = [
    /^Commands: backends, channels, help, ping, uptime, version\. For more: help <command>$/,
    /^pong$/,
    /^uptime: how long/,
    /^Seabird \d+\.\d+\.\d+ on Node \d+/,
    /^core \d+ s, plugins \d+ s$/,
    /^terminal:\/\/local$/,
    /^#terminal$/,
    /^terminal:\/\/local: .*command_prefix=!, .*nick=seabird, user_ids=unverified, version=/,
    /^there is no backend `?test:\/\/none`?; there are: `?terminal:\/\/local`?$/,
    /^there is no command what; help lists them all$/,
  ];
  for (const each of expected)
    assert.ok(
      answers.some((answer) => each.test(answer)),
      String(each),
    );
  assert.equal(answers.length, expected.length);
  plugins.child.kill("SIGTERM");
  assert.equal(await plugins.exit, 0);
});

test("everything that can be typed reaches plugins, and what they say is shown", async (t) => {
  const core = await startCore({}, t);
  const plugin = connectPlugin({ url: core.url, token: await core.token() });
  t.after(() => plugin.close());
  await plugin.ready();
  const room = run(t, [ROOM], await clientEnv(core));
  const lines = [
    "hi",
    "seabird: you there?",
    "/me waves",
    "/msg psst",
    "/msg /me winks",
    "/join #b",
    "!x y",
  ];
  room.child.stdin?.end(`${lines.join("\n")}\n`);
  const heard: PluginEvent[] = [];
  for await (const event of plugin.events()) {
    heard.push(event);
    if (event.kind === "command") break;
  }
  const told = heard.map((event) => [event.kind, "text" in event ? event.text : undefined]);
  assert.deepEqual(told, [
    ["message", "hi"],
    ["mention", "you there?"],
    ["action", "waves"],
    ["privateMessage", "psst"],
    ["privateAction", "winks"],
    ["command", undefined],
  ]);
  const command = heard.at(-1);
  assert.ok(command?.kind === "command" && command.channelId === "terminal://local/%23b");
  await plugin.reply(command, ["so ", bold("what\x1b[2J")]);
  await plugin.performAction(HERE, "nods");
  await plugin.sendPrivateMessage("terminal://local/ann", "psst");
  await plugin.performPrivateAction("terminal://local/ann", "winks");
  const refused = (call: Promise<unknown>, words: RegExp) =>
    assert.rejects(call, (error) => error instanceof SeabirdError && words.test(error.message));
  await refused(plugin.sendPrivateMessage("terminal://local/bob", "hi"), /nobody here/);
  await refused(plugin.sendMessage("terminal://local/%23none", "hi"), /no room/);
  await plugin.joinChannel("terminal://local", "#c");
  await plugin.updateChannelInfo("terminal://local/%23c", { topic: "tea" });
  const channels = await plugin.listChannels("terminal://local");
  assert.deepEqual(
    channels.map(({ displayName, topic }) => [displayName, topic]),
    [
      ["#b", ""],
      ["#c", "tea"],
      ["#terminal", ""],
    ],
  );
  await plugin.leaveChannel("terminal://local/%23c", { exitMessage: "bye" });
  await refused(plugin.leaveChannel("terminal://local/%23c"), /no room/);
  assert.equal(await room.exit, 0);
  const shown = (await room.output)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("<ann> "));
  assert.deepEqual(shown, [
    "-- you are now in #b",
    "<seabird> so what[2J",
    "[#terminal] * seabird nods",
    "[private] <seabird> psst",
    "[private] * seabird winks",
    "-- seabird opened the room #c; /join #c shows it",
    "-- the topic of #c is now: tea",
    "-- you left #c",
    "-- seabird says: bye",
  ]);
});

test("a supervised script waits for the word, and ends with its supervisor", async (t) => {
  const core = await startCore({}, t);
  const env = await clientEnv(core);
  const room = run(t, [ROOM, "--await-start"], env, true);
  room.child.stdin?.end("hello\n");
  await until("the room", () => room.messages.length > 0, 30_000);
  assert.deepEqual(room.messages, [{ type: "ready" }]);
  assert.equal(core.core.broker.stats().lastSequence, 0);
  room.child.send({ type: "go" });
  assert.equal(await room.exit, 0);
  assert.equal(core.core.broker.stats().lastSequence, 1);
  const left = run(t, [ROOM, "--await-start"], env, true);
  const plugins = await startPlugins(t, core, ["ping"]);
  await until("the room", () => left.messages.length > 0, 30_000);
  left.child.disconnect();
  plugins.child.disconnect();
  assert.deepEqual(await Promise.all([left.exit, plugins.exit]), [0, 0]);
  assert.equal(core.core.broker.stats().backends, 0);
});

test("a long script loses no line", async (t) => {
  const core = await startCore({}, t);
  const room = run(t, [ROOM], await clientEnv(core));
  room.child.stdin?.end("line\n".repeat(20_000));
  room.child.stdout?.resume();
  assert.equal(await room.exit, 0);
  assert.equal(core.core.broker.stats().lastSequence, 20_000);
});

test("SIGTERM, a wrong token and wrong options end the programs with their code and a line", async (t) => {
  const core = await startCore({}, t);
  const env = await clientEnv(core);
  const room = run(t, [ROOM], env, true);
  await until("the room", () => room.messages.length > 0, 30_000);
  room.child.kill("SIGTERM");
  assert.equal(await room.exit, 0);
  const rows = [
    [[ROOM], { ...env, SEABIRD_TOKEN: "wrong" }, 1, /does not know this token/],
    [[ROOM], { SEABIRD_HOST: core.url }, 2, /no token: set SEABIRD_TOKEN/],
    [[ROOM, "--nick", "two words"], env, 2, /--nick is "two words": has to be/],
    [[ROOM, "--nope"], env, 2, /there is no "--nope"; --help lists the flags/],
    [[PLUGINS], { ...env, SEABIRD_TOKEN: "wrong" }, 1, /does not know this token/],
    [
      [PLUGINS, "pong"],
      env,
      2,
      /there is no plugin "pong"; there are bridge, help, introspection, ping/,
    ],
    [[PLUGINS], { ...env, SEABIRD_HOST: "ftp://x" }, 2, /core's address is "ftp:\/\/x"/],
  ] as const;
  for (const [args, wrongEnv, code, words] of rows) {
    const started = run(t, args, wrongEnv);
    assert.equal(await started.exit, code, args.join(" "));
    const errors = await started.errors;
    assert.match(errors, words);
    assert.equal(errors.trimEnd().split("\n").length, 1, errors);
  }
});

test("plugins without core tell it once, however many they are and however often they try", async (t) => {
  const core = await startCore({}, t);
  const env = await clientEnv(core, ["plugin"]);
  await core.close();
  const plugins = run(t, [PLUGINS], env);
  let told = "";
  plugins.child.stderr?.on("data", (data: Buffer) => (told += data.toString()));
  await until("the first word", () => told.includes("\n"), 30_000);
  // The second attempts begin after half a second at the latest, the third after one and a half.
  const waited = connectPlugin({ url: core.url, token: "any", env: {} });
  for await (const state of waited.states())
    if (state.state === "waiting" && state.attempt === 3) break;
  await waited.close();
  plugins.child.kill("SIGTERM");
  assert.equal(await plugins.exit, 0);
  assert.match(told, /^\{"level":"warn",.*"msg":"connect ECONNREFUSED .*start core there.*\}\n$/);
});

test("by its bootstrap config it has the settings and the level given, and shows what its supervisor has to say", async (t) => {
  const core = await startCore({}, t);
  const child = spawn(process.execPath, [ROOM, "--bootstrap-fd", "4", "--await-stop"], {
    stdio: ["pipe", "pipe", "pipe", "ipc", "pipe"],
    env: { PATH: process.env["PATH"] ?? "" },
  });
  t.after(() => child.kill("SIGKILL"));
  const exit = once(child, "exit");
  const bootstrap = {
    url: core.url,
    token: await core.token(["backend:terminal/*"]),
    id: "den",
    settings: { user: "bob", nick: "gull", channel: "#den" },
    logLevel: "debug",
  };
  const pipe = child.stdio[4];
  assert.ok(pipe !== null && pipe !== undefined && "write" in pipe);
  assert.ok(child.stdout !== null && child.stdin !== null);
  pipe.write(`${JSON.stringify(bootstrap)}\n`);
  let shown = "";
  child.stdout.on("data", (data: Buffer) => (shown += data.toString()));
  const messages = collectLifecycle(child);
  await until("its word", () => messages.length === 1, 30_000);
  child.send({ type: "notice", line: `ping: failed\x1b[2J${"x".repeat(2_000)}` });
  child.send({ type: "notice", line: 7 });
  await until("the notice", () => shown.includes("!! ping: failed[2Jxxx"));
  assert.ok(!shown.includes("\x1b[2J") && !shown.includes("x".repeat(1_000)));
  child.stdin.end("hello\n");
  await until("its wish to leave", () => messages.length === 2);
  assert.deepEqual(messages, [{ type: "ready" }, { type: "leaving" }]);
  assert.match(shown, /<bob> hello/);
  // It stays until it is told: plugins end before it.
  assert.equal(core.core.broker.stats().backends, 1);
  child.kill("SIGTERM");
  assert.deepEqual(await exit, [0, null]);
});
