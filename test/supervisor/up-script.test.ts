/** `seabird up` without a terminal: a script on standard input, or none at all. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeCheckout, processesIn, SEABIRD } from "../support/checkout.ts";
import { runCli } from "../support/run-cli.ts";
import { until } from "../support/until.ts";

const PATIENCE_MS = 90_000;

/** Loaded into each process, it ends that of the plugin help. */
const BROKEN_HELP = `data:text/javascript,${encodeURIComponent(
  'if (process.argv.includes("help") && process.argv.includes("--bootstrap-fd")) process.exit(9)',
)}`;

interface RunOptions {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts it in a checkout of its own; `input` is its whole standard input. */
async function start(t: TestContext, { command, args = [], input, env = {} }: RunOptions) {
  const { folder, env: base } = await makeCheckout(t);
  const [program = "", ...rest] = command ?? [process.execPath, SEABIRD, "up", ...args];
  const child = spawn(program, rest, { cwd: folder, env: { ...base, ...env }, stdio: "pipe" });
  t.after(() => child.kill("SIGKILL"));
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  child.stdin.on("error", () => undefined);
  if (input !== undefined) child.stdin.end(input);
  const closed = once(child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
  return { child, folder, said, closed };
}

test("printf '!help\\n!ping\\n' | npm start prints both answers and ends with 0", async (t) => {
  const { child, folder, said, closed } = await start(t, {
    command: ["npm", "start"],
    input: "!help\n!ping\n",
  });
  await closed;
  assert.equal(child.exitCode, 0, said.err);
  assert.match(said.out, /Commands: backends, channels, help, ping/);
  assert.match(said.out, /pong/);
  const lines = said.out.split("\n").filter((line) => line !== "" && !line.startsWith(">"));
  assert.equal(lines.length, 4, `two questions, two answers:\n${said.out}`);
  assert.deepEqual(processesIn(folder), []);
});

test("an empty script ends by itself", async (t) => {
  const { child, said, closed } = await start(t, { input: "" });
  await closed;
  assert.equal(child.exitCode, 0, said.err);
  assert.equal(said.out, "");
});

test("a plugin that cannot start ends a script with a documented code", async (t) => {
  const { child, folder, said, closed } = await start(t, {
    args: ["--plugin", "ping", "help"],
    input: "!ping\n",
    env: { NODE_OPTIONS: `--import=${BROKEN_HELP}` },
  });
  await closed;
  assert.equal(child.exitCode, 7, said.err);
  assert.match(said.err, /help ended with exit code 9/);
  assert.deepEqual(processesIn(folder), []);
});

test("core that cannot start: the end of its log, the log's place, exit code 7", async (t) => {
  const { child, said, closed } = await start(t, {
    input: "!ping\n",
    env: { DATABASE_URL: "sqlite:/dev/null/tokens.db" },
  });
  await closed;
  assert.equal(child.exitCode, 7, said.err);
  assert.match(said.err, /\/dev\/null\/tokens\.db/);
  assert.match(said.err, /core\.log/);
  assert.doesNotMatch(said.err, /\n\s+at /);
});

test("without a room it runs until a signal; --json tells what happens", async (t) => {
  const { child, folder, said, closed } = await start(t, { args: ["--no-terminal", "--json"] });
  const events = () =>
    said.out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const untilSaid = async (what: string, isSaid: () => boolean) => {
    await until(what, () => isSaid() || child.exitCode !== null, PATIENCE_MS).catch(
      () => undefined,
    );
    if (!isSaid()) assert.fail(`waited for ${what}, exit code ${child.exitCode}:\n${said.err}`);
  };
  await untilSaid("core", () => events().some(({ type }) => type === "listening"));
  await untilSaid("plugins", () => events().filter(({ type }) => type === "started").length === 4);
  const { url } = JSON.parse(readFileSync(join(folder, ".seabird/up.json"), "utf8"));
  assert.equal(events().find(({ type }) => type === "listening").url, url);
  child.kill("SIGTERM");
  await closed;
  assert.equal(child.exitCode, 0, said.err);
  assert.equal(events().at(-1).type, "stopped");
  assert.deepEqual(processesIn(folder), []);
});

test("wrong options end before anything is started", async (t) => {
  const wrong: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [["--irc", "http://irc.example.org"], /no IRC server/],
    [["--channel", "#x"], /belong to --irc/],
    [["--bind", "nowhere"], /no address to listen on/],
    [["--plugin", "../evil"], /no plugin's name/],
  ];
  for (const [args, says] of wrong) {
    const { child, said, closed } = await start(t, { args, input: "" });
    await closed;
    assert.equal(child.exitCode, 2, said.err);
    assert.match(said.err, says);
  }
});

test("wrong settings end before anything is started, with exit code 78", async (t) => {
  const wrong: readonly (readonly [RunOptions, says: RegExp])[] = [
    [{ args: ["--plugin", "ping", "no-such-plugin"] }, /no-such-plugin/],
    [{ env: { SEABIRD_LOG_LEVEL: "loud" } }, /SEABIRD_LOG_LEVEL/],
  ];
  for (const [options, says] of wrong) {
    const { child, folder, said, closed } = await start(t, { ...options, input: "" });
    await closed;
    assert.equal(child.exitCode, 78, said.err);
    assert.match(said.err, says);
    assert.deepEqual(processesIn(folder), []);
  }
});

test("a script runs beside another run in the same folder", async (t) => {
  const { folder, child, said, closed } = await start(t, { args: ["--no-terminal"] });
  await until("it to be ready", () => said.err.includes("components are ready"), PATIENCE_MS);
  const script = await runCli(["up"], {
    cwd: folder,
    env: { SEABIRD_BIND_HOST: "127.0.0.1:0" },
    input: "!ping\n",
  });
  assert.equal(script.code, 0, script.err);
  assert.match(script.out, /pong/);
  const left = readdirSync(join(folder, ".seabird")).filter((name) => name.startsWith("script"));
  assert.deepEqual(left, []);
  child.kill("SIGTERM");
  await closed;
  assert.equal(child.exitCode, 0, said.err);
});
