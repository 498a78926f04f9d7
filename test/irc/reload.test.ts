/** Other channels on the connection there is, or on the next one: `reconfigure` as an operator may use it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ScriptedServer } from "../../backends/irc/test/scripted-server.ts";
import { startBot, startEar } from "../support/irc-bot.ts";
import { BACKEND, onIrc } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

async function startStage(t: TestContext, channels: readonly unknown[], paceMs = 5) {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const ear = await startEar(t);
  const config = {
    host: `irc://127.0.0.1:${server.port}`,
    nick: "seabird",
    line_interval_ms: paceMs,
    reconnect_ms: 50,
  };
  const { backend } = await startBot(t, ear.core, server, { config: { ...config, channels } });
  const reload = (list: readonly unknown[]) => backend.reconfigure({ ...config, channels: list });
  const ids = async () => (await ear.actions.listChannels(BACKEND)).map(({ id }) => id).sort();
  return { ...ear, server, backend, reload, ids, connection: await server.connection(1) };
}

test("two hundred more and two hundred less, while people are answered", async (t) => {
  // At this pace a line for each would take minutes.
  const { connection, actions, reload, ids } = await startStage(t, ["#test"], 400);
  const many = Array.from({ length: 200 }, (_, at) => `#room${at}`);
  await reload(["#test", ...many]);
  await actions.sendMessage(onIrc("#test"), "hello");
  await connection.hears(/^PRIVMSG #test :hello$/);
  await waitFor("all of them", async () => (await ids()).length === 201);
  const joined = connection.lines
    .filter((line) => line.startsWith("JOIN"))
    .flatMap((line) => line.split(" ")[1]?.split(",") ?? []);
  assert.deepEqual([...joined].sort(), ["#test", ...many].sort());
  await reload(["#test", "#room7"]);
  await waitFor("two of them", async () => (await ids()).length === 2);
  await actions.sendMessage(onIrc("#room7"), "still here");
});

test("another case is the same channel; one named twice is joined once; a new key is tried", async (t) => {
  const { server, connection, reload, ids } = await startStage(t, ["#Test", "#test key", "#TEST"]);
  assert.deepEqual(
    connection.lines.filter((line) => line.startsWith("JOIN")),
    ["JOIN #Test"],
  );
  server.script = (line) =>
    /^JOIN #locked(?! new)/.test(line) ? [":srv 475 seabird #locked :Bad key"] : undefined;
  await reload(["#TEST", "#test", "#locked old"]);
  await connection.hears(/^JOIN #locked old$/);
  await reload(["#test", { name: "#LOCKED", key: "new" }]);
  await connection.hears(/^JOIN #LOCKED new$/);
  await waitFor("both", async () => (await ids()).length === 2);
  assert.ok((await ids()).includes(onIrc("#Test")));
  assert.ok(!connection.lines.some((line) => /^PART|^JOIN #test$|^JOIN #TEST/.test(line)));
});

test("changed while the network is away, the next connection has the new list", async (t) => {
  const { server, connection, reload, ids } = await startStage(t, ["#test", "#old"]);
  server.script = (line) => (line.startsWith("CAP LS") ? [] : undefined);
  connection.drop();
  await waitFor("core to know", async () => (await ids()).length === 0);
  await reload(["#test", "#New key"]);
  const next = await server.connection(2);
  next.say(":srv CAP * LS :");
  await next.hears(/^JOIN/);
  await waitFor("the channels", async () => (await ids()).length === 2);
  assert.deepEqual(await ids(), [onIrc("#New"), onIrc("#test")]);
  assert.ok(!next.lines.some((line) => line.includes("#old")));
});
