/** `testbed()`: messages that are answered, edited, deleted and reacted to, and networks that cannot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, mention, plugin, text } from "@seabird-chat/sdk";
import type { NetworkFeature } from "./network-features.ts";
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

function tries() {
  const made = plugin("tries", { needs: ["persona"] });
  made.command("try", "tries everything", async (ctx) => {
    const file = attachment({ url: "https://x.y/c", name: "c.jpg" });
    const persona = { displayName: "Zed" };
    const sent = await ctx.reply(text`hi ${mention(ctx.user)} ${file}`, { replyTo: true, persona });
    const failed = [sent.edit("x"), sent.react("👍"), sent.delete()].map((each) =>
      each.then(
        () => "done",
        (reason: Error) => reason.message,
      ),
    );
    const why = (await Promise.all(failed)).join("; ");
    await ctx.reply(`lost ${sent.degraded.join(" ")}: ${why}`);
  });
  return made;
}

test("what a network cannot do is degraded or refused as outside of tests", async () => {
  const hi = "hi @ann c.jpg: https://x.y/c";
  const rows: readonly (readonly [NetworkFeature[], string, RegExp])[] = [
    [["edit"], hi, /^lost : irc:\/\/libera cannot edit messages; done; done$/],
    [["delete"], hi, /^lost : done; done; irc:\/\/libera cannot delete messages$/],
    [["react"], hi, /^lost : done; irc:\/\/libera cannot react to messages; done$/],
    [["message_ids"], hi, /^lost : .* no id, so it cannot be edited; .*to; .*deleted$/],
    [["reply"], `> ann: try\n${hi}`, /^lost reply: done; done; done$/],
    [["persona"], `<Z\u200bed> ${hi}`, /^lost persona: done; done; done$/],
    [["attachment"], hi, /^lost attachment: done; done; done$/],
    [["mention"], hi, /^lost mention: done; done; done$/],
  ];
  for (const [without, first, second] of rows) {
    await using bed = await testbed({ plugins: [tries()], without });
    const room = bed.channel("#games");
    await room.say("ann", "!try");
    const sent = await room.expect(first);
    assert.equal(sent.attachments.length, without.includes("attachment") ? 0 : 1);
    assert.equal(sent.mentions.length, without.includes("mention") ? 0 : 1);
    await room.expect(second);
    const [name] = without;
    if (name !== "edit" && name !== "message_ids") await room.expectEdit("x", sent);
    if (name !== "react" && name !== "message_ids") await room.expectReaction("👍", sent);
    if (name !== "delete" && name !== "message_ids") await room.expectDeletion(sent);
  }
});

test("capabilities change while it runs, and a network may refuse", async () => {
  const made = plugin("able");
  made.command("able", "tells", async (ctx) => ctx.reply(`${await ctx.can("edit")}`));
  await using bed = await testbed({ plugins: [made, tries()] });
  const room = bed.channel("#games");
  await room.say("ann", "!able");
  await room.expect("true");
  bed.backend().without("edit");
  // Until then the plugin relies on what it knows, and asks meanwhile.
  await bed.clock.advance("1m");
  await room.say("ann", "!able");
  await room.expect("true");
  await room.say("ann", "!able");
  await room.expect("false");
  bed.backend().without();
  for (const kind of ["edit", "react", "delete"] as const) room.failNext(kind, `no ${kind}`);
  await room.say("ann", "!try");
  await room.expect(/^hi/);
  await room.expect("lost : no edit; no react; no delete");
});

test("a network knows its messages: what is gone or somebody else's stays as it is", async () => {
  const made = plugin("odd");
  made.command("odd", "tries", async (ctx) => {
    const where = ctx.conversation;
    const own = await ctx.core.editMessage(where, ctx.message.id, "x").catch((e) => e.message);
    const gone = await ctx.core.deleteMessages(where, ["m77", ctx.message.id]);
    const none = await ctx.core.react(where, "m77", "👍").catch((e) => e.message);
    await ctx.reply([own, JSON.stringify(gone), none].join("; "));
  });
  await using bed = await testbed({ plugins: [made] });
  const room = bed.channel("#games");
  const said = await room.say("ann", "!odd");
  const missing = "there is no message m77";
  await room.expect(`message m1 is not the bot's; {"m77":"${missing}"}; ${missing}`);
  assert.deepEqual((await room.expectDeletion(said)).ids, ["m1"]);
});

test("a test cannot use what it took away, nor take away what is not there", async () => {
  const without = [
    "message_ids",
    "message_edited",
    "message_deleted",
    "reaction",
    "member",
    "user_changed",
    "typing_events",
  ] as const;
  await using none = await testbed({ plugins: [], without: [...without] });
  const room = none.channel("#games");
  const bare = await room.say("ann", "hi");
  assert.deepEqual(bare.ids, []);
  await using bed = await testbed({ plugins: [] });
  const said = await bed.channel("#games").say("ann", "hi");
  bed.backend().without(...without);
  const rows: readonly (readonly [NetworkFeature, () => Promise<unknown>])[] = [
    ["message_ids", () => room.say("bob", "yes", { replyTo: bare })],
    ["message_ids", async () => bare.react("bob", "👍")],
    ["message_edited", async () => said.edit("x")],
    ["message_deleted", async () => said.delete()],
    ["reaction", async () => said.react("bob", "👍")],
    ["member", async () => room.join("bob")],
    ["member", async () => room.leave("bob")],
    ["typing_events", async () => room.typing("bob")],
    ["user_changed", async () => none.changeUser("ann", { account: "a1" })],
  ];
  for (const [name, use] of rows) {
    await assert.rejects(use, { message: `irc/libera has no ${name} in this test: see "without"` });
  }
  const unknown = { plugins: [], without: ["edits" as "edit"] };
  await assert.rejects(testbed(unknown), /"edits" is nothing that a network has; there are edit, /);
});

test("networks differ in what they can do", async () => {
  await using bed = await testbed({
    plugins: [tries()],
    backends: ["discord/guild", { name: "irc/a", without: ["persona", "message_ids"] }],
    without: ["react"],
  });
  await bed.channel("games").say("ann", "!try");
  const sent = await bed.channel("games").expect(/^hi/);
  await bed
    .channel("games")
    .expect(/^lost : done; discord:\/\/guild cannot react to messages; done$/);
  await bed.channel("games").expectEdit("x", sent);
  await bed.channel("games").expectDeletion(sent);
  const irc = bed.channel("#games", "irc/a");
  await irc.say("ann", "!try");
  await irc.expect(/^<Z/);
  await irc.expect(/^lost persona: irc:\/\/a gave this message no id/);
});
