/** The SDK in processes of their own: core killed without a word, and nothing that keeps a process. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectPlugin } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CORE = join(ROOT, "core/bin/seabird-core.js");
const TOKEN = "a-token-that-outlives-core";

/** The core process; resolves with its address. Killed at the end of the test. */
async function spawnCore(t: TestContext, folder: string, bind: string) {
  const hash = createHash("sha256").update(TOKEN).digest("hex");
  const tokens = [{ name: "sdk", hash, scopes: ["plugin", "backend:*/*"] }];
  const child = spawn(process.execPath, [CORE], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      SEABIRD_BIND_HOST: bind,
      SEABIRD_EXTRA_TOKENS: JSON.stringify(tokens),
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  t.after(() => kill(child));
  const [message] = await once(child, "message");
  return { child, url: new URL(message.url) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

test("core killed with -9 and started again: both clients find it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-sdk-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const first = await spawnCore(t, folder, "127.0.0.1:0");
  const url = first.url.origin;
  const fast = { url, token: TOKEN, retryMinMs: 20, retryMaxMs: 100 };
  const plugin = connectPlugin({ ...fast, commands: { ping: { shortHelp: "" } } });
  const backend = await startTestBackend(fast, { send: () => undefined });
  t.after(() => Promise.all([plugin.close(), backend.close()]));
  backend.channels.joined({ id: "#a" });
  await Promise.all([plugin.ready(), backend.ready()]);
  await kill(first.child);
  await until("both to notice", () =>
    [plugin, backend].every(({ state }) => state.state !== "connected"),
  );
  await spawnCore(t, folder, first.url.host);
  await Promise.all([plugin.ready(), backend.ready()]);
  await plugin.sendMessage("test://net/%23a", "hello again");
  await until("the channel", async () => (await plugin.listChannels("test://net")).length === 1);
});

/** What a program does before it falls off its end; it has to end by itself. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "closed after use": `
    const options = { url: process.env.URL };
    const plugin = connectPlugin({ ...options, commands: { bye: { shortHelp: "" } } });
    const backend = startBackend(bye, { ...options, id: "bye", log: silentLog });
    await Promise.all([plugin.ready(), backend.ready()]);
    for (let i = 0; i < 3; i++) emit.message({ channel: "#a", user: "u", text: "hi" });
    const events = plugin.events();
    for (let i = 0; i < 3; i++) await events.next();
    const actions = connectActions(options);
    await actions.listBackends();
    await Promise.all([plugin.close(), backend.close(), actions.close()]);`,
  "closed while trying": `
    const options = { url: "http://127.0.0.1:1", retryMinMs: 60_000, retryMaxMs: 60_000 };
    const plugin = connectPlugin(options);
    const backend = startBackend(bye, { ...options, id: "bye", log: silentLog });
    for await (const { state } of plugin.states()) if (state === "waiting") break;
    await Promise.all([plugin.close(), backend.close()]);`,
  failed: `
    const plugin = connectPlugin({ url: process.env.URL, token: "wrong" });
    const error = await plugin.ready().catch((reason) => reason);
    if (error.code !== "unauthenticated") throw error;`,
};

test("nothing of the SDK keeps a process, and nothing is left unhandled", async (t) => {
  const core = await startCore({}, t);
  const env = { PATH: process.env["PATH"], URL: core.url, SEABIRD_TOKEN: await core.token() };
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const source = `
      import { connectActions, connectPlugin, silentLog } from "@seabird-chat/sdk";
      import { backend as defineBackend, startBackend } from "@seabird-chat/sdk/backend";
      let emit;
      const bye = defineBackend("test", {
        connect: (host) => {
          emit = host.emit;
          return { close() {} };
        },
      });
      ${program}
      process.exitCode = 7;`;
    const args = ["--input-type=module", "--eval", source];
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: "inherit" });
    t.after(() => kill(child));
    const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    const [code, signal] = await once(child, "exit");
    clearTimeout(timer);
    assert.deepEqual([code, signal], [7, null], name);
  }
});

test("a stop that is delivered twice at once is one; a later one ends at once", async (t) => {
  const source = `
    import { startProcessLifecycle } from "@seabird-chat/sdk";
    const life = startProcessLifecycle();
    life.ready();
    life.signal.addEventListener("abort", () => process.send({ type: "stopping" }));
    setInterval(() => undefined, 1_000);`;
  const args = ["--input-type=module", "--eval", source];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  t.after(() => kill(child));
  const messages: unknown[] = [];
  child.on("message", (message) => messages.push(message));
  await until("it to be ready", () => messages.length === 1, 30_000);
  const exited = once(child, "exit");
  const startMs = performance.now();
  child.kill("SIGINT");
  await until("it to know", () => messages.length === 2);
  await until("it to have ended", () => {
    child.kill("SIGTERM");
    return child.exitCode !== null;
  });
  assert.deepEqual(await exited, [130, null]);
  assert.ok(performance.now() - startMs >= 500);
  assert.deepEqual(messages, [{ type: "ready" }, { type: "stopping" }]);
});
