/** `seabird up` without a terminal: a script on standard input, or none at all. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeCheckout, processesIn, SEABIRD } from "../support/checkout.ts";
import { until } from "../support/until.ts";

const PATIENCE_MS = 90_000;

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
    args: ["--plugin", "ping", "no-such-plugin"],
    input: "!ping\n",
  });
  await closed;
  assert.equal(child.exitCode, 7, said.err);
  assert.match(said.err, /no-such-plugin/);
  assert.deepEqual(processesIn(folder), []);
});

test("core that cannot start: its last words, the log's place, exit code 7", async (t) => {
  const { child, said, closed } = await start(t, {
    input: "!ping\n",
    env: { SEABIRD_LOG_LEVEL: "loud" },
  });
  await closed;
  assert.equal(child.exitCode, 7, said.err);
  assert.match(said.err, /SEABIRD_LOG_LEVEL/);
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
