/** The SDK when core goes away: killed, restarted, silent, or refusing. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { connectPlugin, type PluginEvent, SeabirdError } from "@seabird-chat/sdk";
import type { LinkState } from "@seabird-chat/sdk/backend";
import { startCore, type TestCore } from "../support/core.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type Functions, startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const TOKEN = "a-token-that-outlives-core";
const FAST = { retryMinMs: 5, retryMaxMs: 50 };
const ann = { id: "ann" };
const functions: Functions = { send: () => undefined };

const isCode = (code: string) => (reason: unknown) =>
  reason instanceof SeabirdError && reason.code === code;

/** Cores one after the other that know the same token; each closes at the end of the test. */
function start(t: Parameters<typeof TcpProxy.start>[1], port = 0): Promise<TestCore> {
  const hash = createHash("sha256").update(TOKEN).digest("hex");
  const tokens = [{ name: "sdk", hash, scopes: ["plugin", "backend:*/*"] }];
  const env = {
    SEABIRD_BIND_HOST: `127.0.0.1:${port}`,
    SEABIRD_EXTRA_TOKENS: JSON.stringify(tokens),
  };
  return startCore({ env }, t);
}

async function texts(events: AsyncIterable<PluginEvent>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    if (event.kind === "message") seen.push(event.text);
    if (seen.length === count) break;
  }
  return seen;
}

async function untilState(
  client: { states(): AsyncIterable<LinkState> },
  wanted: LinkState["state"],
): Promise<void> {
  for await (const { state } of client.states()) if (state === wanted) return;
  assert.fail(`ended without being ${wanted}`);
}

test("after a restart of core events flow, channels are announced and nothing is lost", async (t) => {
  const first = await start(t);
  const plugin = connectPlugin({
    url: first.url,
    token: TOKEN,
    commands: { ping: { shortHelp: "" } },
    ...FAST,
  });
  // The backend gets a road of its own, so that it can be kept away until the plugin is back.
  const road = await TcpProxy.start(first.port, t);
  const backend = await startTestBackend({ url: road.url, token: TOKEN, ...FAST }, functions);
  const say = (text: string) => backend.emit.plainMessage({ channel: "#a", user: ann, text });
  backend.channels.joined({ id: "#a", topic: "tea" });
  backend.channels.joined({ id: "#b" });
  await Promise.all([plugin.ready(), backend.ready()]);
  say("before");
  const events = texts(plugin.events(), 4);
  await until("the first to arrive", () => first.core.broker.stats().lastSequence === 1);
  road.refuses = true;
  await first.close();
  await untilState(backend, "waiting");
  say("away 1");
  backend.channels.left("#b");
  backend.channels.joined({ id: "#c", displayName: "C" });
  backend.channels.changed({ id: "#a", topic: "coffee" });
  say("away 2");
  const second = await start(t, first.port);
  await plugin.ready();
  road.refuses = false;
  await backend.ready();
  say("after");
  assert.deepEqual(await events, ["before", "away 1", "away 2", "after"]);
  const channels = await plugin.listChannels("test://net");
  assert.deepEqual(
    channels.map(({ id, displayName, topic }) => [id, displayName, topic]),
    [
      ["test://net/%23a", "#a", "coffee"],
      ["test://net/%23c", "C", ""],
    ],
  );
  assert.ok("ping" in (await plugin.registeredCommands()));
  await plugin.sendMessage("test://net/%23a", "hello again");
  assert.equal(backend.emit.dropped, 0);
  assert.equal(second.core.broker.stats().backends, 1);
  await Promise.all([plugin.close(), backend.close()]);
});

test("the spool keeps the newest events and counts the others", async (t) => {
  const core = await start(t);
  const road = await TcpProxy.start(core.port, t);
  road.refuses = true;
  const plugin = connectPlugin({ url: core.url, token: TOKEN });
  await plugin.ready();
  const options = { url: road.url, token: TOKEN, ...FAST, maxSpooledEvents: 10 };
  const backend = await startTestBackend(options);
  for (let i = 0; i < 25; i++) {
    backend.emit.plainMessage({ channel: "#a", user: ann, text: String(i) });
  }
  assert.equal(backend.emit.dropped, 15);
  assert.equal(backend.emit.waiting, 10);
  const events = texts(plugin.events(), 10);
  road.refuses = false;
  await backend.ready();
  await backend.emit.flushed();
  const newest = Array.from({ length: 10 }, (_, index) => String(index + 15));
  assert.deepEqual(await events, newest);
  await Promise.all([plugin.close(), backend.close()]);
});

test("a request whose core went away is not answered to the next one", async (t) => {
  const first = await start(t);
  const asked = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<void>();
  const options = { url: first.url, token: TOKEN, ...FAST };
  const backend = await startTestBackend(options, {
    send: (_to, { signal }) => {
      asked.resolve(signal);
      return answer.promise;
    },
  });
  await backend.ready();
  const plugin = connectPlugin({ url: first.url, token: TOKEN, ...FAST });
  await plugin.ready();
  // Another core does not know the key, so the send is not repeated there.
  const sent = assert.rejects(plugin.sendMessage("test://net/x", "hi"), isCode("aborted"));
  const signal = await asked.promise;
  await first.close();
  await until("the handler to be told", () => signal.aborted);
  const second = await start(t, first.port);
  await sent;
  await backend.ready();
  answer.resolve();
  backend.emit.plainMessage({ channel: "#a", user: ann, text: "marker" });
  await until("the marker", () => second.core.broker.stats().lastSequence === 1);
  const odd = second.lines.filter(({ message }) => message.includes("ignored"));
  assert.deepEqual(odd, []);
  await Promise.all([plugin.close(), backend.close()]);
});

test("a taken command is waited for, and named when it stays taken", async (t) => {
  const core = await start(t);
  const commands = { ping: { shortHelp: "" } };
  const options = { url: core.url, token: TOKEN, commands, ...FAST };
  const holder = connectPlugin(options);
  await holder.ready();
  const patient = connectPlugin(options);
  await untilState(patient, "waiting");
  const hasty = connectPlugin({ ...options, constants: { takenWindowMs: 100 } });
  await assert.rejects(
    hasty.ready(),
    (reason) => isCode("already_exists")(reason) && String(reason).includes('command "ping"'),
  );
  await assert.rejects(hasty.events().next(), isCode("already_exists"));
  assert.equal(hasty.state.state, "failed");
  await holder.close();
  await patient.ready();
  await Promise.all([patient.close(), hasty.close()]);
});

test("a backend whose name is taken waits for it too", async (t) => {
  const core = await start(t);
  const options = { url: core.url, token: TOKEN, ...FAST };
  const holder = await startTestBackend(options);
  await holder.ready();
  const other = await startTestBackend(options);
  await untilState(other, "waiting");
  await holder.close();
  await other.ready();
  await until("it to be the one", () => core.core.broker.stats().backends === 1);
  await other.close();
});

test("a wrong token, a missing scope and a revoked token end the client with advice", async (t) => {
  const core = await start(t);
  const wrong = connectPlugin({ url: core.url, token: "wrong" });
  await assert.rejects(
    wrong.ready(),
    (reason) => isCode("unauthenticated")(reason) && String(reason).includes("SEABIRD_TOKEN"),
  );
  const token = await core.token(["plugin"], "short-lived");
  const notAllowed = await startTestBackend({ url: core.url, token });
  await assert.rejects(
    notAllowed.ready(),
    (reason) => isCode("permission_denied")(reason) && String(reason).includes("backend:test/net"),
  );
  const unknown = await startTestBackend({ url: core.url, token: "wrong" });
  await assert.rejects(unknown.ready(), isCode("unauthenticated"));
  const plugin = connectPlugin({ url: core.url, token });
  await plugin.ready();
  const reading = assert.rejects(plugin.events().next(), /token revoked/);
  const [record] = (await core.core.tokens.list()).filter(({ name }) => name === "short-lived");
  assert.ok(record !== undefined);
  await core.core.tokens.revoke(record.id);
  await reading;
  assert.equal(plugin.state.state, "failed");
  await Promise.all([wrong.close(), notAllowed.close(), unknown.close(), plugin.close()]);
});

test("without core the link tries again and says why, until it is closed", async (t) => {
  const core = await start(t);
  const { url } = core;
  await core.close();
  const plugin = connectPlugin({ url, token: TOKEN, ...FAST });
  const attempts: number[] = [];
  for await (const state of plugin.states()) {
    if (state.state !== "waiting") continue;
    assert.equal(state.error.code, "unavailable");
    assert.ok(state.retryInMs <= FAST.retryMaxMs);
    attempts.push(state.attempt);
    if (attempts.length === 4) break;
  }
  assert.deepEqual(attempts, [1, 2, 3, 4]);
  await assert.rejects(plugin.sendMessage("test://net/x", "hi"), isCode("unavailable"));
  await plugin.close();
  assert.equal(plugin.state.state, "closed");
});

test("an address that accepts and says nothing is given up and tried again", async (t) => {
  const core = await start(t);
  const road = await TcpProxy.start(core.port, t);
  road.isSilent = true;
  const options = { url: road.url, token: TOKEN, constants: { connectTimeoutMs: 200 }, ...FAST };
  const plugin = connectPlugin(options);
  const backend = await startTestBackend(options);
  await Promise.all([untilState(plugin, "waiting"), untilState(backend, "waiting")]);
  road.dropAll();
  road.isSilent = false;
  await Promise.all([plugin.ready(), backend.ready()]);
  await Promise.all([plugin.close(), backend.close()]);
});
