/** What a backend hears from core of the networks of all backends, and when it hears nothing. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Log, silentLog } from "@seabird-chat/sdk";
import {
  type BackendHost,
  backend,
  type NetworkChange,
  startBackend,
} from "@seabird-chat/sdk/backend";
import { startCore } from "../support/core.ts";
import { startScriptedIngest } from "../support/scripted-ingest.ts";
import { startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const EXTENDED = { "seabird-extensions": "messages", "seabird-instance": "a" };

/** A backend that listens. */
async function startListener(t: TestContext, url: string, token: string) {
  const heard: string[] = [];
  let host: BackendHost | undefined;
  const said = ({ backendId, isConnected, reason }: NetworkChange) =>
    void heard.push(`${backendId} ${isConnected ? "back" : `lost ${reason}`}`);
  let stop = () => {};
  const definition = backend("room", {
    connect: (given) => {
      host = given;
      given.core.onNetworkChange(() => {
        throw new Error("a listener's own fault");
      });
      stop = given.core.onNetworkChange(said);
      return { close: () => undefined };
    },
  });
  const logged: string[] = [];
  const log: Log = { ...silentLog, debug: (...entry) => void logged.push(String(entry.at(-1))) };
  const options = { id: "here", url, token, log, retryMinMs: 1, retryMaxMs: 20 };
  const running = startBackend(definition, options);
  t.after(() => running.close());
  await running.ready();
  assert.ok(host !== undefined);
  return { heard, logged, running, host, stop: () => stop() };
}

async function startCamp(t: TestContext, url: string, token: string) {
  const camp = await startTestBackend({ url, token, type: "camp" });
  t.after(() => camp.close());
  await camp.ready();
  return camp;
}

test("with the scope read, losses and returns of every network, until it stops listening", async (t) => {
  const core = await startCore({}, t);
  const token = await core.token(["backend:room/here", "read"], "room");
  const { heard, stop } = await startListener(t, core.url, token);
  const streams = () => core.core.broker.status().streams;
  await until("the stream", () => streams().length === 1);
  assert.deepEqual(streams()[0]?.kinds, ["backend"]);
  const camp = await startCamp(t, core.url, await core.token());
  camp.network.away("ping timeout");
  camp.network.back();
  camp.network.away("reset");
  await until("the last", () => heard.length === 3);
  assert.deepEqual(heard, [
    "camp://net lost ping timeout",
    "camp://net back",
    "camp://net lost reset",
  ]);
  stop();
  camp.network.back();
  await until("core to know", () =>
    core.core.broker
      .status()
      .backends.every(({ networkLostAtMs }) => networkLostAtMs === undefined),
  );
  assert.equal(heard.length, 3);
});

test("without the scope nothing comes, and the backend works", async (t) => {
  const core = await startCore({}, t);
  const token = await core.token(["backend:room/here"], "room");
  const { heard, host, logged } = await startListener(t, core.url, token);
  const camp = await startCamp(t, core.url, await core.token());
  const refused = "core does not say which networks are lost";
  await until("the refusal", () => logged.includes(refused));
  camp.network.away("reset");
  host.channels.joined({ id: "still-here" });
  await until("the channel", () =>
    core.core.broker.status().backends.some((each) => each.type === "room" && each.channels > 0),
  );
  assert.deepEqual([heard, host.core.state], [[], { state: "connected" }]);
  assert.deepEqual(
    logged.filter((each) => each === refused),
    [refused],
  );
});

test("a core is asked once for each session, and one without the messages extension never", async (t) => {
  const without = await startScriptedIngest(t, [{}]);
  const other = await startListener(t, without.url, "x");
  const core = await startScriptedIngest(t, [EXTENDED, {}, EXTENDED]);
  const { host } = await startListener(t, core.url, "x");
  const states = host.core.states()[Symbol.asyncIterator]();
  const asked = [1, 3, 4].map((session) => [session, "backend"]);
  for (const expected of [1, 1, 2]) {
    await until("the stream", () => core.eventStreams.length >= expected);
    core.end();
    while ((await states.next()).value?.state !== "waiting");
    while ((await states.next()).value?.state !== "connected");
  }
  await until("the last", () => core.eventStreams.at(-1)?.[0] === 4);
  assert.deepEqual(core.eventStreams, asked);
  await other.running.close();
  assert.deepEqual(without.eventStreams, []);
});
