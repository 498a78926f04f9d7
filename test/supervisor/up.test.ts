/** `npm start` in a terminal: a person types, reads, and ends it in every way there is. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Checkout, makeCheckout, processesIn } from "../support/checkout.ts";
import { PtyProgram } from "../support/pty.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { until } from "../support/until.ts";

/** Everything that a killed supervisor leaves behind has gone by then; core alone drains for 8 s. */
const GONE_MS = 30_000;

/** A component that does not end keeps the others waiting. */
const STUBBORN_PING = {
  NODE_OPTIONS: `--import=${new URL("../support/stubborn-ping.mjs", import.meta.url).href}`,
};

async function npmStart(t: TestContext, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []) {
  const checkout = await makeCheckout(t);
  const options = { cwd: checkout.folder, env: { ...checkout.env, ...env } };
  const room = new PtyProgram(["npm", "start", "--", ...args], options, t);
  await room.untilShown("Welcome to #terminal");
  return { checkout, room };
}

/** What up.log says has happened to the components. */
function componentsThat(type: string, { folder }: Checkout): string[] {
  const lines = readFileSync(join(folder, ".seabird/logs/up.log"), "utf8").trim().split("\n");
  const events = lines.map((line) => JSON.parse(line.slice(line.indexOf(" "))));
  return events.filter((event) => event.type === type).map((event) => event.component);
}

function pidOf(script: string, { folder }: Checkout): number {
  const found = processesIn(folder).find(({ command }) => new RegExp(script).test(command));
  assert.ok(found, `${script} runs`);
  return found.pid;
}

test("a command is answered; Ctrl-C ends plugins, then backends, then core, with exit code 0", async (t) => {
  const { checkout, room } = await npmStart(t);
  room.type("!help\r");
  await room.untilShown("Commands: backends, channels, help, ping");
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
  const order = componentsThat("ended", checkout);
  assert.deepEqual(order.slice(0, 3).sort(), ["help", "introspection", "ping"]);
  assert.deepEqual(order.slice(3), ["terminal/local", "core"]);
  assert.deepEqual(componentsThat("crashed", checkout), []);
  assert.deepEqual(processesIn(checkout.folder), []);
  assert.equal(existsSync(join(checkout.folder, ".seabird/up.json")), false);
  assert.ok(!room.shown.includes('"level"'), "core's log is not over the prompt");
});

test("each component has a token of its own, which stands in no argument, environment or file", async (t) => {
  const { checkout, room } = await npmStart(t);
  let hashes: readonly { readonly name: string; readonly hash: string }[] = [];
  for (const { pid, command } of processesIn(checkout.folder)) {
    assert.ok(!command.includes("sbd_"), command);
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    assert.ok(!environment.join().includes("sbd_"), command);
    const extra = environment.find((entry) => entry.startsWith("SEABIRD_EXTRA_TOKENS="));
    assert.equal(extra !== undefined, command.includes("seabird-core.js"), command);
    if (extra !== undefined) hashes = JSON.parse(extra.slice("SEABIRD_EXTRA_TOKENS=".length));
  }
  const names = hashes.map(({ name }) => name).sort();
  assert.deepEqual(names, ["help", "introspection", "ping", "terminal/local"]);
  assert.equal(new Set(hashes.map(({ hash }) => hash)).size, names.length);
  const database = readFileSync(join(checkout.folder, ".seabird/seabird.db"), "latin1");
  assert.ok(!/sbd_[\w-]{43}/.test(database));
  for (const { name, hash } of hashes) {
    assert.ok(!database.includes(name), name);
    assert.ok(!database.includes(hash), `the token of ${name}`);
  }
  room.type("/quit\r");
  assert.equal(await room.ended(), 0, room.shown);
});

test("a second Ctrl-C ends at once, with exit code 130", async (t) => {
  const { checkout, room } = await npmStart(t, STUBBORN_PING);
  const supervisor = pidOf("^node cli/bin/seabird.js up", checkout);
  process.kill(supervisor, "SIGINT");
  process.kill(supervisor, "SIGINT");
  await until("help to end", () => componentsThat("ended", checkout).includes("help"), GONE_MS);
  assert.ok(!componentsThat("ended", checkout).includes("core"), "one stop that came twice is one");
  await until("half a second to pass", pastRepeat());
  process.kill(supervisor, "SIGINT");
  assert.equal(await room.ended(), 130, room.shown);
  await until("all to be gone", () => processesIn(checkout.folder).length === 0, GONE_MS);
});

test("a component that does not end is killed after its time, and the others end in order", async (t) => {
  const { checkout, room } = await npmStart(t, STUBBORN_PING);
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
  assert.deepEqual(componentsThat("killed", checkout), ["ping"]);
  assert.deepEqual(componentsThat("ended", checkout).slice(-2), ["terminal/local", "core"]);
});

/** A repeat counts from half a second on. */
function pastRepeat(): () => boolean {
  const fromMs = performance.now();
  return () => performance.now() - fromMs > 600;
}

test("a supervisor killed with -9 leaves nothing behind", async (t) => {
  const { checkout, room } = await npmStart(t);
  process.kill(pidOf("^node cli/bin/seabird.js up", checkout), "SIGKILL");
  await room.ended();
  await until("all to be gone", () => processesIn(checkout.folder).length === 0, GONE_MS);
});

test("a SIGTERM that npm's shell swallows ends it all the same", async (t) => {
  const { checkout, room } = await npmStart(t);
  process.kill(await room.pid(), "SIGTERM");
  await until("all to be gone", () => processesIn(checkout.folder).length === 0, GONE_MS);
  assert.deepEqual(componentsThat("ended", checkout).slice(-2), ["terminal/local", "core"]);
});

test("a terminal that hangs up ends it in order", async (t) => {
  const { checkout, room } = await npmStart(t);
  await room.hangUp();
  await until("all to be gone", () => processesIn(checkout.folder).length === 0, GONE_MS);
  assert.ok(componentsThat("ended", checkout).includes("core"));
});

test("Ctrl-Z gives the shell its turn, fg brings the room back", async (t) => {
  const checkout = await makeCheckout(t);
  const options = { cwd: checkout.folder, env: { ...checkout.env, PS1: "" } };
  const shell = new PtyProgram(["bash", "--norc", "--noprofile", "-i"], options, t);
  shell.type("npm start\r");
  await shell.untilShown("Welcome to #terminal");
  shell.type("\x1a");
  await shell.untilShown(/Stopped +npm start/);
  shell.type("echo turn-$((40 + 2))\r");
  await shell.untilShown("turn-42");
  shell.type("fg\r");
  await shell.untilShown(/fg\s+(.*\s+)?npm start[\s\S]*#terminal> /);
  shell.type("!ping\r");
  await shell.untilShown("pong");
  shell.type("\x03");
  const isOver = () =>
    !processesIn(checkout.folder).some(({ command }) => /npm|seabird/.test(command));
  await until("npm start to be over", isOver, GONE_MS);
  shell.type("exit 3\r");
  assert.equal(await shell.ended(), 3);
});

test("a crashed plugin and a crashed core come back; the room answers again", async (t) => {
  const { checkout, room } = await npmStart(t);
  process.kill(pidOf("seabird-plugin.js ping", checkout), "SIGKILL");
  await room.untilShown("ping was ended by SIGKILL; restarting it");
  const core = pidOf("seabird-core.js", checkout);
  process.kill(core, "SIGKILL");
  await room.untilShown("core was ended by SIGKILL; restarting it");
  await room.untilShown("core is back");
  let asked = 0;
  await until(
    "a pong",
    () => {
      if (asked++ % 100 === 0) room.type("!ping\r");
      return room.shown.includes("pong");
    },
    60_000,
  );
  assert.notEqual(pidOf("seabird-core.js", checkout), core);
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
});

test("the usual port is taken: another one is chosen, said, and found by the other commands", async (t) => {
  const taken = "127.0.0.1:11235";
  const holder = createServer();
  t.after(() => holder.close());
  // Somebody else's hold on it serves as well.
  await new Promise((settled) => {
    holder.once("error", settled).listen(11_235, "127.0.0.1", () => settled(undefined));
  });
  const { checkout, room } = await npmStart(t, { SEABIRD_BIND_HOST: "" });
  await room.untilShown(`(${taken} is taken)`);
  const { url } = JSON.parse(readFileSync(join(checkout.folder, ".seabird/up.json"), "utf8"));
  assert.match(room.shown, new RegExp(`core listens on ${url}`));
  assert.notEqual(new URL(url).host, taken);
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
});

test("an address that was asked for is not exchanged for another one", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  t.after(() => holder.close());
  await once(holder, "listening");
  const address = holder.address();
  assert.ok(typeof address === "object" && address !== null);
  const { folder, env } = await makeCheckout(t);
  const taken = `127.0.0.1:${address.port}`;
  const byFlag = await runCli(["up", "--bind", taken], { cwd: folder, env });
  assert.equal(byFlag.code, 7);
  assert.match(byFlag.err, new RegExp(`core ended before it listened[^]*${address.port}`));
  const byEnvironment = await runCli(["up"], {
    cwd: folder,
    env: { ...env, SEABIRD_BIND_HOST: taken },
  });
  assert.equal(byEnvironment.code, 7);
});

test("ps, logs, restart and reload beside npm start", async (t) => {
  const { checkout, room } = await npmStart(t);
  const cli = (...args: string[]) => runCli(args, { cwd: checkout.folder, env: checkout.env });
  // The prompt is there a moment before its program is ready.
  const rows = [
    /^core +core +ready/m,
    /^terminal\/local +backend +ready/m,
    /^ping +plugin +ready/m,
  ];
  await until("all to be ready", async () => {
    const { out } = await cli("ps");
    return rows.every((row) => row.test(out));
  });
  const { config } = JSON.parse((await cli("ps", "--json")).out);
  assert.equal(config, null);

  const before = pidOf("seabird-plugin.js ping", checkout);
  const restarted = await cli("restart", "ping");
  assert.deepEqual([restarted.code, restarted.out], [0, "ping: restarted\n"]);
  assert.notEqual(pidOf("seabird-plugin.js ping", checkout), before);
  room.type("!ping\r");
  await room.untilShown("pong");

  const { out: log } = await cli("logs", "ping");
  assert.match(log, /connected/);
  const follower = startCli(["logs", "ping", "-f", "-n", "0"], {
    cwd: checkout.folder,
    env: checkout.env,
  });
  t.after(() => follower.child.kill("SIGKILL"));
  await until(
    "a line of the log",
    async () => {
      if (follower.out() === "") await cli("restart", "ping");
      return follower.out() !== "";
    },
    GONE_MS,
  );

  assert.match((await cli("reload")).out, /nothing has changed/);
  writeFileSync(join(checkout.folder, ".env"), "SEABIRD_LOG_LEVEL=debug\n");
  assert.match((await cli("reload")).out, /^ping: applied log_level without a restart$/m);
  writeFileSync(join(checkout.folder, "seabird.yaml"), "plugins: {}\n");
  const mixed = await cli("reload");
  assert.equal(mixed.code, 2);
  assert.match(mixed.err, /now there is one/);

  const second = await cli("up", "--no-terminal");
  assert.equal(second.code, 75);
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
});
