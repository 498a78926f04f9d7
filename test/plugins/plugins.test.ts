/** Our plugins as a process on the real core: slow networks, lost cores, draining. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startCore, type TestCore } from "../support/core.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type Functions, startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const PLUGINS = fileURLToPath(new URL("../../plugins/bin/seabird-plugin.js", import.meta.url));

async function startPlugins(t: TestContext, core: TestCore, url = core.url) {
  const child = spawn(process.execPath, [PLUGINS], {
    env: { PATH: process.env["PATH"], SEABIRD_HOST: url, SEABIRD_TOKEN: await core.token() },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exit;
  });
  assert.ok(child.stderr !== null);
  const errors = text(child.stderr);
  await once(child, "message", { signal: AbortSignal.timeout(30_000) });
  return { child, exit, errors };
}

async function startBackend(t: TestContext, core: TestCore, id: string, functions: Functions) {
  const options = { url: core.url, token: await core.token(), id };
  const constants = { closeTimeoutMs: 100 };
  const backend = await startTestBackend({ ...options, constants }, functions);
  t.after(() => backend.close());
  await backend.ready();
  return {
    command: (command: string, arg = "", channel = "#a") =>
      backend.emit.command({ channel, user: "ann", command, arg }),
  };
}

test("a network that does not answer delays its own answers only", async (t) => {
  const core = await startCore({}, t);
  await startPlugins(t, core);
  let asked = 0;
  const slow = await startBackend(t, core, "slow", {
    send: () => {
      asked++;
      return new Promise(() => undefined);
    },
  });
  const answers: string[] = [];
  const quick = await startBackend(t, core, "quick", {
    send: (_to, { text }) => void answers.push(text),
  });
  for (let i = 0; i < 30; i++) slow.command("ping", "", `#a${i}`);
  await until("the slow one to be asked", () => asked === 30);
  quick.command("ping");
  await until("the quick answer", () => answers.length === 1);
  assert.deepEqual(answers, ["ann: pong"]);
});

test("a command that was begun is answered before the plugins end", async (t) => {
  const core = await startCore({}, t);
  const plugins = await startPlugins(t, core);
  const asked = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  const answers: string[] = [];
  const backend = await startBackend(t, core, "net", {
    metadata: async () => {
      asked.resolve();
      await hold.promise;
      return { held: "yes" };
    },
    send: (_to, { text }) => void answers.push(text),
  });
  backend.command("backends", "test://net");
  await asked.promise;
  plugins.child.kill("SIGTERM");
  await until("the streams to end", () => core.core.broker.stats().eventStreams === 0);
  hold.resolve();
  assert.equal(await plugins.exit, 0);
  assert.match(answers.join(), /^ann: test:\/\/net: .*, held=yes, /);
});

test("plugins come back after core was away, and say so", async (t) => {
  const core = await startCore({}, t);
  const road = await TcpProxy.start(core.port, t);
  const plugins = await startPlugins(t, core, road.url);
  const answers: string[] = [];
  const backend = await startBackend(t, core, "net", {
    send: (_to, { text }) => void answers.push(text),
  });
  road.dropAll();
  const streams = () => core.core.broker.stats().eventStreams;
  await until("the loss to be noticed", () => streams() < 3);
  await until("all three to be back", () => streams() === 3, 30_000);
  backend.command("ping");
  await until("the answer", () => answers.length > 0);
  plugins.child.kill("SIGTERM");
  assert.equal(await plugins.exit, 0);
  assert.match(await plugins.errors, /the connection to core was lost; reconnecting/);
});
