/** Two bots that answer each other on a real network fall silent, and say why. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { absoluteId } from "@seabird-chat/protocol";
import type { PluginEvent, StandaloneActionClient } from "@seabird-chat/sdk";
import { type Bot, startBot, startEar } from "../support/irc-bot.ts";
import { IrcPerson } from "../support/irc-person.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { refusalOf } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";
import { needPrograms } from "../support/servers.ts";

const room = (id: string) => absoluteId({ type: "irc", id }, "#test");

/** Each bot has a plugin of its own kind: what it hears in its own room, it answers there. */
async function startTwo(
  t: TestContext,
  answer: (event: PluginEvent, actions: StandaloneActionClient) => Promise<void> | undefined,
) {
  const programs = needPrograms(t, "ngircd", "ii");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const alice = await IrcPerson.connect(programs.ii, { port: server.port, nick: "alice" });
  t.after(() => alice.close());
  await alice.join("#test");
  let [given, done] = [0, 0];
  const { core, actions } = await startEar(t, (event, client) => {
    const answering = answer(event, client);
    if (answering === undefined) return;
    given += 1;
    void answering.catch(() => undefined).then(() => (done += 1));
  });
  const config = (nick: string) => ({ config: { nick, line_interval_ms: 50 } });
  const one = await startBot(t, core, server, { id: "one", ...config("wren") });
  const two = await startBot(t, core, server, { id: "two", ...config("finch") });
  const said = async () =>
    (await alice.lines("#test")).filter((line) => /<(wren|finch)> /.test(line));
  return { alice, actions, bots: [one, two], said, isIdle: () => given === done && given > 0 };
}

function warnings({ log }: Bot): readonly string[] {
  return log.filter((line) => line.includes("this looks like a loop"));
}

/** Both have fallen silent, or had to say nothing more to each other. */
async function untilSilent(actions: StandaloneActionClient, text: string): Promise<string> {
  return waitFor("a bot to fall silent", async () => {
    const refusals = await Promise.all(
      ["one", "two"].map((id) => refusalOf(actions.sendMessage(room(id), text))),
    );
    return refusals.find((refusal) => refusal.includes("silent in #test"));
  });
}

test("echoes of each other: the same text five times", async (t) => {
  const stage = await startTwo(t, (event, actions) =>
    event.kind === "message" ? actions.sendMessage(event.channelId, event.text) : undefined,
  );
  if (stage === undefined) return;
  const { alice, actions, bots, said } = stage;
  await alice.types("#test", "is anybody there?");
  await waitFor("a warning", () => bots.some((bot) => warnings(bot).length > 0));
  const refusal = await refusalOfFirst(actions, bots);
  assert.match(
    refusal,
    /^unknown: silent in #test for [45] min \d+ s: the same text 5 times in 60 s$/,
  );
  await waitFor("nothing to do", stage.isIdle);
  const count = (await said()).length;
  assert.ok(count >= 5 && count <= 12, `${count} lines`);
  for (const bot of bots) assert.ok(warnings(bot).length <= 1);
});

/** What the one that fell silent answers to anything else. */
async function refusalOfFirst(actions: StandaloneActionClient, bots: readonly Bot[]) {
  const silent = bots.findIndex((bot) => warnings(bot).length > 0);
  return refusalOf(actions.sendMessage(room(silent === 0 ? "one" : "two"), "something else"));
}

test("commands of each other, with other words each time", async (t) => {
  let count = 0;
  const stage = await startTwo(t, (event, actions) => {
    if (event.kind !== "command") return undefined;
    count += 1;
    return actions.sendMessage(event.channelId, `!next ${count}`);
  });
  if (stage === undefined) return;
  const { alice, actions, said } = stage;
  await alice.types("#test", "!next");
  const refusal = await untilSilent(actions, `hello ${count}`);
  assert.match(refusal, /: 3 commands of (wren|finch) within 1 s of our answers$/);
  await waitFor("nothing to do", stage.isIdle);
  const lines = (await said()).length;
  assert.ok(lines < 40, `${lines} lines`);
});

test("switched off, it goes on as long as they like", async (t) => {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const { core, actions } = await startEar(t);
  const bot = await startBot(t, core, server, { config: { antiloop: false } });
  for (let time = 1; time <= 7; time++) await actions.sendMessage(room("seabird"), "again");
  assert.deepEqual(warnings(bot), []);
});
