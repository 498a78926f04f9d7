/** `testbed()`: networks that can do less with messages, or refuse, and what a test cannot take away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, mention, plugin, text } from "@seabird-chat/sdk";
import type { NetworkFeature } from "./network-features.ts";
import { testbed } from "./testbed.ts";

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
