/** Who we are and where, as it changes on real networks: nicks, invitations, channels of a reload. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SeabirdError } from "@seabird-chat/sdk";
import { startBot, startEar } from "../support/irc-bot.ts";
import { startIrcNetwork } from "../support/irc-network.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { BACKEND, heardOf, onIrc } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

async function startServer(t: TestContext) {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const person = async (nick: string, ...channels: readonly string[]) => {
    const client = await RawIrcClient.connect(server.port, nick);
    t.after(() => client.close());
    for (const channel of channels) {
      client.say(`JOIN ${channel}`);
      await client.hears(new RegExp(` 366 .*${channel} `, "i"));
    }
    return client;
  };
  const ear = await startEar(t);
  const channels = async () =>
    (await ear.actions.listChannels(BACKEND)).map(({ displayName }) => displayName).sort();
  return { ...ear, server, person, channels };
}

test("mentions follow our nick, and an own name alone is one", async (t) => {
  const stage = await startServer(t);
  if (stage === undefined) return;
  const { core, server, heard, actions } = stage;
  const holder = await stage.person("bird", "#test");
  const alice = await stage.person("alice", "#test");
  await startBot(t, core, server, { config: { nick: "bird" } });
  alice.say("PRIVMSG #test :bird_: as you are", "PRIVMSG #test :bird: as you would be");
  assert.equal((await heardOf(heard, "mention")).text, "as you are");
  assert.equal((await heardOf(heard, "message")).text, "bird: as you would be");
  holder.say("QUIT :bye");
  await alice.hears(/^:bird_!\S+ NICK :?bird$/);
  await waitFor("the nick in core", async () => {
    return (await actions.backendInfo(BACKEND)).metadata["nick"] === "bird";
  });
  alice.say("PRIVMSG #test :BIRD:", "PRIVMSG #test :bird_: who?");
  const mention = await heardOf(heard, "mention", 2);
  assert.equal(mention.text, "");
  assert.equal((await heardOf(heard, "message", 2)).text, "bird_: who?");
});

test("a notice is no event; questions of clients are answered, and not without end", async (t) => {
  const stage = await startServer(t);
  if (stage === undefined) return;
  const { core, server, heard } = stage;
  const alice = await stage.person("alice", "#test");
  await startBot(t, core, server);
  alice.say("NOTICE #test :!ping", "NOTICE seabird :!ping", "NOTICE seabird :\x01VERSION x\x01");
  alice.say("PRIVMSG #test :\x01VERSION\x01");
  for (const query of ["VERSION", "PING 1234", "TIME"]) {
    alice.say(`PRIVMSG seabird :\x01${query}\x01`);
  }
  await alice.hears(/^:seabird!\S+ NOTICE alice :.VERSION Seabird .*.$/);
  await alice.hears(/^:seabird!\S+ NOTICE alice :.PING 1234.$/);
  await alice.hears(/^:seabird!\S+ NOTICE alice :.TIME \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ.$/);
  for (let time = 1; time <= 10; time++) alice.say(`PRIVMSG seabird :\x01PING ${time}\x01`);
  alice.say("PRIVMSG seabird :are you there?");
  await heardOf(heard, "privateMessage");
  assert.deepEqual(
    heard.map(({ kind }) => kind),
    ["privateMessage"],
  );
  const answers = alice.lines.filter((line) => /^:seabird!\S+ NOTICE /.test(line));
  assert.ok(answers.length <= 5, answers.join(" | "));
});

test("ngircd: an invitation is ignored, unless its mask may invite", async (t) => {
  const stage = await startServer(t);
  if (stage === undefined) return;
  const { core, server, heard, channels } = stage;
  const alice = await stage.person("alice", "#test", "#hers");
  const eve = await stage.person("eve", "#eves");
  alice.say("MODE #hers +i");
  const bot = await startBot(t, core, server, {
    config: { accept_invites_from: ["account:alice", "ALICE!*@*"] },
  });
  eve.say("INVITE seabird #eves", "PRIVMSG seabird :come");
  await heardOf(heard, "privateMessage");
  alice.say("INVITE seabird #hers");
  await waitFor("the channel", async () => (await channels()).includes("#hers"));
  assert.deepEqual(await channels(), ["#hers", "#test"]);
  assert.ok(bot.log.some((line) => line.includes("joined on invitation")));
});

test("inspircd with services: an account may invite, whatever its nick", async (t) => {
  const network = await startIrcNetwork(t);
  if (network === undefined) return;
  await network.register("alice", "sesame-42");
  const [alice, impostor] = [await network.raw("al"), await network.raw("alice_")];
  alice.say("PRIVMSG NickServ :IDENTIFY alice sesame-42", "JOIN #hers");
  await alice.hears(/ 900 /);
  await alice.hears(/ 366 /);
  impostor.say("JOIN #false");
  await impostor.hears(/ 366 /);
  const { core, actions, heard } = await startEar(t);
  await startBot(t, core, network.server, { config: { accept_invites_from: ["account:alice"] } });
  impostor.say("INVITE seabird #false", "PRIVMSG seabird :come");
  await heardOf(heard, "privateMessage");
  alice.say("INVITE seabird #hers");
  const ids = async () => (await actions.listChannels(BACKEND)).map(({ id }) => id).sort();
  await waitFor("the channel", async () => (await ids()).includes(onIrc("#hers")));
  assert.deepEqual(await ids(), [onIrc("#hers"), onIrc("#test")].sort());
});

test("new settings join and leave channels on the connection there is", async (t) => {
  const stage = await startServer(t);
  if (stage === undefined) return;
  const { core, server, channels, heard } = stage;
  const alice = await stage.person("alice", "#test", "#locked");
  alice.say("MODE #locked +k sesame");
  const settings = { host: `irc://127.0.0.1:${server.port}`, nick: "seabird" };
  const config = { ...settings, channels: ["#test", "#Old"], reconnect_ms: 100 };
  const { backend, log } = await startBot(t, core, server, { config });
  const next = (list: readonly unknown[], more: object = {}) =>
    backend.reconfigure({ ...config, channels: list, ...more });

  await next(["#TEST", { name: "#locked", key: "sesame" }, "#New"]);
  await waitFor("the channels", async () => (await channels()).join() === "#New,#locked,#test");
  await assert.rejects(next(["#test"], { nick: "other" }), (error: unknown) => {
    return SeabirdError.from(error).code === "failed_precondition";
  });
  await assert.rejects(next(["test"]), /channels\.0: has to be a channel's name/);
  assert.deepEqual(await channels(), ["#New", "#locked", "#test"]);
  alice.say("PRIVMSG #test :still here");
  assert.equal((await heardOf(heard, "message")).channelId, onIrc("#test"));
  assert.equal(log.filter((line) => line.includes("connecting to IRC")).length, 1);
  assert.ok(!log.some((line) => line.includes("sesame")));
});
