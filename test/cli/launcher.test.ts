/** The bin on a Node that is too old: it starts the project's own, and signals arrive once. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  type Checkout,
  cleanEnv,
  makeCheckout,
  processesIn,
  ROOT,
  SEABIRD,
} from "../support/checkout.ts";
import { PtyProgram } from "../support/pty.ts";
import { until } from "../support/until.ts";

const PATIENCE_MS = 60_000;
/** Makes this Node say that it is an old one. Not handed on to what the bin starts. */
const OLD = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });',
)}`;
const OLD_SEABIRD = [`--import=${OLD}`, SEABIRD];
const UP = ["up", "--no-terminal", "--plugin", "ping"];

function events({
  folder,
}: Checkout): readonly { type: string; component?: string; why?: string }[] {
  try {
    const lines = readFileSync(join(folder, ".seabird/logs/up.log"), "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line.slice(line.indexOf(" "))));
  } catch {
    return [];
  }
}

async function untilUp(checkout: Checkout): Promise<void> {
  const isUp = () => events(checkout).some(({ component }) => component === "ping");
  await until("the plugin", isUp, PATIENCE_MS);
}

function assertOrderlyEnd(checkout: Checkout): void {
  const said = events(checkout).map(({ type }) => type);
  assert.deepEqual(said.slice(-4), ["stopping", "ended", "ended", "stopped"]);
  assert.deepEqual(processesIn(checkout.folder), []);
}

async function startOld(t: TestContext) {
  const checkout = await makeCheckout(t);
  const options = { cwd: checkout.folder, env: checkout.env };
  const child = spawn(process.execPath, [...OLD_SEABIRD, ...UP], { ...options, stdio: "ignore" });
  await untilUp(checkout);
  return { checkout, child };
}

test("arguments, output and exit code pass through, from any folder", async () => {
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [...OLD_SEABIRD, ...args], { cwd: "/", env: cleanEnv() });
    const said = { out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      said.out += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said.err += chunk;
    });
    const [code] = await once(child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
    return { code, ...said };
  };
  assert.deepEqual(await run("--version"), { code: 0, out: "0.1.0\n", err: "" });
  const wrong = await run("frobnicate");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /unknown command 'frobnicate'/);
  assert.match((await run("core", "--help")).out, /seabird-core \[serve\]/);
});

for (const bin of [
  "core/bin/seabird-core.js",
  "plugins/bin/seabird-plugin.js",
  "sdk/bin/seabird-backend.js",
  "backends/terminal/bin/seabird-backend-terminal.js",
  "backends/irc/bin/seabird-backend-irc.js",
  "backends/matrix/bin/seabird-backend-matrix.js",
  "backends/xmpp/bin/seabird-backend-xmpp.js",
]) {
  test(`${bin} says which Node it needs`, async () => {
    const args = [`--import=${OLD}`, join(ROOT, bin), "--help"];
    const child = spawn(process.execPath, args, { env: cleanEnv() });
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk;
    });
    const [code] = await once(child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
    assert.equal(code, 69);
    assert.match(err, /^seabird-[a-z-]+: needs Node 24 or later, this is v[^\n]+\n$/);
  });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`without a terminal ${signal} reaches the program once`, async (t) => {
    const { checkout, child } = await startOld(t);
    child.kill(signal);
    const [code] = await once(child, "exit", { signal: AbortSignal.timeout(PATIENCE_MS) });
    assert.equal(code, 0);
    assertOrderlyEnd(checkout);
  });
}

test("killed with -9, it leaves nothing behind", async (t) => {
  const { checkout, child } = await startOld(t);
  child.kill("SIGKILL");
  await until("all to be gone", () => processesIn(checkout.folder).length === 0, PATIENCE_MS);
  assertOrderlyEnd(checkout);
});

test("with a terminal Ctrl-C counts once, and so does a SIGINT for the bin alone", async (t) => {
  for (const how of ["key", "kill"] as const) {
    const checkout = await makeCheckout(t);
    const options = { cwd: checkout.folder, env: checkout.env };
    const room = new PtyProgram([process.execPath, ...OLD_SEABIRD, ...UP], options, t);
    await untilUp(checkout);
    if (how === "key") room.type("\x03");
    else process.kill(await room.pid(), "SIGINT");
    assert.equal(await room.ended(), 0, room.shown);
    assertOrderlyEnd(checkout);
  }
});

test("the room works behind it", async (t) => {
  const checkout = await makeCheckout(t);
  const options = { cwd: checkout.folder, env: checkout.env };
  const room = new PtyProgram([process.execPath, ...OLD_SEABIRD, "up"], options, t);
  await room.untilShown("Welcome");
  room.type("!ping\r");
  await room.untilShown("pong");
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
});
