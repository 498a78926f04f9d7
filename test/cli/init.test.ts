/** `seabird init`: real servers are tried before anything is written. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parse } from "yaml";
import { cleanEnv, SEABIRD } from "../support/checkout.ts";
import { startIrcNetwork } from "../support/irc-network.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { startNgircdWithAlice } from "../support/ngircd-with-alice.ts";
import { PtyProgram } from "../support/pty.ts";
import { runCli } from "../support/run-cli.ts";
import { needPrograms } from "../support/servers.ts";

const ENTER = "\r";
const DOWN = "\x1b[B";
const CTRL_C = "\x03";

async function makeFolder(t: TestContext): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "seabird-init-"));
  t.after(() => rm(cwd, { recursive: true, force: true, maxRetries: 5 }));
  return cwd;
}

const yamlIn = async (cwd: string) => parse(await readFile(join(cwd, "seabird.yaml"), "utf8"));

/** The options for an IRC network with these settings. */
const irc = (...settings: readonly string[]) => [
  ...["--backend", "irc"],
  ...settings.flatMap((setting) => ["--set", setting]),
];

async function modeOf(...path: string[]): Promise<string> {
  return ((await stat(join(...path))).mode & 0o777).toString(8);
}

test("--yes without a network: a file that is fine, twice is refused, --force is not", async (t) => {
  const cwd = await makeFolder(t);
  await writeFile(join(cwd, ".gitignore"), "node_modules\n/secrets");
  const made = await runCli(["init", "--yes", "--plugin", "help", "ping"], { cwd });
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /^Wrote seabird\.yaml\.\nAdded \.seabird\/.*\.env to \.gitignore\.\n/);
  assert.ok(made.out.endsWith(`Next: ${SEABIRD} up\n`), made.out);
  assert.deepEqual(await yamlIn(cwd), {
    core: { listen: "127.0.0.1:11235" },
    plugins: { help: {}, ping: {} },
  });
  const text = await readFile(join(cwd, "seabird.yaml"), "utf8");
  assert.match(text, /^# yaml-language-server: \$schema=\.seabird\/schema\.json\n/);
  assert.equal(
    await readFile(join(cwd, ".gitignore"), "utf8"),
    "node_modules\n/secrets\n.seabird/\n.env\n",
  );
  assert.ok(JSON.parse(await readFile(join(cwd, ".seabird/schema.json"), "utf8")).$defs);
  const checked = await runCli(["config", "check"], { cwd });
  assert.equal(checked.code, 0, checked.err);
  const again = await runCli(["init", "--yes"], { cwd });
  assert.equal(again.code, 2);
  assert.match(again.err, /seabird\.yaml is there already; nothing was written\n.*--force/);
  const forced = await runCli(["init", "--yes", "--force", "--json"], { cwd });
  assert.equal(forced.code, 0, forced.err);
  assert.partialDeepStrictEqual(JSON.parse(forced.out), {
    file: "seabird.yaml",
    secrets: [],
    ignored: [],
    next: `${SEABIRD} up`,
  });
  assert.deepEqual(Object.keys((await yamlIn(cwd)).plugins), ["help", "ping", "introspection"]);
});

test("nobody to ask, and options that cannot work: nothing is written", async (t) => {
  const cwd = await makeFolder(t);
  await writeFile(join(cwd, "empty"), "");
  const cases: readonly (readonly [args: readonly string[], words: RegExp])[] = [
    [[], /standard input is not a terminal\n.*add --yes/],
    [
      ["--yes", ...irc("host=http://x")],
      /the value "http:\/\/x" has to be an address such as ircs:/,
    ],
    [["--yes", ...irc("host=x", "nick=a b")], /--set nick=: the value "a b" has to be one word/],
    [["--yes", ...irc("host=x", "channels=a")], /the value "a" has to be a channel's name/],
    [
      ["--yes", "--backend", "irc/../y"],
      /--backend is "irc\/..\/y"; give TYPE\/ID; an id is a word/,
    ],
    [["--yes", "--backend", "icq"], /--backend is "icq"; give one of .*irc/],
    [
      ["--yes", ...irc("host=x", "hots=y")],
      /irc has no setting "hots"\n.*seabird(?:\.js)? backend irc --help/,
    ],
    [["--yes", ...irc("host=x", "nik=y")], /irc has no setting "nik"\n.*did you mean nick\?/],
    [["--yes", ...irc("host=x", "nick")], /--set is "nick"; give KEY=VALUE/],
    [["--yes", "--set", "host=x"], /--set needs --backend TYPE/],
    [["--yes", ...irc("nick=bird")], /host is missing\n.*--set KEY=VALUE/],
    [["--yes", "--plugin", "pong"], /--plugin is "pong"; give one of help, ping/],
    [["--yes", ...irc("host=x", "sasl.account=me")], /sasl\.password is missing/],
    [
      ["--yes", ...irc("host=x", "password=hush")],
      /--set is "password"; give password_file=FILE.*password: "\$\{NAME\}"/,
    ],
    [
      ["--yes", ...irc("host=x", "sasl.password_file=gone")],
      /cannot read gone: there is no such file/,
    ],
    [["--yes", ...irc("host=x", "password_file=empty")], /password_file: empty is empty/],
    // What only the backend sees.
    [
      ["--yes", ...irc("host=irc://a:b@c")],
      /--set host=: the value "irc:\/\/\*\*\*@c" holds a user or password/,
    ],
  ];
  for (const [args, words] of cases) {
    const { code, err } = await runCli(["init", ...args], { cwd });
    assert.equal(code, 2, args.join(" "));
    assert.match(err, words);
  }
  assert.deepEqual(await readdir(cwd), ["empty"]);
});

test("a server without services: it is tried, and its password kept apart", async (t) => {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return;
  const server = await startNgircd(programs.ngircd, { password: "letmein" });
  t.after(() => server.close());
  const cwd = await makeFolder(t);
  const settings = [`host=irc://127.0.0.1:${server.port}`, "nick=birdie", "password_file=-"];
  const run = (args: readonly string[], input: string) =>
    runCli(["init", "--yes", ...irc(...settings), ...args], { cwd, input });
  const wrong = await run([], "wrong\n");
  assert.equal(wrong.code, 3, wrong.err);
  assert.match(wrong.err, /password|closed the connection/i);
  assert.match(wrong.err, /nothing was written/);
  assert.deepEqual(await readdir(cwd), []);
  const right = await run(["--set", "channels=#a, #b", "--backend", "irc/home"], "letmein\n");
  assert.equal(right.code, 0, right.err);
  assert.match(right.err, /✔ ngircd\.test welcomes birdie\./);
  assert.deepEqual((await yamlIn(cwd)).backends, {
    "irc/home": {
      host: `irc://127.0.0.1:${server.port}`,
      nick: "birdie",
      password_file: "./secrets/irc-home-password",
      channels: ["#a", "#b"],
    },
  });
  assert.equal(await readFile(join(cwd, "secrets/irc-home-password"), "utf8"), "letmein\n");
  assert.equal(await modeOf(cwd, "secrets/irc-home-password"), "600");
  assert.equal(await modeOf(cwd, "secrets"), "700");
  assert.equal(await readFile(join(cwd, ".gitignore"), "utf8"), ".seabird/\nsecrets/\n.env\n");
  const checked = await runCli(["config", "check"], { cwd });
  assert.equal(checked.code, 0, checked.err);
  assert.doesNotMatch(checked.err, /warning/);
});

test("nobody there, a nick in use: exit code 3 and the reason; --no-test writes anyway", async (t) => {
  const network = await startNgircdWithAlice(t);
  if (network === undefined) return;
  const { server } = network;
  const cwd = await makeFolder(t);
  const args = ["init", "--yes", ...irc(`host=irc://127.0.0.1:${server.port}`, "nick=alice")];
  const taken = await runCli([...args, "--json"], { cwd });
  assert.equal(taken.code, 3);
  assert.match(JSON.parse(taken.err).error.message, /nick is in use: alice/);
  await server.kill();
  const gone = await runCli(args, { cwd });
  assert.equal(gone.code, 3);
  assert.match(gone.err, /nothing listens at 127\.0\.0\.1/);
  assert.deepEqual(await readdir(cwd), []);
  const untried = await runCli([...args, "--no-test"], { cwd });
  assert.equal(untried.code, 0, untried.err);
  assert.equal((await yamlIn(cwd)).backends["irc/home"].nick, "alice");
});

test("TLS and SASL: an account is tried with its password", async (t) => {
  const network = await startIrcNetwork(t);
  if (network === undefined) return;
  await network.register("bird", "wings12");
  const cwd = await makeFolder(t);
  const { tlsPort } = network.server;
  const run = (scheme: string, password: string) => {
    const sasl = ["sasl.account=bird", "sasl.password_file=-"];
    const options = irc(`host=${scheme}://127.0.0.1:${tlsPort}`, "nick=bird", ...sasl);
    return runCli(["init", "--yes", ...options, "--backend", "irc/net"], { cwd, input: password });
  };
  const unknown = await run("ircs", "wings12");
  assert.equal(unknown.code, 3);
  assert.match(unknown.err, /certificate of 127\.0\.0\.1:\d+ cannot be verified .*ircs\+unsafe/);
  const wrong = await run("ircs+unsafe", "wrong");
  assert.equal(wrong.code, 3);
  assert.match(wrong.err, /the account's name or password is wrong \(904/);
  assert.deepEqual(await readdir(cwd), []);
  const right = await run("ircs+unsafe", "wings12");
  assert.equal(right.code, 0, right.err);
  assert.match(right.err, /welcomes bird, logged in to its account\./);
  const { sasl } = (await yamlIn(cwd)).backends["irc/net"];
  assert.deepEqual(sasl, { account: "bird", password_file: "./secrets/irc-net-sasl-password" });
  assert.equal(await readFile(join(cwd, "secrets/irc-net-sasl-password"), "utf8"), "wings12\n");
});

test("a host without a scheme: TLS is tried, then none, and what was found is told", async (t) => {
  const network = await startNgircdWithAlice(t);
  if (network === undefined) return;
  const at = `127.0.0.1:${network.server.port}`;
  const cwd = await makeFolder(t);
  const options = irc(`host=${at}`, "nick=bird");
  const { code, err } = await runCli(["init", "--yes", ...options, "--backend", "irc/net"], {
    cwd,
  });
  assert.equal(code, 0, err);
  assert.ok(err.includes(`${at} does not speak TLS; using irc://${at}`), err);
  assert.equal((await yamlIn(cwd)).backends["irc/net"].host, `irc://${at}`);
});

test("a person is asked, told what is wrong, and asked again", async (t) => {
  const network = await startNgircdWithAlice(t);
  if (network === undefined) return;
  const { server } = network;
  const cwd = await makeFolder(t);
  const person = new PtyProgram([process.execPath, SEABIRD, "init"], { cwd, env: cleanEnv() }, t);
  const url = `irc://127.0.0.1:${server.port}`;
  await person.untilShown("Which chat network?");
  person.type(ENTER);
  await person.untilShown("Which server?");
  person.type(`http://x${ENTER}`);
  await person.untilShown("an address such as");
  person.type(`${"\x7f".repeat(8)}${url}${ENTER}`);
  await person.untilShown("The bot's nick?");
  person.type(`${"\x7f".repeat(7)}alice${ENTER}`);
  await person.untilShown("Which channels");
  person.type(`#test${ENTER}`);
  await person.untilShown("Has it an account there");
  person.type(ENTER);
  await person.untilShown("A short name for the network?");
  await person.untilShown("home with Enter");
  person.type(ENTER);
  await person.untilShown("Which plugins?");
  person.type(`${DOWN} ${ENTER}`);
  await person.untilShown("the nick is in use: alice");
  await person.untilShown("What now?");
  await person.untilShown("choose another nick");
  person.type(ENTER);
  await person.untilShown(/(The bot's nick\?[\s\S]*){3}alice/);
  person.type(`${"\x7f".repeat(5)}birdie${ENTER}`);
  await person.untilShown("ngircd.test welcomes birdie");
  await person.untilShown(`Next: ${SEABIRD} up`);
  assert.equal(await person.ended(), 0);
  const { backends, plugins } = await yamlIn(cwd);
  assert.deepEqual(backends, { "irc/home": { host: url, nick: "birdie", channels: ["#test"] } });
  assert.deepEqual(Object.keys(plugins), ["help", "introspection"]);
});

const OWN_FILE = `# my bot
core: { listen: 127.0.0.1:0 }   # any port
backends:
  irc/libera: { host: 'irc://irc.libera.example', nick: bird }

plugins: { help: }
`;

test("a second network is added to the file, which stays as it was written", async (t) => {
  const cwd = await makeFolder(t);
  const path = join(cwd, "seabird.yaml");
  await writeFile(path, OWN_FILE);
  const run = (...args: readonly string[]) =>
    runCli(["init", "--yes", "--no-test", ...args], { cwd });
  for (const [args, words] of [
    [irc("host=irc.libera.chat"), /irc\/libera is in seabird\.yaml already\n.*--backend irc\/ID/],
    [[...irc("host=irc.oftc.net"), "--plugin", "ping"], /is there already; nothing was written/],
    [["--no-backend"], /is there already; nothing was written/],
  ] as const) {
    const { code, err } = await run(...args);
    assert.equal(code, 2, err);
    assert.match(err, words);
  }
  assert.equal(await readFile(path, "utf8"), OWN_FILE);
  for (const text of ["backends:\n\tirc/a: {}\n", "backends:\n  irc/a: *nothing\n"]) {
    await writeFile(path, text);
    const { code, err } = await run(...irc("host=irc.oftc.net"));
    assert.equal(code, 78, err);
    assert.match(err, /seabird\.yaml has mistakes; nothing was written\n.*config check/);
    assert.equal(await readFile(path, "utf8"), text);
  }
  await writeFile(path, OWN_FILE);
  const added = await run(...irc("host=irc.oftc.net", "password_file=-"), "--set", "channels=#a");
  assert.equal(added.code, 2, "standard input is empty");
  await writeFile(join(cwd, "pass"), "hush");
  const right = await run(...irc("host=irc.oftc.net", "password_file=pass", "channels=#a"));
  assert.equal(right.code, 0, right.err);
  assert.match(right.err, /^Adding a network to seabird\.yaml[\s\S]*nick: seabird/);
  const entry = `  irc/oftc:
    host: ircs://irc.oftc.net
    password_file: ./secrets/irc-oftc-password
    channels:
      - "#a"
    nick: seabird
`;
  assert.equal(await readFile(path, "utf8"), OWN_FILE.replace("\nplugins", `${entry}\nplugins`));
  assert.equal((await runCli(["config", "check"], { cwd })).code, 0);

  const person = new PtyProgram(
    [process.execPath, SEABIRD, "init", "--no-test", ...irc("host=irc.libera.chat", "nick=me")],
    { cwd, env: cleanEnv() },
    t,
  );
  await person.untilShown("Which channels");
  person.type(ENTER);
  await person.untilShown("Has it an account there");
  person.type(ENTER);
  await person.untilShown("libera with Enter");
  person.type(ENTER);
  await person.untilShown("irc/libera is there already");
  person.type(`chat${ENTER}`);
  assert.equal(await person.ended(), 0, person.shown);
  const { backends, plugins } = await yamlIn(cwd);
  assert.deepEqual(Object.keys(backends), ["irc/libera", "irc/oftc", "irc/chat"]);
  assert.deepEqual(plugins, { help: null });
});

test("Ctrl-C writes nothing", async (t) => {
  const cwd = await makeFolder(t);
  const person = new PtyProgram([process.execPath, SEABIRD, "init"], { cwd, env: cleanEnv() }, t);
  await person.untilShown("Which chat network?");
  person.type(CTRL_C);
  assert.equal(await person.ended(), 130);
  assert.deepEqual(await readdir(cwd), []);
});
