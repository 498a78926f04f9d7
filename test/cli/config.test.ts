/** `seabird config`: the real command, asking the real programs what they are. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runCli } from "../support/run-cli.ts";

const HELLO = `import { plugin } from "@seabird-chat/sdk";
import { secret } from "@seabird-chat/sdk/settings";
import { z } from "zod";
export const hello = plugin("hello", {
  config: z.object({ greeting: z.string().default("hello"), key: secret().optional() }),
});
hello.command("hello", "greets you", (ctx) => ctx.reply(ctx.config.greeting));
`;

const GOOD = `# yaml-language-server: $schema=.seabird/schema.json
core: { listen: 127.0.0.1:11235 }
backends:
  irc/libera:
    host: ircs://irc.example.org
    nick: mybot
    sasl: { account: mybot, password_file: ./secrets/irc }
    channels: ["#mybot", { name: "#staff", key: "\${STAFF_KEY}" }]
plugins:
  help: {}
  ./bots/hello.ts: { greeting: hi }
`;

async function makeFolder(t: TestContext, yaml: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "seabird-config-"));
  t.after(() => rm(cwd, { recursive: true, force: true, maxRetries: 5 }));
  await mkdir(join(cwd, "bots"));
  await mkdir(join(cwd, "secrets"));
  await writeFile(join(cwd, "bots/hello.ts"), HELLO);
  await writeFile(join(cwd, "secrets/irc"), "hunter2\n", { mode: 0o600 });
  await writeFile(join(cwd, "seabird.yaml"), yaml);
  return cwd;
}

const env = { STAFF_KEY: "open sesame", NO_COLOR: "1" };

test("check: a file that is fine, and what would run", async (t) => {
  const cwd = await makeFolder(t, GOOD);
  const { code, out, err } = await runCli(["config", "check"], { cwd, env });
  assert.equal(code, 0, err);
  assert.match(out, /✔ seabird\.yaml is fine/);
  for (const words of [/core +listens on 127/, /irc\/libera +backend/, /hello +plugin/]) {
    assert.match(out, words);
  }
  const json = await runCli(["config", "check", "--json"], { cwd, env });
  const document = JSON.parse(json.out);
  assert.deepEqual(
    document.components.map(({ name }: { name: string }) => name),
    ["irc/libera", "help", "hello"],
  );
});

test("check: all that is wrong, at once, exit code 78", async (t) => {
  const yaml = GOOD.replace("nick: mybot", "nik: mybot").replace("greeting", "greting");
  const cwd = await makeFolder(t, yaml.replace("listen:", "lisen:"));
  await chmod(join(cwd, "secrets/irc"), 0o644);
  const { code, out, err } = await runCli(["config", "check"], { cwd });
  assert.equal(code, 78);
  assert.equal(out, "");
  for (const line of [
    'seabird.yaml:2:9 core.lisen: unknown key, did you mean "listen"?',
    'seabird.yaml:6:5 backends.irc/libera.nik: unknown key, did you mean "nick"?',
    "seabird.yaml:8:49 backends.irc/libera.channels[1].key: the variable STAFF_KEY is not set, neither in the environment nor in .env",
    'seabird.yaml:11:22 plugins["./bots/hello.ts"].greting: unknown key, did you mean "greeting"?',
  ]) {
    assert.ok(err.includes(`\n  ${line}\n`), `${line}\n${err}`);
  }
  const json = await runCli(["config", "check", "--json"], { cwd });
  const { error } = JSON.parse(json.err);
  assert.equal(error.exitCode, 78);
  assert.partialDeepStrictEqual(error.problems[0], {
    file: "seabird.yaml",
    line: 2,
    col: 9,
    path: "core.lisen",
  });
});

test("check: what no IRC server takes, and a password in an address, which is not shown", async (t) => {
  const wrong: readonly (readonly [line: string, problem: string])[] = [
    ["host: ircs://me:sesame@h, nick: a", "host: holds a user or password; use nick and password"],
    ["host: me:sesame@h, nick: a", "host: holds a user or password; use nick and password"],
    ["host: ircs://me:ses/ame@h:1, nick: a", "host: holds a user or password; use nick and"],
    ["host: ircs://h:99999, nick: a", "host: has to be an address such as ircs://"],
    ["host: ircs://h, nick: 1bot", "nick: has to be one word of letters, digits and"],
    ["host: ircs://h, nick: -bot", "nick: has to be one word of letters, digits and"],
  ];
  const lines = wrong.map(([line], at) => `  irc/n${at}: { ${line} }\n`);
  const cwd = await makeFolder(t, `backends:\n${lines.join("")}`);
  const { code, out, err } = await runCli(["config", "check"], { cwd });
  assert.equal(code, 78);
  for (const [at, [, problem]] of wrong.entries()) {
    assert.ok(err.includes(` backends.irc/n${at}.${problem}`), `${problem}\n${err}`);
  }
  const json = await runCli(["config", "check", "--json"], { cwd });
  const shown = await runCli(["config", "show"], { cwd });
  assert.doesNotMatch(
    [out, err, json.out, json.err, shown.out, shown.err].join(),
    /sesame|ses.ame/,
  );
});

test("check: no file, and a plugin file that is broken", async (t) => {
  const cwd = await makeFolder(t, "plugins: { ./bots/broken.ts: {}, ./bots/gone.ts: {} }\n");
  await writeFile(join(cwd, "bots/broken.ts"), 'throw new Error("out of seed");\n');
  const broken = await runCli(["config", "check"], { cwd });
  assert.equal(broken.code, 78);
  assert.match(broken.err, /seabird\.yaml:1:12 plugins\["\.\/bots\/broken\.ts"\]: .*out of seed/);
  assert.match(broken.err, /seabird\.yaml:1:34 plugins\["\.\/bots\/gone\.ts"\]: /);
  const none = await runCli(["config", "check", "--config", "other.yaml"], { cwd });
  assert.equal(none.code, 78);
  assert.match(none.err, /cannot read other\.yaml: there is no such file\n.*seabird(?:\.js)? init/);
});

const CAMPFIRE = `import { backend } from "@seabird-chat/sdk/backend";
import { secret } from "@seabird-chat/sdk/settings";
import { z } from "zod";
export const campfire = backend("campfire", {
  config: z.object({ url: z.url(), token: secret() }),
  async connect() { throw new Error("only asked what it is"); },
});
`;

test("check: a backend of one's own, from its file", async (t) => {
  const at = "backends: { campfire/work: { from: ./campfire.ts, ";
  const cwd = await makeFolder(t, `${at}url: nope, tokn: x } }\n`);
  await writeFile(join(cwd, "campfire.ts"), CAMPFIRE);
  const wrong = await runCli(["config", "check"], { cwd });
  assert.equal(wrong.code, 78);
  for (const line of [
    "1:13 backends.campfire/work: token is missing",
    '1:56 backends.campfire/work.url: must be an address such as https://example.org, not "nope"',
    '1:62 backends.campfire/work.tokn: unknown key, did you mean "token"?',
  ]) {
    assert.ok(wrong.err.includes(`seabird.yaml:${line}\n`), wrong.err);
  }
  await writeFile(join(cwd, "seabird.yaml"), `${at}url: "https://a.b", token: x } }\n`);
  const right = await runCli(["config", "check"], { cwd });
  assert.equal(right.code, 0, right.err);
  assert.match(right.out, /campfire\/work +backend/);
});

test("show: every value with its origin, secrets masked", async (t) => {
  const cwd = await makeFolder(t, GOOD);
  await writeFile(join(cwd, ".env"), "SEABIRD_LOG_LEVEL=debug\n");
  const args = ["config", "show", "--bind", "127.0.0.1:1"];
  const shown = await runCli(args, { cwd, env: { ...env, IRC_PASS: "hunter3" } });
  assert.equal(shown.code, 0, shown.err);
  for (const row of [
    /^log_level +"debug" +\.env SEABIRD_LOG_LEVEL$/m,
    /^core\.listen +"127\.0\.0\.1:1" +flag --bind$/m,
    /^backends\.irc\/libera\.nick +"mybot" +seabird\.yaml:6$/m,
    /^backends\.irc\/libera\.sasl\.password_file +\*+ +\.\/secrets\/irc \(seabird\.yaml:7\)$/m,
    /^backends\.irc\/libera\.password +\*+ +environment IRC_PASS$/m,
    /^backends\.irc\/libera\.channels\[1\]\.key +\*+ +seabird\.yaml:8$/m,
    /^plugins\["\.\/bots\/hello\.ts"\]\.greeting +"hi" +seabird\.yaml:11$/m,
    /^backends\.irc\/libera\.command_prefix +"!" +default$/m,
  ]) {
    assert.match(shown.out, row);
  }
  assert.doesNotMatch(shown.out + shown.err, /hunter|open sesame/);
  const json = await runCli([...args, "--json"], { cwd, env });
  const { values } = JSON.parse(json.out);
  assert.ok(values.some(({ value }: { value: unknown }) => value === "mybot"));
  assert.doesNotMatch(json.out, /hunter|open sesame/);
});

test("schema: written for editors, or printed", async (t) => {
  const cwd = await makeFolder(t, GOOD);
  const written = await runCli(["config", "schema"], { cwd, env });
  assert.equal(written.code, 0, written.err);
  assert.equal(written.out, `${join(cwd, ".seabird/schema.json")}\n`);
  const printed = await runCli(["config", "schema", "--stdout"], { cwd, env });
  const schema = JSON.parse(printed.out);
  assert.deepEqual(JSON.parse(await readFile(join(cwd, ".seabird/schema.json"), "utf8")), schema);
  assert.deepEqual(Object.keys(schema.properties), ["core", "log_level", "backends", "plugins"]);
  const { backends, plugins } = schema.properties;
  assert.deepEqual(Object.keys(backends.patternProperties), [
    "^irc/.+",
    "^matrix/.+",
    "^terminal/.+",
    "^xmpp/.+",
  ]);
  assert.ok("./bots/hello.ts" in plugins.properties && "ping" in plugins.properties);
});

test("the help names all three", async (t) => {
  const cwd = await makeFolder(t, "");
  const { out } = await runCli(["config", "--help"], { cwd });
  for (const name of ["check", "show", "schema"]) assert.match(out, new RegExp(`^  ${name} `, "m"));
});
