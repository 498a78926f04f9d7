/** `seabird core`, `backend` and `plugin`: the process becomes the program, signals and all. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectActions } from "@seabird-chat/sdk";
import {
  type Checkout,
  makeCheckout,
  processesIn,
  type RunningProcess,
} from "../support/checkout.ts";
import { startCore } from "../support/core.ts";
import { startCli } from "../support/run-cli.ts";
import { needPrograms } from "../support/servers.ts";
import { until } from "../support/until.ts";

const PATIENCE_MS = 60_000;
const SUBREAPER = fileURLToPath(new URL("../support/subreaper.py", import.meta.url));

type Running = ReturnType<typeof startCli>;

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-run-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** One signal to the one process there is. */
async function stop({ child, err }: Running): Promise<void> {
  child.kill("SIGTERM");
  const [code] = await once(child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
  assert.equal(code, 0, err());
}

async function commandOf({ child }: Running): Promise<string> {
  return (await readFile(`/proc/${child.pid}/cmdline`, "utf8")).replaceAll("\0", " ");
}

test("seabird core", async (t) => {
  const cwd = await makeFolder(t);
  const core = startCli(["core", "--bind-host", "127.0.0.1:0"], { cwd });
  t.after(() => core.child.kill("SIGKILL"));
  await until("core", () => /listening on/.test(core.out() + core.err()), PATIENCE_MS);
  assert.match(await commandOf(core), /seabird-core\.js --bind-host/);
  await stop(core);
});

const bind = ["--bind-host", "127.0.0.1:0", "--database-url", "tokens.db"];
const underNpm: readonly (readonly string[])[] = [
  ["npx", "--no-install", "seabird", "core", ...bind],
  ["npm", "start", "--", "--no-terminal", "--plugin", "ping"],
  ["npx", "--no-install", "seabird", "tail", "--url", "http://127.0.0.1:1", "--token", "t"],
];

test("a SIGTERM to npx or npm, whose shell does not pass it on, ends what it started", async (t) => {
  const checkout = await makeCheckout(t);
  for (const [command = "", ...args] of underNpm) await assertEndsEarly(checkout, command, args);
});

test("it does so where another process than the first adopts orphans", async (t) => {
  if (needPrograms(t, "python3") === undefined) return;
  const checkout = await makeCheckout(t);
  for (const command of underNpm)
    await assertEndsEarly(checkout, "python3", [SUBREAPER, ...command]);
});

/** Ended as soon as a program of ours begins, before it can have looked at its parent. */
async function assertEndsEarly(
  { folder, env }: Checkout,
  command: string,
  args: readonly string[],
): Promise<void> {
  const child = spawn(command, args, { cwd: folder, env, stdio: "ignore" });
  const isProgram = ({ command }: RunningProcess) => /^\S*node \S*seabird/.test(command);
  const programs = () => processesIn(folder).filter(isProgram);
  await until(`${command} ${args.join(" ")}`, () => programs().length > 0, PATIENCE_MS);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  const isOver = () => processesIn(folder).length === 0;
  await until(`the end of ${command} ${args.join(" ")}`, isOver, PATIENCE_MS);
}

test("nohup in an npm script: core outlives npm and a SIGHUP, and ends by a SIGTERM", async (t) => {
  const { folder, env } = await makeCheckout(t);
  const manifest = {
    scripts: { bg: "nohup seabird core --bind-host 127.0.0.1:0 >core.log 2>&1 &" },
  };
  await rm(join(folder, "package.json"));
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  const npm = spawn("npm", ["run", "bg"], { cwd: folder, env, stdio: "ignore" });
  await once(npm, "exit");
  const log = () => readFile(join(folder, "core.log"), "utf8").catch(() => "");
  await until("core", async () => (await log()).includes("listening on"), PATIENCE_MS);
  // Longer than the parent is looked at; what is waited for is the time itself.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const pids = processesIn(folder).map(({ pid }) => pid);
  assert.ok(pids.length > 0, await log());
  for (const pid of pids) process.kill(pid, "SIGHUP");
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.doesNotMatch(await log(), /stopping|stopped/);
  assert.deepEqual(
    processesIn(folder).map(({ pid }) => pid),
    pids,
  );
  for (const pid of pids) process.kill(pid, "SIGTERM");
  await until("its end", () => processesIn(folder).length === 0, PATIENCE_MS);
});

test("seabird plugin and seabird backend, told where core is by options", async (t) => {
  const cwd = await makeFolder(t);
  const core = await startCore({}, t);
  const token = await core.token();
  const file = join(cwd, "token");
  await writeFile(file, token, { mode: 0o600 });
  const actions = connectActions({ url: core.url, token });
  t.after(() => actions.close());
  const options = ["--url", core.url, "--token-file", file];
  const plugin = startCli(["plugin", ...options, "ping"], { cwd, env: { SEABIRD_TOKEN: "wrong" } });
  t.after(() => plugin.child.kill("SIGKILL"));
  await until("ping", async () => "ping" in (await actions.registeredCommands()), PATIENCE_MS);
  assert.match(await commandOf(plugin), /seabird-plugin\.js ping/);
  const behind = startCli(["plugin", "help", `--url=${core.url}`, "--token-file", file], { cwd });
  t.after(() => behind.child.kill("SIGKILL"));
  await until("help", async () => "help" in (await actions.registeredCommands()), PATIENCE_MS);
  await stop(behind);
  const input = "hello\n";
  const own = ["terminal", "--id", "here"];
  for (const args of [
    [...options, ...own],
    [...own, ...options],
  ]) {
    const room = startCli(["backend", ...args], { cwd, input });
    const [code] = await once(room.child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
    assert.equal(code, 0, room.err());
    assert.match(room.out(), /> hello\n/);
  }
  await stop(plugin);
});
