/** `testbed()`: messages that are answered, edited, deleted and reacted to, by people and plugins. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, mention, plugin, text } from "@seabird-chat/sdk";
import { testbed } from "./testbed.ts";

/** Answers whatever it sees of messages with a line. */
function reporter() {
  const made = plugin("reporter");
  const on = { includePlugins: true } as const;
  made.on("message", async (ctx) => {
    const { id, replyTo, sentAt, attachments } = ctx.message;
    const files = attachments.map(({ name }) => name).join(" ");
    const answer =
      replyTo && ` to ${replyTo.id} of ${replyTo.author?.displayName}: ${replyTo.text}`;
    await ctx.reply(`${id} at ${sentAt?.toISOString()}${answer ?? ""} ${files}`.trim());
  });
  made.on("messageEdited", (ctx) => ctx.reply(`${ctx.message.id} is "${ctx.text}"`), on);
  made.on(
    "messageDeleted",
    (ctx) => ctx.log.info(`${ctx.messageIds} by ${ctx.by?.displayName}: ${ctx.reason}`),
    on,
  );
  made.on("reaction", (ctx) =>
    ctx.reply(
      `${ctx.user.displayName} ${ctx.removed ? "-" : "+"}${ctx.emoji.text} ${ctx.messageId}`,
    ),
  );
  made.on("typing", (ctx) => ctx.log.info(`${ctx.user.displayName} types: ${ctx.isActive}`));
  made.on("member", (ctx) =>
    ctx.reply(`${ctx.user.id} ${ctx.change}; ${ctx.by?.id} ${ctx.reason}`),
  );
  made.on("userChanged", (ctx) =>
    ctx.log.info(`${ctx.before.displayName} is ${ctx.user.displayName} ${ctx.user.account}`),
  );
  return made;
}

test("people answer, edit, delete and react", async () => {
  await using bed = await testbed({ plugins: [reporter()] });
  const room = bed.channel("#games");
  const said = await room.say("ann", "helo");
  await room.expect("m1 at 2026-01-05T12:00:00.000Z");
  await room.say("bob", "who?", { replyTo: said });
  const heard = await room.expect(/^m3 at .* to m1 of ann: helo$/);
  await room.say("ann", text`look ${attachment({ url: "https://x.y/c", name: "c.jpg" })}`);
  await room.expect(/c\.jpg$/);
  await said.edit(text`hello`);
  await room.expect('m1 is "hello"');
  await heard.react("ann", "👍");
  await room.expect(`ann +👍 ${heard.id}`);
  await heard.react("ann", "👍", { removed: true });
  await room.expect(`ann -👍 ${heard.id}`);
  await said.react("bob", { text: ":parrot:", id: "p1" });
  await room.expect("bob +:parrot: m1");
  await said.delete();
  assert.ok(bed.log.find("m1 by ann: "));
  await heard.delete("moe", "too long");
  assert.ok(bed.log.find(`${heard.id} by moe: too long`));
  await bed.private("ann").say("psst", { replyTo: heard });
  await room.expectNothing();
});

test("people type, come, go and change", async () => {
  await using bed = await testbed({ plugins: [reporter()] });
  const room = bed.channel("#games");
  await room.typing("ann");
  await room.typing("ann", { isActive: false });
  await bed.private("bob").typing();
  const typed = bed.log.lines.filter(({ message }) => message.includes("types"));
  const lines = typed.map(({ message }) => message);
  assert.deepEqual(lines, ["ann types: true", "ann types: false", "bob types: true"]);
  await room.join("bob");
  await room.expect("irc://libera/bob joined; undefined ");
  await room.leave("bob", { by: "moe", reason: "spam" });
  await room.expect("irc://libera/bob removed; irc://libera/moe spam");
  await room.leave("ann");
  await room.expect("irc://libera/ann left; undefined ");
  await bed.changeUser("ann", { displayName: "Annie", account: "a1" });
  assert.ok(bed.log.find("ann is Annie a1"));
});

function worker() {
  const made = plugin("worker", { needs: ["persona"] });
  made.command("poll", "edits, reacts, deletes", async (ctx) => {
    await ctx.typing();
    const sent = await ctx.reply("votes: 0");
    await sent.react("👍");
    await sent.react("👍", { removed: true });
    await sent.edit("votes: 1");
    await sent.delete("over");
  });
  made.command("thread", "opens a thread", (ctx) =>
    ctx.reply("in here", { replyTo: true, startThread: true, persona: { displayName: "Zed" } }),
  );
  made.command("who", "lists members", async (ctx) => {
    const { members } = await ctx.members();
    const shown = members.map((each) => `${each.displayName}${each.isBot ? " (bot)" : ""}`);
    await ctx.reply(`${shown.join(", ")}; ${ctx.user.account} ${ctx.user.avatarUrl}`);
  });
  made.command("all", { help: "mentions", where: "channel" }, (ctx) =>
    ctx.reply(text`${mention(ctx.user)} in ${mention({ channelId: ctx.channel.id })}`),
  );
  return made;
}

test("what the bot does is expected in the order of its kind", async () => {
  await using bed = await testbed({ plugins: [worker()] });
  const room = bed.channel("#games");
  await room.say("ann", "!poll");
  await room.expectTyping();
  assert.equal(room.isTyping, false);
  await assert.rejects(room.expectTyping(), /#games: the bot was not shown typing/);
  const sent = await room.expect("votes: 0");
  await room.expectDeletion(sent, /ov/);
  await room.expectEdit("votes: 1", sent);
  await room.expectReaction("👍", sent);
  await room.expectReaction("👍", sent, { removed: true });
  await room.expectNothing();
});

test("threads, personas, members, accounts and mentions", async () => {
  await using bed = await testbed({ plugins: [worker()] });
  bed.user("ann", { id: "u1", account: "a1", isBot: true, avatarUrl: "https://x.y/a" });
  const room = bed.channel("#games");
  const said = await room.say("ann", "!thread");
  const sent = await bed.thread(said).expect("in here");
  assert.equal(sent.to, "#games:m1");
  assert.deepEqual(sent.replyTo, { id: said.id, authorId: "u1", text: "thread" });
  assert.equal(sent.persona?.displayName, "Zed");
  await room.join("bob");
  await room.say("ann", "!who");
  await room.expect("ann (bot), bob; a1 https://x.y/a");
  await room.say("ann", "!all");
  const { mentions, shown } = await room.expect("@ann in #games");
  assert.equal(shown, "<@ann> in <#games>");
  assert.deepEqual(mentions, [
    { userId: "u1", text: "@ann" },
    { channelId: "#games", text: "#games" },
  ]);
});

test("closing fails for changes that were not expected, and says what they were", async () => {
  const bed = await testbed({ plugins: [worker()] });
  const room = bed.channel("#games");
  await room.say("ann", "!poll");
  await assert.rejects(bed.close(), {
    message: [
      "sent, but not expected:",
      '  #games: "votes: 0"',
      '  #games: reacts with "👍" (m2)',
      '  #games: takes back "👍" (m2)',
      '  #games: edits to "votes: 1" (m2)',
      '  #games: deletes for "over" (m2)',
    ].join("\n"),
  });
});

test("a wrong expectation of a change shows the difference", async () => {
  const bed = await testbed({ plugins: [worker()] });
  const room = bed.channel("#games");
  const said = await room.say("ann", "!poll");
  await assert.rejects(room.expectEdit("votes: 2", said), {
    message: [
      "#games: something else was sent",
      '  expected  edits to "votes: 2" (m1)',
      '  actual    edits to "votes: 1" (m2)',
      "                             ^",
      "also sent:",
      '  #games: "votes: 0"',
      '  #games: reacts with "👍" (m2)',
      '  #games: takes back "👍" (m2)',
      '  #games: deletes for "over" (m2)',
    ].join("\n"),
  });
  await assert.rejects(room.expectDeletion(said), /expected {2}deletes for anything \(m1\)/);
  await assert.rejects(room.expectReaction("👍", undefined, { removed: true }), /takes back "👍"/);
  await bed.close();
});
