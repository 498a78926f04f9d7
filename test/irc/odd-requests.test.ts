/** What plugins should not ask, and the edges of what they may: on a real network, nothing slips through. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startBot, startEar } from "../support/irc-bot.ts";
import { BACKEND, onIrc, refusalOf } from "../support/irc-stage.ts";
import { startNgircdWithAlice } from "../support/ngircd-with-alice.ts";

async function startStage(t: TestContext) {
  const network = await startNgircdWithAlice(t, "#test");
  if (network === undefined) return undefined;
  const { server, alice } = network;
  const ear = await startEar(t);
  const bot = await startBot(t, ear.core, server, { config: { burst_lines: 100 } });
  const channels = async () => (await ear.actions.listChannels(BACKEND)).map(({ id }) => id).sort();
  return { ...ear, bot, alice, channels };
}

test("names that are none, or more than one, are refused in words", async (t) => {
  const stage = await startStage(t);
  if (stage === undefined) return;
  const { actions, alice, channels, bot } = stage;
  for (const name of [
    ...["#a,#b", "0", "#a key more", " #a", "#a ", "#a  key", "#a\tkey", "#a\r\nQUIT", "#a\nQUIT"],
    ...["#a\0", "alice", "@#test", ":#a", `#${"a".repeat(300)}`, "#a :key", "#a k,l", "*", "$*"],
  ]) {
    const refusal = await refusalOf(actions.joinChannel(BACKEND, name));
    assert.match(
      refusal,
      /^unknown: (".*" is not a channel's name|that is not a channel key)$/s,
      name,
    );
  }
  for (const id of ["alice", "#test,#a", "#test alice", "#test\r\nQUIT", "0", "$*", "*"]) {
    const send = await refusalOf(actions.sendMessage(onIrc(id), "hi"));
    assert.match(send, /^unknown: ".*" is not a channel's name$/s, id);
    assert.match(await refusalOf(actions.leaveChannel(onIrc(id))), /not a channel's name$/, id);
    const topic = await refusalOf(actions.updateChannelInfo(onIrc(id), { topic: "x" }));
    assert.match(topic, /not a channel's name$/, id);
  }
  for (const id of [
    "#test",
    "@#test",
    "alice,bob",
    "alice!a@b",
    "$*",
    "a b",
    "alice\r\nQUIT",
    "*",
  ]) {
    const refusals = await Promise.all([
      refusalOf(actions.sendPrivateMessage(onIrc(id), "hi")),
      refusalOf(actions.performPrivateAction(onIrc(id), "hi")),
    ]);
    for (const refusal of refusals) assert.match(refusal, /^unknown: ".*" is not a nick$/s, id);
  }
  assert.deepEqual(await channels(), [onIrc("#test")]);
  assert.ok(!alice.lines.some((line) => /^:seabird!.*(PRIVMSG|QUIT)/.test(line)));
  assert.ok(!bot.log.some((line) => /"level":"(warn|error)"/.test(line)), bot.log.join(""));
});

test("breaks and codes in topics, last words and actions stay words", async (t) => {
  const stage = await startStage(t);
  if (stage === undefined) return;
  const { actions, alice, channels } = stage;
  await actions.updateChannelInfo(onIrc("#test"), { topic: "one\r\nQUIT :two\x01\x00" });
  await alice.hears(/^:seabird!\S+ TOPIC #test :one QUIT :two$/);
  await actions.updateChannelInfo(onIrc("#test"), { topic: "" });
  await alice.hears(/^:seabird!\S+ TOPIC #test :$/);
  await actions.performAction(onIrc("#test"), "waves\x01\r\n\x01VERSION\x01");
  await alice.hears(/^:seabird!\S+ PRIVMSG #test :.ACTION waves.$/);
  await alice.hears(/^:seabird!\S+ PRIVMSG #test :.ACTION VERSION.$/);
  await actions.sendMessage(onIrc("#test"), "\x01VERSION\x01");
  await alice.hears(/^:seabird!\S+ PRIVMSG #test :VERSION$/);
  await actions.sendMessage(onIrc("#test"), "\x01DCC SEND x\x01", { tags: { "irc/notice": "1" } });
  await alice.hears(/^:seabird!\S+ NOTICE #test :DCC SEND x$/);
  await actions.leaveChannel(onIrc("#TEST"), { exitMessage: "so\r\nQUIT :long" });
  await alice.hears(/^:seabird!\S+ PART #test :so QUIT :long$/i);
  assert.deepEqual(await channels(), []);
  assert.equal(await refusalOf(actions.sendPrivateMessage(onIrc("alice"), "still here")), "");
});
