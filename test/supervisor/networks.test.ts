/** Lost networks in a run: what core reports goes before what a component's process reports. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startCore } from "../support/core.ts";
import { RunningProject } from "../support/running-project.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { startTestBackend } from "../support/test-backend.ts";

/** Its process is a fixture; the backend that core sees is the test's. */
async function startCamp(
  t: TestContext,
  network: object,
  remote?: { readonly url: string; readonly token: string },
) {
  const settings = { tokenFile: "token", network };
  const components = [
    { name: "camp/net", kind: "backend", scopes: ["backend:camp/net"], settings },
  ] as const;
  const project = await RunningProject.ofFixtures(t, {
    components,
    ...(remote && { remote }),
  });
  await project.untilState("ready", "camp/net");
  const connect = async () => {
    const { url } = await project.status();
    const token = readFileSync(join(project.folder, "token"), "utf8");
    const backend = await startTestBackend({ url, token, type: "camp" });
    t.after(() => backend.close());
    await backend.ready();
    return backend;
  };
  const untilShown = (text: RegExp) =>
    project.until(`ps to show ${text}`, async () => text.test((await project.cli(["ps"])).out));
  return { project, connect, untilShown };
}

const ROW = /^camp\/net +backend +ready +\d+ .*/.source;
const CONNECTED = new RegExp(`${ROW} connected$`, "m");
const AWAY = new RegExp(`${ROW} away for \\d+ s: timed out$`, "m");

test("core's word goes before the process's, which counts again once core has none", async (t) => {
  const { project, connect, untilShown } = await startCamp(t, { state: "connected" });
  await untilShown(CONNECTED);
  const backend = await connect();
  backend.network.away("timed out");
  await untilShown(AWAY);
  const { network } = await project.component("camp/net");
  assert.ok(network?.state === "away" && Math.abs(network.sinceMs - Date.now()) < 60_000);
  backend.network.back();
  await untilShown(CONNECTED);
  backend.network.away("timed out");
  await untilShown(AWAY);
  await backend.close();
  await untilShown(CONNECTED);
  const told = project.happened("network", "camp/net").map(({ state }) => state);
  assert.deepEqual(told, ["away", "connected", "away"]);
});

test("what only the process reports is shown, and is no news of the run", async (t) => {
  const away = { state: "away", sinceMs: Date.now(), why: "timed out" };
  const { project, connect, untilShown } = await startCamp(t, away);
  await untilShown(AWAY);
  await connect();
  await untilShown(AWAY);
  assert.deepEqual(project.happened("network"), []);
});

test("after core's death its new run tells again", async (t) => {
  const { project, connect, untilShown } = await startCamp(t, { state: "connected" });
  const backend = await connect();
  backend.network.away("timed out");
  await untilShown(AWAY);
  process.kill((await project.component("core")).pid ?? 0, "SIGKILL");
  await project.until("core's new word", () => project.happened("network").length === 2);
  await untilShown(AWAY);
  backend.network.back();
  await untilShown(CONNECTED);
});

test("a core that runs elsewhere tells too; what is back when it is reached again is news", async (t) => {
  const core = await startCore({}, t);
  const proxy = await TcpProxy.start(core.port, t);
  const token = await core.token(["backend:camp/net", "admin"], "all");
  const remote = { url: proxy.url, token };
  const { project, untilShown } = await startCamp(t, { state: "connected" }, remote);
  const backend = await startTestBackend({ url: core.url, token, type: "camp" });
  t.after(() => backend.close());
  await backend.ready();
  backend.network.away("timed out");
  await untilShown(AWAY);
  proxy.refuses = true;
  proxy.dropAll();
  await untilShown(CONNECTED);
  proxy.refuses = false;
  await untilShown(AWAY);
  proxy.refuses = true;
  proxy.dropAll();
  await untilShown(CONNECTED);
  backend.network.back();
  proxy.refuses = false;
  await project.until("the return", () => project.happened("network").length > 1);
  const told = project.happened("network", "camp/net").map(({ state }) => state);
  assert.deepEqual(told, ["away", "connected"]);
});
