/** Message ids, answers, reactions, typing and members on inspircd, and that ngircd pretends none of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { container, emoji, mention } from "@seabird-chat/protocol";
import { parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import { startBot, startEar } from "../support/irc-bot.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { BACKEND, heardOf, onIrc } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";
import { PEOPLE_KINDS, startIrcv3Stage } from "../support/ircv3-stage.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

const HERE = { channelId: onIrc("#test") };

test("inspircd: ids of messages, answers both ways, also those of several lines", async (t) => {
  const stage = await startIrcv3Stage(t);
  if (stage === undefined) return;
  const { alice, actions, heard, seen } = stage;
  alice.say("PRIVMSG #test :a question");
  const asked = await heardOf(heard, "message");
  assert.equal(parseMessage(await alice.hears(/:a question$/)).tags["msgid"], asked.message.id);
  assert.ok(Math.abs((asked.message.sentAt?.getTime() ?? 0) - Date.now()) < 600_000);

  const { id } = asked.message;
  const sent = await actions.sendMessage(HERE.channelId, "one\ntwo", { replyTo: { id } });
  await alice.hears(/:two$/);
  const lines = seen("PRIVMSG");
  assert.deepEqual(
    lines.map(({ tags }) => tags["msgid"]),
    sent.ids,
  );
  assert.deepEqual(
    lines.map(({ tags }) => tags["+draft/reply"]),
    [id, undefined],
  );
  assert.deepEqual(sent.degraded, []);
  assert.deepEqual([sent.canReact, sent.canEdit, sent.canDelete], [true, false, false]);

  alice.say(`@+draft/reply=${sent.ids[1]} PRIVMSG #test :thanks`);
  const answer = (await heardOf(heard, "message", 2)).message.replyTo;
  assert.equal(answer?.id, sent.ids[1]);
  assert.equal(answer?.text, "two");
  assert.equal(answer?.author?.id, onIrc("seabird"));
  alice.say(`@+draft/reply=${id} PRIVMSG #test :to myself`);
  const own = (await heardOf(heard, "message", 3)).message.replyTo;
  assert.deepEqual([own?.text, own?.author?.displayName], ["a question", "Alice"]);
  alice.say("@+draft/reply=unheard PRIVMSG seabird :of what?");
  const unknown = (await heardOf(heard, "privateMessage")).message.replyTo;
  assert.deepEqual([unknown?.id, unknown?.author, unknown?.text], ["unheard", undefined, ""]);

  const elsewhere = { id, text: "a question", conversation: HERE };
  const apart = await actions.sendPrivateMessage(onIrc("alice"), "psst", { replyTo: elsewhere });
  assert.deepEqual(apart.degraded, ["reply"]);
  assert.equal(apart.ids.length, 1);
  await assert.rejects(sent.edit("three"), {
    code: "failed_precondition",
    message: `${BACKEND} cannot edit messages`,
  });
});

test("inspircd: reactions both ways, with ours and a foreign client", async (t) => {
  const stage = await startIrcv3Stage(t);
  if (stage === undefined) return;
  const { alice, actions, heard, seen, foreigner } = stage;
  const carol = await foreigner("carol");
  const sent = await actions.sendMessage(HERE.channelId, "vote!");
  const [id = ""] = sent.ids;
  await carol.raw(`@+draft/react=👍;+draft/reply=${id} TAGMSG #test`);
  const reaction = await heardOf(heard, "reaction");
  assert.deepEqual(reaction.conversation, HERE);
  assert.deepEqual(
    [reaction.messageId, reaction.emoji.text, reaction.user.id, reaction.removed],
    [id, "👍", onIrc("carol"), false],
  );
  await carol.raw(`@+draft/unreact=👍;+draft/reply=${id} TAGMSG #test`);
  assert.equal((await heardOf(heard, "reaction", 2)).removed, true);
  alice.say(`@+draft/react=a\\:b\\sc;+draft/reply=x TAGMSG seabird`);
  const apart = await heardOf(heard, "reaction", 3);
  assert.deepEqual(apart.conversation, { userId: onIrc("alice") });
  assert.equal(apart.emoji.text, "a;b c");

  await sent.react("🎉");
  await sent.react({ text: "with; signs" });
  await actions.react(HERE, id, "🎉", { removed: true });
  const shown = () =>
    seen("TAGMSG").map(({ tags }) => [
      tags["+draft/reply"],
      tags["+draft/react"],
      tags["+draft/unreact"],
    ]);
  await waitFor("the reactions", () => shown().length === 3);
  assert.deepEqual(shown(), [
    [id, "🎉", undefined],
    [id, "with; signs", undefined],
    [id, undefined, "🎉"],
  ]);
  await assert.rejects(actions.react({ userId: onIrc("nobody") }, id, "x"), /401 No such nick/);
});

test("inspircd: typing both ways, at most every 3 s, and no more after a message", async (t) => {
  const stage = await startIrcv3Stage(t);
  if (stage === undefined) return;
  const { alice, actions, heard, seen } = stage;
  for (const state of ["active", "paused", "nonsense", "done"]) {
    alice.say(`@+typing=${state} TAGMSG #test`);
  }
  const typing = [1, 2, 3].map((number) => heardOf(heard, "typing", number));
  assert.deepEqual(
    (await Promise.all(typing)).map(({ isActive }) => isActive),
    [true, false, false],
  );
  const first = await heardOf(heard, "typing");
  assert.deepEqual([first.conversation, first.user.id], [HERE, onIrc("alice")]);
  assert.equal(first.expiresMs, 6_000);

  for (const isActive of [true, true, false, false, true]) await actions.setTyping(HERE, isActive);
  await actions.sendMessage(HERE.channelId, "said");
  await actions.setTyping(HERE, false);
  await actions.sendMessage(HERE.channelId, "the end");
  await alice.hears(/:the end$/);
  const said = seen("TAGMSG").map(({ tags }) => tags["+typing"]);
  assert.deepEqual(said, ["active", "done"]);
});

test("inspircd: who comes, goes, is thrown out, renamed, and who is there", async (t) => {
  const stage = await startIrcv3Stage(t);
  if (stage === undefined) return;
  const { server, alice, actions, heard } = stage;
  const robot = await RawIrcClient.connect(server.port, "Robot");
  robot.say("MODE Robot +B", "JOIN #test,#other");
  await robot.hears(/ 366 .*#other/);
  const joined = await heardOf(heard, "member");
  assert.deepEqual(
    [joined.change, joined.channelId, joined.user.id, joined.user.isBot],
    ["joined", HERE.channelId, onIrc("robot"), true],
  );
  robot.say("NICK Robbie");
  const renamed = await heardOf(heard, "userChanged");
  assert.deepEqual(
    [renamed.before.id, renamed.user.id, renamed.user.displayName],
    [onIrc("robot"), onIrc("robbie"), "Robbie"],
  );
  await actions.joinChannel(BACKEND, "#other");
  const { members, isComplete } = await actions.listMembers(HERE.channelId);
  assert.ok(isComplete);
  assert.deepEqual(members.map(({ id, displayName, isBot }) => [id, displayName, isBot]).sort(), [
    [onIrc("alice"), "Alice", false],
    [onIrc("robbie"), "Robbie", true],
    [onIrc("seabird"), "seabird", true],
  ]);
  const early = await RawIrcClient.connect(server.port, "Early");
  t.after(() => early.close());
  early.say("MODE Early +B", "JOIN #early");
  await early.hears(/ 366 .*#early/);
  await actions.joinChannel(BACKEND, "#early");
  await waitFor("a bot that was there before", async () => {
    const listed = (await actions.listMembers(onIrc("#early"))).members;
    return listed.find(({ displayName }) => displayName === "Early")?.isBot ? true : undefined;
  });
  await assert.rejects(actions.listMembers(onIrc("#nowhere")), /the bot is not in this channel/);

  robot.say("QUIT :\x02good\x02 night");
  const gone = [await heardOf(heard, "member", 2), await heardOf(heard, "member", 3)];
  assert.deepEqual(gone.map(({ channelId }) => channelId).sort(), [
    onIrc("#other"),
    onIrc("#test"),
  ]);
  for (const { change, user, reason } of gone) {
    assert.deepEqual([change, user.id], ["left", onIrc("robbie")]);
    assert.match(reason, /good night/);
  }
  robot.close();
  const eve = await RawIrcClient.connect(server.port, "eve");
  t.after(() => eve.close());
  eve.say("JOIN #test");
  await eve.hears(/ 366 /);
  alice.say("KICK #test eve :enough");
  const removed = await heardOf(heard, "member", 5);
  assert.deepEqual(
    [removed.change, removed.user.id, removed.by?.id, removed.reason],
    ["removed", onIrc("eve"), onIrc("alice"), "enough"],
  );
  alice.say("PART #test :bye");
  const left = await heardOf(heard, "member", 6);
  assert.deepEqual([left.change, left.user.id, left.reason], ["left", onIrc("alice"), "bye"]);
  assert.equal((await actions.listMembers(HERE.channelId)).members.length, 1);
});

test("inspircd: a mention is the nick, an emoji its text; the bot says that it is one", async (t) => {
  const stage = await startIrcv3Stage(t);
  if (stage === undefined) return;
  const { alice, actions, seen } = stage;
  const content = container([
    mention({ userId: onIrc("alice") }, "my dear"),
    " ",
    mention({ channelId: onIrc("#test") }, "here"),
    " @Alice ",
    emoji("👍"),
  ]);
  const sent = await actions.sendMessage(HERE.channelId, content);
  await alice.hears(/PRIVMSG #test :Alice #test @Alice 👍$/);
  assert.deepEqual(sent.degraded, []);
  const picture = emoji(":parrot:", { id: "7" });
  assert.deepEqual((await actions.sendMessage(HERE.channelId, picture)).degraded, ["emoji"]);
  await alice.hears(/:parrot:$/);
  assert.ok(seen("PRIVMSG").every(({ tags }) => tags["bot"] !== undefined));
});

test("inspircd without tags of clients: ids, and neither answers nor reactions", async (t) => {
  const extra = '<ctctags allowclientonlytags="no">';
  const stage = await startIrcv3Stage(t, { extra });
  if (stage === undefined) return;
  const { alice, actions, heard } = stage;
  alice.say("PRIVMSG #test :a question");
  const { id } = (await heardOf(heard, "message")).message;
  assert.notEqual(id, "");
  const replyTo = { id, text: "a question" };
  const sent = await actions.sendMessage(HERE.channelId, "no", { replyTo });
  await alice.hears(/PRIVMSG #test :> a question$/);
  assert.deepEqual(sent.degraded, ["reply"]);
  assert.equal(sent.ids.length, 2);
  await assert.rejects(actions.react(HERE, id, "x"), {
    message: `${BACKEND} cannot react to messages`,
  });
  await assert.rejects(actions.setTyping(HERE, true), { message: `${BACKEND} cannot show typing` });
});

test("ngircd: no ids, and no pretence; members are known", async (t) => {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const { core, actions, heard } = await startEar(t, undefined, PEOPLE_KINDS);
  await startBot(t, core, server);
  const alice = await RawIrcClient.connect(server.port, "alice");
  t.after(() => alice.close());
  alice.say("JOIN #test", "PRIVMSG #test :hello");
  const { message } = await heardOf(heard, "message");
  assert.deepEqual([message.id, message.sentAt, message.replyTo], ["", undefined, undefined]);
  assert.equal((await heardOf(heard, "member")).user.id, onIrc("alice"));
  const sent = await actions.sendMessage(HERE.channelId, "hi");
  assert.deepEqual([sent.ids, sent.canReact, sent.canEdit], [[], false, false]);
  await assert.rejects(sent.react("x"), {
    code: "failed_precondition",
    message: `${BACKEND} gave this message no id, so it cannot be reacted to`,
  });
  const { features } = (await actions.backendInfo(BACKEND)).capabilities;
  assert.deepEqual(Object.keys(features).sort(), [
    "emoji",
    "member",
    "members",
    "mention",
    "user_changed",
  ]);
  const { members } = await actions.listMembers(HERE.channelId);
  assert.deepEqual(members.map(({ displayName }) => displayName).sort(), ["alice", "seabird"]);
  alice.say("NICK alicia", "PART #test :bye");
  assert.equal((await heardOf(heard, "userChanged")).user.id, onIrc("alicia"));
  const left = await heardOf(heard, "member", 2);
  assert.deepEqual(
    [left.change, left.channelId, left.user.id],
    ["left", HERE.channelId, onIrc("alicia")],
  );
});
