/** The wire in memory: what a client sees of it is what it sees of a socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { Seabird } from "@seabird-chat/protocol";
import { connectPlugin } from "@seabird-chat/sdk";
import { type Functions, startTestBackend } from "../../../test/support/test-backend.ts";
import { FakeClock } from "../time/fake-clock.ts";
import { IdleDetector } from "../time/idle-detector.ts";
import { MemoryCore } from "./memory-core.ts";

function startCore() {
  const clock: FakeClock = new FakeClock({ settle: () => idle.wait() });
  const idle = new IdleDetector(clock, 5_000);
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const core = new MemoryCore({ idle, log: silent });
  const options = (name: string, scopes: readonly string[]) => ({
    ...core.connectOptions(name, scopes),
    clock,
  });
  const backend = (functions: Functions, id = "net") =>
    startTestBackend({ ...options(id, ["backend:*/*"]), type: "irc", id }, functions);
  return { clock, idle, core, options, backend };
}

test("events go up, out to plugins, and actions come back", async () => {
  const { core, options, backend, idle } = startCore();
  const said: string[] = [];
  const net = await backend({ send: (_to, { text }) => void said.push(text) });
  const plugin = connectPlugin({
    ...options("echo", ["plugin"]),
    commands: { echo: { shortHelp: "" } },
  });
  await idle.drive("start", Promise.all([net.ready(), plugin.ready()]));
  const run = (async () => {
    for await (const event of plugin.events()) {
      if (event.kind === "command") await plugin.mentionReply(event, event.arg);
    }
  })();
  for (const arg of ["one", "two"]) {
    net.emit.command({ channel: "#a", user: "ann", command: "echo", arg });
  }
  await idle.wait();
  assert.deepEqual(said, ["ann: one", "ann: two"]);
  await idle.drive("end", Promise.all([plugin.close(), net.close(), run]));
  assert.equal(core.openCalls, 0);
  assert.deepEqual(idle.clock.pending, []);
});

test("a stream that is given up while it opens leaves nothing open", async () => {
  const { core, options, idle } = startCore();
  const commands = { same: { shortHelp: "" } };
  for (let turns = 0; turns < 4; turns++) {
    const hasty = connectPlugin({ ...options(`hasty-${turns}`, ["plugin"]), commands });
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    await idle.drive("end", hasty.close());
    assert.equal(core.openCalls, 0);
    assert.equal(core.broker.stats().commands, 0);
  }
  assert.deepEqual(idle.clock.pending, []);
});

test("core that is gone and comes back is found again", async () => {
  const { core, options, backend, idle } = startCore();
  const net = await backend({});
  const plugin = connectPlugin(options("plugin", ["plugin"]));
  await idle.drive("start", Promise.all([net.ready(), plugin.ready()]));
  core.stop();
  await idle.wait();
  await assert.rejects(idle.drive("call", plugin.coreInfo()), {
    code: "unavailable",
  });
  core.start();
  await idle.until("both to be back", () => {
    const { eventStreams, backends } = core.broker.stats();
    return eventStreams === 1 && backends === 1;
  });
  await idle.drive("end", Promise.all([plugin.close(), net.close()]));
  assert.equal(core.openCalls, 0);
});

test("responses name core's extensions and its run, refusals too", async () => {
  const { core, options, idle } = startCore();
  const open = (scopes: readonly string[]) => {
    const { url, token, open: opener } = options("curious", scopes);
    assert.ok(opener !== undefined && url !== undefined && token !== undefined);
    return opener({ url, token } as Parameters<typeof opener>[0]);
  };
  const connection = open(["plugin"]);
  const { instance, hasMessages } = connection.core;
  assert.deepEqual([instance, hasMessages], [undefined, undefined], "before the first answer");
  const call = (transport = connection.transport, instance?: string) => {
    const headers = instance === undefined ? undefined : { "seabird-instance": instance };
    return transport.unary(Seabird.method.getCoreInfo, undefined, undefined, headers, {});
  };
  const { header } = await idle.drive("call", call());
  assert.equal(header.get("seabird-extensions"), "messages,media");
  assert.equal(header.get("seabird-instance"), connection.core.instance);
  assert.equal(connection.core.hasMessages, true);
  const refused = await idle.drive(
    "refusal",
    call(open(["metrics"]).transport).catch((e) => e),
  );
  assert.ok(refused instanceof ConnectError);
  assert.equal(refused.metadata.get("seabird-instance"), connection.core.instance);
  core.stop();
  core.start();
  const { header: later } = await idle.drive("call", call());
  const [first, second] = [header.get("seabird-instance"), later.get("seabird-instance")];
  assert.ok(first !== null && second !== null && first !== second);
  await idle.drive("call for this run", call(connection.transport, second));
  const other = call(connection.transport, first).catch((reason) => reason);
  const wrong = await idle.drive("call for the run before", other);
  assert.ok(wrong instanceof ConnectError && wrong.code === Code.FailedPrecondition);
});
