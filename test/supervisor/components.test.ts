/** `seabird up` with a project: components that crash, flood and are killed; the commands that look after it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { makeCheckout, processesIn } from "../support/checkout.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { FIXTURE_UP, makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { until } from "../support/until.ts";

/** A loaded machine's two seconds. */
const ORPHANS_GONE_MS = 6_000;
const MEBIBYTE = 1024 * 1024;

const quiet = { kind: "plugin", settings: {} } as const;

test("a component that crashes all the time has failed, wrong settings are not tried again, the rest runs on", async (t) => {
  const project = await RunningProject.ofFixtures(t, {
    components: [
      { name: "quiet", ...quiet },
      { name: "loop", kind: "plugin", settings: { exit: 3, say: "oh no" } },
      { name: "irc/wrong", kind: "backend", settings: { exit: 78, say: 'nick: "" is no nick' } },
    ],
  });
  await project.untilState("failed", "loop");
  await project.untilState("misconfigured", "irc/wrong");
  assert.equal(project.happened("started", "irc/wrong").length, 1);
  const { components } = await project.status();
  assert.deepEqual(
    components.map(({ name, state, restarts }) => [name, state, restarts]),
    [
      ["core", "ready", 0],
      ["quiet", "ready", 0],
      ["loop", "failed", 4],
      ["irc/wrong", "misconfigured", 0],
    ],
  );
  const said = components[2]?.lastLines ?? [];
  assert.equal(said.filter((line) => line === "oh no").length, 5);
  const { out } = await project.cli(["ps"]);
  assert.match(out, /loop +plugin +failed +- +- +4 +ended with exit code 3/);
  assert.match(out, /irc\/wrong, last lines[\s\S]*nick: "" is no nick/);

  const again = await project.cli(["restart", "irc/wrong"]);
  assert.equal(again.code, 7);
  assert.match(again.out, /irc\/wrong: restarted, but its settings are wrong/);
  const restarted = await project.cli(["restart", "quiet"]);
  assert.equal(restarted.code, 0, restarted.err);
  assert.equal((await project.component("quiet")).restarts, 1);
  const unknown = await project.cli(["restart", "nobody"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /there is no component "nobody"[\s\S]*core, quiet, loop, irc\/wrong/);
});

test("a component that floods fills three files of 10 MB, and no memory", async (t) => {
  const project = await RunningProject.ofFixtures(t, {
    components: [
      { name: "irc/flood", kind: "backend", settings: { flood: 60 * MEBIBYTE } },
      { name: "quiet", ...quiet },
    ],
  });
  await project.until("the flood to be over", () =>
    project.log("irc+flood.log").endsWith("the flood is over\n"),
  );
  const files = readdirSync(join(project.folder, ".seabird/logs")).filter((name) =>
    /flood/.test(name),
  );
  assert.deepEqual(files.sort(), ["irc+flood.log", "irc+flood.log.1", "irc+flood.log.2"]);
  for (const name of files) {
    const { size, mode } = statSync(join(project.folder, ".seabird/logs", name));
    assert.ok(size <= 10 * MEBIBYTE, `${name}: ${size}`);
    assert.equal(mode & 0o777, 0o600);
  }
  const peakKb = Number(
    /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${project.pid}/status`, "utf8"))?.[1],
  );
  assert.ok(peakKb < 250_000, `${peakKb} KB at its peak`);
  const { out } = await project.cli(["logs", "irc/flood", "-n", "3"]);
  assert.match(out, /^x+\nx+\nthe flood is over\n$/);
  await project.untilState("ready", "irc/flood", "quiet");
});

test("whoever follows the logs and does not read is sent away", async (t) => {
  const project = await RunningProject.ofFixtures(t, {
    components: [
      { name: "flood", kind: "plugin", settings: { flood: 40 * MEBIBYTE, waitForGo: true } },
    ],
  });
  await project.untilState("ready", "flood");
  const socket = connect(join(project.folder, ".seabird/up.sock")).on("error", () => undefined);
  t.after(() => socket.destroy());
  socket.write('{"do":"logs","component":"flood","lines":1,"follow":true}\n');
  await once(socket, "readable");
  writeFileSync(join(project.folder, "go"), "");
  await project.until("the flood to be over", () =>
    project.log("flood.log").endsWith("the flood is over\n"),
  );
  let bytes = 0;
  for await (const chunk of socket) bytes += chunk.length;
  assert.ok(bytes < 10 * MEBIBYTE, `${bytes} bytes had been kept for it`);
  await project.untilState("ready", "flood");
});

test("a supervisor killed with -9: its components end, and the next one starts", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { folder } = checkout;
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({ components: [{ name: "quiet", ...quiet }] }),
  );
  const first = new RunningProject(checkout, [FIXTURE_UP]);
  await first.untilState("ready", "core", "quiet");
  process.kill(first.pid, "SIGKILL");
  await until("all to be gone", () => processesIn(folder).length === 0, ORPHANS_GONE_MS);
  const gone = await first.cli(["ps"]);
  assert.equal(gone.code, 3);
  assert.match(
    gone.err,
    /no `seabird up` runs in this folder[\s\S]*start it with `npx --no-install seabird up`/,
  );
  const second = new RunningProject(checkout, [FIXTURE_UP]);
  await second.untilState("ready", "core", "quiet");

  const third = new RunningProject(checkout, [FIXTURE_UP]);
  await third.closed;
  assert.equal(third.child.exitCode, 75);
  assert.match(third.errors, new RegExp(`runs in .* already: process ${second.pid}`));
  await second.untilState("ready", "core", "quiet");
});

test("a core killed with -9 comes back at the same address, and knows the components' tokens", async (t) => {
  const project = await RunningProject.ofFixtures(t, {
    components: [{ name: "quiet", kind: "plugin", settings: { tokenFile: "token" } }],
  });
  await project.untilState("ready", "core", "quiet");
  const before = await project.component("core");
  const { url } = await project.status();
  process.kill(before.pid ?? 0, "SIGKILL");
  await project.until("core to be another", async () => {
    const { pid, state } = await project.component("core");
    return state === "ready" && pid !== before.pid;
  });
  assert.equal((await project.status()).url, url);
  assert.equal((await project.component("core")).lastExit, "was ended by SIGKILL");
  assert.equal((await project.cli(["backends", "--token-file", "token"])).code, 0);
  assert.equal((await project.component("quiet")).restarts, 0);
});

test("logs, of one and of all, and as they come", async (t) => {
  const project = await RunningProject.ofFixtures(t, {
    components: [
      { name: "quiet", kind: "plugin", settings: { say: "hello\u001b[31m there" } },
      { name: "other", ...quiet },
    ],
  });
  await project.untilState("ready", "quiet", "other");
  const one = await project.cli(["logs", "quiet", "-n", "1"]);
  assert.equal(one.out, "hello␛[31m there\n");
  const all = await project.cli(["logs", "--json"]);
  const lines = all.out.trim().split("\n");
  const components = lines.map((line) => JSON.parse(line).component);
  assert.deepEqual([...new Set(components)].sort(), ["core", "other", "quiet"]);
  const follower = startCli(["logs", "quiet", "-f", "-n", "0"], { cwd: project.folder });
  t.after(() => follower.child.kill("SIGKILL"));
  await until(
    "it to follow",
    async () => {
      await project.cli(["restart", "quiet"]);
      return follower.out().includes("hello");
    },
    60_000,
  );
  assert.doesNotMatch(follower.out(), /listening/);
  const ended = once(follower.child, "close");
  follower.child.kill("SIGINT");
  assert.deepEqual(await ended, [0, null]);
  assert.equal((await project.cli(["logs", "nobody"])).code, 2);
});

test("a deep folder, whose socket's path no system would take", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const deep = join(checkout.folder, ..."abcdefgh".split("").map((name) => name.repeat(20)));
  const below = join(deep, ..."abcdefgh".split("").map((name) => name.repeat(20)));
  mkdirSync(below, { recursive: true });
  writeFileSync(
    join(deep, "project.json"),
    JSON.stringify({ components: [{ name: "quiet", ...quiet }] }),
  );
  const project = new RunningProject({ ...checkout, folder: deep }, [FIXTURE_UP]);
  await project.untilState("ready", "quiet");
  assert.equal(statSync(join(deep, ".seabird/up.sock")).mode & 0o777, 0o600);
  const { code, out, err } = await project.cli(["ps"], below);
  assert.equal(code, 0, err);
  assert.match(out, /quiet +plugin +ready/);
});

test("nonsense on the socket is refused, and harms nobody", async (t) => {
  const project = await RunningProject.ofFixtures(t, { components: [{ name: "quiet", ...quiet }] });
  await project.untilState("ready", "quiet");
  const path = join(project.folder, ".seabird/up.sock");
  const say = async (text: string): Promise<string> => {
    const socket = connect(path).setEncoding("utf8");
    t.after(() => socket.destroy());
    let answer = "";
    socket.on("data", (chunk: string) => (answer += chunk)).on("error", () => undefined);
    socket.write(text);
    await once(socket, "close");
    return answer;
  };
  for (const text of ["{\n", "null\n", '{"do":"dance"}\n', `${"x".repeat(100_000)}`]) {
    assert.equal(JSON.parse(await say(text)).type, "failed", text.slice(0, 20));
  }
  const silent = Array.from({ length: 40 }, () => connect(path).on("error", () => undefined));
  await until(
    "the silent to be sent away",
    () => silent.every(({ destroyed }) => destroyed),
    30_000,
  );
  await project.untilState("ready", "quiet");
});

test("without a run, each command says how to start", async (t) => {
  const { folder, env } = await makeCheckout(t);
  for (const args of [["ps"], ["restart", "core"], ["logs"], ["reload"]]) {
    const { code, err } = await runCli([...args, "--json"], { cwd: folder, env });
    assert.equal(code, 3, err);
    assert.match(JSON.parse(err).error.next, /start it with `\S* ?.*seabird(?:\.js)? up`/);
  }
});
