/** Each command of the cli, in a process of its own, against a real core with a real backend. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connectPlugin, type PluginClient } from "@seabird-chat/sdk";
import { startCore, type TestCore } from "../support/core.ts";
import { type CliResult, runCli, startCli } from "../support/run-cli.ts";
import { startTestBackend, type TestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const BACKEND = "irc://net";
const CHANNEL = "irc://net/%23room";
const PERSON = "irc://net/alice";

interface Asked {
  readonly to: string;
  readonly kind: string;
  readonly text: string;
  readonly tags: Readonly<Record<string, string>>;
}

let core: TestCore;
let backend: TestBackend;
let plugin: PluginClient;
let folder: string;
let token: string;
const asked: Asked[] = [];

before(async () => {
  core = await startCore();
  folder = await mkdtemp(join(tmpdir(), "seabird-cli-"));
  token = await core.token(["plugin", "admin"], "operator");
  const client = { url: core.url, token: await core.token(undefined, "worker") };
  backend = await startTestBackend(
    { ...client, type: "irc" },
    {
      send: (to, { kind, text, tags }) =>
        void asked.push({ to: `${to.kind} ${to.id}`, kind, text, tags }),
      join: (id) => ({ id }),
      leave: () => undefined,
      setTopic: () => undefined,
      metadata: () => ({ nick: "seabird", "odd\nname": "日本" }),
    },
  );
  backend.channels.joined({ id: "#room", displayName: "#room", topic: "what a\x1b[31m topic" });
  plugin = connectPlugin({ ...client, commands: { ping: { shortHelp: "answers pong" } } });
  await Promise.all([backend.ready(), plugin.ready()]);
});

after(async () => {
  await Promise.all([backend.close(), plugin.close()]);
  await core.close();
  await rm(folder, { recursive: true, force: true });
});

function cli(args: readonly string[], more: { env?: NodeJS.ProcessEnv; input?: string } = {}) {
  const env = { SEABIRD_HOST: core.url, SEABIRD_TOKEN: token, ...more.env };
  return runCli(args, { cwd: folder, ...more, env });
}

async function json(args: readonly string[]) {
  const result = await cli([...args, "--json"]);
  assert.equal(result.code, 0, result.err);
  return JSON.parse(result.out);
}

function assertOk(result: CliResult): CliResult {
  assert.equal(result.code, 0, result.err);
  return result;
}

test("info, backends, channels, commands: tables for people, one document for scripts", async () => {
  const info = await json(["info"]);
  assert.equal(info.version, "0.1.0");
  assert.equal(info.backends, 1);
  assert.ok(Object.keys(info.limits).length > 10);
  const backends = [{ id: BACKEND, type: "irc", network: "connected" }];
  assert.deepEqual(await json(["backends"]), { backends });
  const one = await json(["backends", BACKEND]);
  assert.partialDeepStrictEqual(one, {
    id: BACKEND,
    type: "irc",
    metadata: { nick: "seabird", "odd\nname": "日本" },
  });
  const metadata = assertOk(await cli(["backends", BACKEND])).out;
  assert.match(metadata, /\nnick +seabird\n/);
  assert.match(metadata, /\nodd⏎name +日本\n/);
  const { channels } = await json(["channels"]);
  assert.deepEqual(channels, [{ id: CHANNEL, name: "#room", topic: "what a\x1b[31m topic" }]);
  const { commands } = await json(["commands"]);
  assert.deepEqual(commands, [{ name: "ping", shortHelp: "answers pong", fullHelp: "" }]);
  const table = assertOk(await cli(["channels", BACKEND])).out;
  assert.match(table, /^CHANNEL +NAME +TOPIC\nirc:\/\/net\/%23room +#room +what a␛\[31m topic\n$/);
  assert.match(assertOk(await cli(["info", "--limits"])).out, /LIMIT +VALUE/);
});

test("send and action, to a channel and to a person, by arguments and by standard input", async () => {
  asked.length = 0;
  assertOk(await cli(["send", CHANNEL, "hello", "there", "--tag", "proxy/skip=1"]));
  assertOk(await cli(["send", CHANNEL], { input: "piped\nlines\n" }));
  assertOk(await cli(["send", "--private", PERSON, "psst"]));
  assertOk(await cli(["action", CHANNEL, "waves"]));
  assertOk(await cli(["action", "--private", PERSON, "winks"]));
  assert.partialDeepStrictEqual(asked, [
    {
      to: "channel #room",
      kind: "message",
      text: "hello there",
      tags: { "proxy/skip": "1" },
    },
    { to: "channel #room", kind: "message", text: "piped\nlines" },
    { to: "user alice", kind: "message", text: "psst" },
    { to: "channel #room", kind: "action", text: "waves" },
    { to: "user alice", kind: "action", text: "winks" },
  ]);
});

test("a text that is too large is refused with the right advice", async () => {
  const { code, err } = await cli(["send", CHANNEL], { input: "a".repeat(3_800_000) });
  assert.equal(code, 1, err);
  assert.match(err, /too large[\s\S]*Next: send it in smaller pieces/);
});

test("join, topic and leave change what channels shows", async () => {
  assertOk(await cli(["join", BACKEND, "#new"]));
  const id = "irc://net/%23new";
  assertOk(await cli(["topic", id, "a", "new", "topic"]));
  assert.equal((await json(["topic", id])).topic, "a new topic");
  assertOk(await cli(["topic", id, "--clear"]));
  assert.equal((await json(["topic", id])).topic, "");
  assertOk(await cli(["leave", id, "bye"]));
  assert.equal((await json(["channels"])).channels.length, 1);
});

test("tail shows what is said, filtered, and ends by itself, by Ctrl-C and when core is gone", async () => {
  const options = { cwd: folder, env: { SEABIRD_HOST: core.url, SEABIRD_TOKEN: token } };
  const all = startCli(["tail"], options);
  const some = startCli(
    [
      "tail",
      "--json",
      "--kind",
      "message",
      "--channel",
      "#room",
      "--sender",
      "Alice",
      "--count",
      "1",
    ],
    options,
  );
  await until("both tails", async () => (await json(["streams"])).streams.length === 3, 60_000);
  const user = { id: "alice", displayName: "Alice" };
  backend.emit.plainMessage({ channel: "#room", user: { id: "bob" }, text: "not this" });
  backend.emit.plainMessage({ channel: "#other", user, text: "nor this" });
  backend.emit.command({ channel: "#room", user, command: "ping", arg: "" });
  backend.emit.plainMessage({ channel: "#room", user, text: "this\x1b]0;evil\x07" });
  const [code] = await once(some.child, "close");
  assert.equal(code, 0, some.err());
  const lines = some
    .out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.partialDeepStrictEqual(lines, [{ kind: "message", place: CHANNEL, sender: "Alice" }]);
  assert.equal(lines[0].event.message.text, "this\x1b]0;evil\x07");
  await until("all to be shown", () => all.out().includes("evil"));
  assert.match(
    all.out(),
    /#room <bob> not this\n.*#other <Alice> nor this\n.*#room <Alice> !ping\n/,
  );
  assert.ok(!all.out().includes("\x1b"), "no control character reaches a terminal");
  all.child.kill("SIGINT");
  assert.equal((await once(all.child, "close"))[0], 0, all.err());
  const nobody = await runCli(["tail", "--no-retry", "--url", "http://127.0.0.1:1"], options);
  assert.equal(nobody.code, 3, nobody.err);
});

test("streams lists who is connected, kick ends one", async () => {
  const { streams, backends } = await json(["streams"]);
  assert.partialDeepStrictEqual(streams, [{ tokenName: "worker", commands: ["ping"] }]);
  assert.partialDeepStrictEqual(backends, [{ id: BACKEND, tokenName: "worker" }]);
  assert.match(assertOk(await cli(["streams"])).out, /worker/);
  assertOk(await cli(["kick", streams[0].id, "--reason", "go away"]));
  const isNew = async () =>
    (await json(["streams"])).streams.some(({ id }: { id: string }) => id !== streams[0].id);
  await until("the plugin to come back", isNew, 60_000);
  assert.equal((await cli(["kick", "s999"])).code, 1);
});

test("token create, list, revoke on a running core", async () => {
  const made = assertOk(
    await cli(["token", "create", "--expires", "30d", "--scope", "read", "made"]),
  );
  assert.match(made.out, /^sbd_[\w-]{43}\n$/, "the secret alone is on stdout");
  const secret = made.out.trim();
  const asReader = { env: { SEABIRD_TOKEN: secret } };
  assertOk(await cli(["channels"], asReader));
  const refused = await cli(["send", CHANNEL, "x"], asReader);
  assert.equal(refused.code, 4);
  assert.match(refused.err, /lacks the scope "plugin"[\s\S]*Next: .*token create/);
  const { tokens } = await json(["token", "list"]);
  const row = tokens.find(({ name }: { name: string }) => name === "made");
  assert.deepEqual(row.scopes, ["read"]);
  assert.ok(Date.parse(row.expiresAt) > Date.now());
  assert.ok(!JSON.stringify(tokens).includes(secret));
  assertOk(await cli(["token", "revoke", "made"]));
  assert.equal((await cli(["channels"], asReader)).code, 4);
  assert.equal((await cli(["token", "revoke", "made"])).code, 1);
  assert.deepEqual(await json(["token", "import"]), { tokens: [] });
});

test("doctor finds this core healthy, and says what to do about others", async () => {
  const healthy = await cli(["doctor", "--json"]);
  assert.equal(healthy.code, 0, healthy.out);
  const about = JSON.parse(healthy.out).findings.map(({ about }: { about: string }) => about);
  assert.deepEqual(about, [
    "address",
    "core",
    "token",
    "version",
    "clock",
    `backend ${BACKEND}`,
    "streams",
  ]);
  const wrongToken = await cli(["doctor"], { env: { SEABIRD_TOKEN: "wrong" } });
  assert.equal(wrongToken.code, 6);
  assert.match(wrongToken.out, /✗ token: .*invalid auth token[\s\S]*Next: /);
  const noCore = await cli(["doctor", "--url", "127.0.0.1:1"]);
  assert.equal(noCore.code, 6);
  assert.match(noCore.out, /✗ core: cannot reach core[\s\S]*Next: start one/);
});

test("errors: no stack traces, a next step, the documented codes, JSON when asked for", async () => {
  const cases: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
    [["frobnicate"], 2, /unknown command/],
    [["send"], 2, /missing required argument/],
    [["send", "no-id", "x"], 2, /"no-id" is no channel's id[\s\S]*channels` lists/],
    [
      ["send", "irc://absent/x", "x"],
      1,
      /unknown backend\n.*seabird(?:\.js)? backends` lists the ids/,
    ],
    [["tail", "--kind", "shout"], 2, /no kind of event[\s\S]*privateMessage/],
    [["token", "create", "x"], 2, /needs a scope[\s\S]*create x --scope plugin`/],
    [["token", "create", "core", "--scope", "read"], 2, /reserved/],
    [["channels", "--url", "http://127.0.0.1:1"], 3, /cannot reach core[\s\S]*seabird(?:\.js)? up/],
    [["channels", "--url", "::::"], 2, /no address/],
    [["channels", "--token", "wrong"], 4, /invalid auth token/],
    [["channels", "--token", "wrong"], 4, /\(--token\)/],
    [["tail", "--token", "wrong"], 4, /: invalid auth token \(--token\)\n {2}Next: give a valid/],
    [["channels", "--token", "with\na break"], 4, /token of --token holds characters/],
    [["channels", "--token-file", "/does/not/exist"], 4, /no such file/],
    [["channels", "--url", core.url.replace("http:", "https:")], 3, /begins with http:/],
    [["kick", "nobody"], 1, /seabird(?:\.js)? streams/],
    [["token"], 2, /which command\?/],
    [["token", "create", "--scope", "read"], 2, /needs a name[\s\S]*create NAME --scope read`/],
    [["token", "create", "x", "--scope", "read", "--expires", "999999w"], 2, /100 years/],
    [["new", "nothing"], 2, /^seabird new: "nothing" is neither plugin nor backend/],
    [["backend", "carrier-pigeon"], 2, /choose one of: irc, matrix, terminal, xmpp/],
  ];
  for (const [args, code, says] of cases) {
    const result = await cli(args);
    assert.equal(result.code, code, `${args.join(" ")}: ${result.err}`);
    assert.match(result.err, says);
    assert.doesNotMatch(result.err, /\n\s+at /);
    assert.equal(result.out, "");
  }
  const { err } = await cli(["send", "irc://absent/x", "x", "--json"]);
  assert.partialDeepStrictEqual(JSON.parse(err), {
    error: { message: "unknown backend", exitCode: 1 },
  });
});

test("the admin token of this folder is found from below it, and sent to this machine only", async () => {
  const below = join(folder, "a/b");
  await mkdir(below, { recursive: true });
  await mkdir(join(folder, ".seabird"), { recursive: true });
  await writeFile(join(folder, ".seabird/admin-token"), `${token}\n`, { mode: 0o600 });
  const env = { SEABIRD_HOST: core.url };
  const found = await runCli(["backends", "--json"], { cwd: below, env });
  assert.equal(found.code, 0, found.err);
  const elsewhere = await runCli(["backends", "--url", "http://192.0.2.1"], { cwd: below });
  assert.equal(elsewhere.code, 4, elsewhere.err);
  assert.match(elsewhere.err, /no token for the core at/);
});

test("tokens without a core: on the database file", async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), "seabird-offline-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const offline = async (args: readonly string[]) => {
    const env = { SEABIRD_HOST: "http://127.0.0.1:1" };
    return await runCli(["token", ...args], { cwd, env });
  };
  const made = assertOk(
    await offline(["create", "late", "--scope", "plugin,-private", "--expires", "2w"]),
  );
  assert.match(made.out, /^sbd_/);
  const { tokens } = JSON.parse(assertOk(await offline(["list", "--json"])).out);
  assert.deepEqual(tokens[0].scopes, ["plugin", "-private"]);
  assertOk(await offline(["revoke", "late"]));
  assert.deepEqual(JSON.parse((await offline(["list", "--json"])).out), { tokens: [] });
  const all = JSON.parse((await offline(["list", "--all", "--json"])).out);
  assert.ok(all.tokens[0].revokedAt);
  const wrong = await offline(["create", "seabird", "--scope", "plugin"]);
  assert.match(wrong.err, /reserved/);
  assert.equal(assertOk(await offline(["import"])).out, "");
});
