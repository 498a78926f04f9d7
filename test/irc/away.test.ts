/** A network that is not reachable yet, or no longer: what core and people learn of it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createLog, startBackend } from "@seabird-chat/sdk/backend";
import { ircBackend } from "../../backends/irc/src/backend.ts";
import { ScriptedServer } from "../../backends/irc/test/scripted-server.ts";
import { startBot, startEar } from "../support/irc-bot.ts";
import { BACKEND, onIrc, refusalOf } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";
import { startNgircdWithAlice } from "../support/ngircd-with-alice.ts";

const AWAY = "unknown: not connected to the IRC network";

async function startScripted(t: TestContext) {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  return server;
}

test("a network that was never there: refused at once, in words", async (t) => {
  const server = await startScripted(t);
  const { port } = server;
  await server.close();
  const { core, actions } = await startEar(t);
  const backend = startBackend(ircBackend, {
    id: "seabird",
    url: core.url,
    token: await core.token(["backend:irc/seabird"], "irc"),
    log: createLog({ name: "irc", stream: { write: () => undefined } }),
    config: { host: `irc://127.0.0.1:${port}`, nick: "seabird", channels: ["#test"] },
  });
  t.after(() => backend.close());
  await waitFor("the backend in core", async () => (await actions.listBackends()).length === 1);
  assert.equal(
    await refusalOf(actions.sendMessage(onIrc("#test"), "hi")),
    "unknown: irc is not connected",
  );
  assert.equal(
    await refusalOf(actions.joinChannel(BACKEND, "#a")),
    "unknown: irc is not connected",
  );
});

test("whoever speaks while other channels are still asked for is answered", async (t) => {
  const server = await startScripted(t);
  server.script = (line) => (line.startsWith("JOIN") ? [] : undefined);
  const { core, heard } = await startEar(t, (event, actions) => {
    if (event.kind === "command")
      void actions.sendMessage(event.channelId, "pong").catch(() => undefined);
  });
  const starting = startBot(t, core, server, { config: { channels: ["#test", "#never"] } });
  const connection = await server.connection(1);
  await connection.hears(/^JOIN/);
  connection.say(
    ":seabird!~bird@example.org JOIN #test",
    ":srv 366 seabird #test :End",
    ":joe!u@h PRIVMSG #test :!ping",
  );
  await connection.hears(/^PRIVMSG #test :pong$/);
  await starting;
  assert.ok(heard.some(({ kind }) => kind === "command"));
});

test("while it is away, that is the reason, whatever the name", async (t) => {
  const server = await startScripted(t);
  const { core, actions } = await startEar(t);
  await startBot(t, core, server, {
    config: { reconnect_ms: 60_000 },
  });
  await actions.sendMessage(onIrc("@#test"), "to the operators");
  (await server.connection(1)).drop();
  await waitFor("core to know", async () => (await actions.listChannels(BACKEND)).length === 0);
  const calls = [
    actions.sendMessage(onIrc("@#test"), "hi"),
    actions.sendMessage(onIrc("#test"), "hi"),
    actions.sendPrivateMessage(onIrc("joe"), "hi"),
    actions.joinChannel(BACKEND, "!local"),
    actions.leaveChannel(onIrc("#test")),
    actions.updateChannelInfo(onIrc("#test"), { topic: "x".repeat(500) }),
  ];
  const refusals = await Promise.all(calls.map(refusalOf));
  assert.deepEqual(
    refusals,
    calls.map(() => AWAY),
  );
});

test("ngircd is killed while requests wait: each is answered with what is known of it", async (t) => {
  const network = await startNgircdWithAlice(t, "#test");
  if (network === undefined) return;
  const { server, alice } = network;
  const { core, actions } = await startEar(t);
  await startBot(t, core, server, { config: { burst_lines: 2 } });
  const calls = [
    ...Array.from({ length: 6 }, (_, at) => actions.sendMessage(onIrc("#test"), `line ${at}`)),
    actions.joinChannel(BACKEND, "#other"),
    actions.updateChannelInfo(onIrc("#test"), { topic: "new" }),
    actions.sendPrivateMessage(onIrc("alice"), "psst"),
  ].map(refusalOf);
  await alice.hears(/PRIVMSG #test :line 0/);
  const killedAt = performance.now();
  await server.kill();
  const refusals = await Promise.all(calls);
  // Far less than core's own patience of 10 s, even here.
  assert.ok(performance.now() - killedAt < 8_000);
  const lost = refusals.filter((refusal) => refusal !== "");
  assert.ok(lost.length >= 4, refusals.join(" | "));
  for (const refusal of lost) assert.match(refusal, /^unknown: .*IRC/);
  assert.ok(lost.includes(AWAY), refusals.join(" | "));
  await server.restart();
  await waitFor("the channel again", async () => (await actions.listChannels(BACKEND)).length > 0);
  assert.equal(await refusalOf(actions.sendMessage(onIrc("#test"), "back")), "");
});
