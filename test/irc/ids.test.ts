/** One channel and one person have one id, however they are spelled, on real servers. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startBot, startEar } from "../support/irc-bot.ts";
import { startIrcNetwork } from "../support/irc-network.ts";
import { startInspircd, startNgircd } from "../support/irc-servers.ts";
import { BACKEND, heardOf, IRC_SERVER_KINDS, onIrc } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

for (const kind of IRC_SERVER_KINDS) {
  suite(kind, () => {
    test("a channel as the configuration spells it, a person as they would be compared", async (t) => {
      const programs = needPrograms(t, kind);
      if (programs === undefined) return;
      const start = kind === "inspircd" ? startInspircd : startNgircd;
      const server = await start(programs[kind]);
      t.after(() => server.close());
      const alice = await RawIrcClient.connect(server.port, "Alice");
      t.after(() => alice.close());
      alice.say("JOIN #test");
      await alice.hears(/ 366 /);
      const { core, actions, heard } = await startEar(t);
      await startBot(t, core, server, { config: { channels: ["#TeSt"] } });
      const channels = async () => (await actions.listChannels(BACKEND)).map(({ id }) => id);
      assert.deepEqual(await channels(), [onIrc("#TeSt")]);

      alice.say("PRIVMSG #tEsT :hello");
      const message = await heardOf(heard, "message");
      assert.equal(message.channelId, onIrc("#TeSt"));
      assert.equal(message.user.id, onIrc("alice"));
      assert.equal(message.user.displayName, "Alice");
      assert.match(message.tags["irc/mask"] ?? "", /^Alice!\S+@\S+$/);
      await actions.sendMessage(message.channelId, "to the id");
      await actions.sendMessage(onIrc("#TEST"), "to another spelling");
      await alice.hears(/PRIVMSG #\S+ :to the id/i);
      await alice.hears(/PRIVMSG #\S+ :to another spelling/i);
      await actions.sendPrivateMessage(message.user.id, "to you");
      await actions.sendPrivateMessage(onIrc("ALICE"), "to YOU");
      await alice.hears(/PRIVMSG alice :to you/i, 2);

      await actions.joinChannel(BACKEND, "#Asked");
      await actions.updateChannelInfo(onIrc("#ASKED"), { topic: "news" });
      const asked = (await actions.listChannels(BACKEND)).find(({ id }) => id === onIrc("#Asked"));
      assert.equal(asked?.topic, "news");
      await actions.leaveChannel(onIrc("#aSKED"));
      assert.deepEqual(await channels(), [onIrc("#TeSt")]);
    });
  });
}

test("inspircd: what is said to a channel's operators alone stays among them", async (t) => {
  const programs = needPrograms(t, "inspircd");
  if (programs === undefined) return;
  const server = await startInspircd(programs.inspircd);
  t.after(() => server.close());
  const [alice, bob] = [
    await RawIrcClient.connect(server.port, "alice"),
    await RawIrcClient.connect(server.port, "bob"),
  ];
  t.after(() => [alice, bob].forEach((client) => void client.close()));
  alice.say("JOIN #test");
  await alice.hears(/ 366 /);
  bob.say("JOIN #test");
  await bob.hears(/ 366 /);
  const { core, actions, heard } = await startEar(t);
  await startBot(t, core, server, { config: { channels: ["#Test"] } });
  alice.say("MODE #test +o seabird", "PRIVMSG @#TEST :!secret plan");
  const command = await heardOf(heard, "command");
  assert.equal(command.channelId, onIrc("@#Test"));
  assert.equal(command.arg, "plan");
  await actions.sendMessage(command.channelId, "among us");
  await actions.sendMessage(onIrc("#Test"), "to all");
  await alice.hears(/PRIVMSG @#\S+ :among us/i);
  await bob.hears(/PRIVMSG #\S+ :to all/i);
  assert.ok(!bob.lines.some((line) => /secret|among us/.test(line)));
});

test("inspircd: names of brackets are one with those of braces, where the network says so", async (t) => {
  const programs = needPrograms(t, "inspircd");
  if (programs === undefined) return;
  const server = await startInspircd(programs.inspircd, {
    extra: '<options casemapping="rfc1459">',
  });
  t.after(() => server.close());
  const bob = await RawIrcClient.connect(server.port, "^Bo[b]");
  t.after(() => bob.close());
  bob.say("JOIN #a{}");
  await bob.hears(/ 366 /);
  assert.ok(bob.lines.some((line) => / 005 .*CASEMAPPING=rfc1459/.test(line)));
  const { core, actions, heard } = await startEar(t);
  await startBot(t, core, server, { config: { channels: ["#A[]"] } });
  bob.say("PRIVMSG #a{} :hello");
  const message = await heardOf(heard, "message");
  assert.equal(message.channelId, onIrc("#A[]"));
  assert.equal(message.user.id, onIrc("~bo{b}"));
  assert.equal(message.user.displayName, "^Bo[b]");
  await actions.sendPrivateMessage(message.user.id, "for you");
  await bob.hears(/PRIVMSG \S+ :for you/);
});

test("inspircd with services: who somebody is, and which message it was", async (t) => {
  const network = await startIrcNetwork(t);
  if (network === undefined) return;
  await network.register("alice", "sesame-42");
  const alice = await network.raw("al");
  alice.say("PRIVMSG NickServ :IDENTIFY alice sesame-42");
  await alice.hears(/ 900 /);
  const eve = await network.raw("eve");
  for (const client of [alice, eve]) {
    client.say("JOIN #before");
    await client.hears(/ 366 /);
  }
  const { core, actions, heard } = await startEar(t);
  await startBot(t, core, network.server, { config: { channels: ["#test", "#before"] } });
  await waitFor("the accounts of those who were there before", async () => {
    const { members } = await actions.listMembers(onIrc("#before"));
    const names = members.map(({ displayName, account }) => `${displayName}=${account}`);
    return names.sort().join() === "al=alice,eve=,seabird=" ? true : undefined;
  });
  for (const client of [alice, eve]) {
    client.say("JOIN #test");
    await client.hears(/ 366 .*#test/);
  }
  alice.say("PRIVMSG #test :it is me", "PRIVMSG seabird :alone", "PRIVMSG #test :!command x");
  const told = [
    await heardOf(heard, "message"),
    await heardOf(heard, "privateMessage"),
    await heardOf(heard, "command"),
  ];
  for (const { tags, user, message } of told) {
    assert.equal(tags["irc/account"], "alice");
    assert.equal(user.account, "alice");
    assert.match(tags["irc/mask"] ?? "", /^al!\S+@\S+$/);
    assert.match(message.id, /^\S+$/);
    assert.ok(Math.abs((message.sentAt?.getTime() ?? 0) - Date.now()) < 600_000);
    assert.deepEqual([tags["irc/msgid"], tags["irc/time"]], [undefined, undefined]);
  }
  assert.equal(new Set(told.map(({ message }) => message.id)).size, 3);
  eve.say("PRIVMSG #test :and me?");
  const stranger = await heardOf(heard, "message", 2);
  assert.equal(stranger.tags["irc/account"], undefined);
  assert.equal(stranger.user.account, "");
});
