/** Messages with ids, tested: people answer, react and edit, and so does the plugin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { quotes } from "./quotes.ts";

test("what was said is kept, until somebody throws it away", async () => {
  await using bed = await testbed({ plugins: [quotes] });
  const room = bed.channel("#games");
  const said = await room.say("ann", "to be or not to be");
  const grab = await room.say("bob", "!grab", { replyTo: said });
  await room.expectReaction("📌", grab);
  const sent = await room.expect("kept: to be or not to be");
  assert.equal(sent.replyTo?.id, grab.id);
  await room.expectEdit("kept: to be or not to be (**1** so far)", sent);
  await sent.react("ann", "👍");
  await room.expectNothing();
  await sent.react("ann", "🗑️");
  await room.expectDeletion(sent, "asked for");
});

test("what cannot be edited, as on IRC, is kept as it was said first", async () => {
  await using bed = await testbed({ plugins: [quotes], without: ["edit"] });
  const room = bed.channel("#games");
  const said = await room.say("ann", "to be or not to be");
  const grab = await room.say("bob", "!grab", { replyTo: said });
  await room.expectReaction("📌", grab);
  await room.expect("kept: to be or not to be");
  await room.expectNothing();
});

test("who answers no message is told what to do", async () => {
  await using bed = await testbed({ plugins: [quotes] });
  const room = bed.channel("#games");
  await room.say("bob", "!grab");
  await room.expect("bob: answer a message with !grab");
});

test("edits of people are logged", async () => {
  await using bed = await testbed({ plugins: [quotes] });
  const said = await bed.channel("#games").say("ann", "helo");
  await said.edit("hello");
  assert.deepEqual(bed.log.find("hello")?.fields, { id: said.id });
});

test("a picture has a name and a description", async () => {
  await using bed = await testbed({ plugins: [quotes] });
  const room = bed.channel("#games");
  await room.say("ann", "!cat");
  const [cat] = (await room.expect("cat.jpg: https://cats.example.org/cat.jpg")).attachments;
  assert.deepEqual([cat?.name, cat?.description], ["cat.jpg", "a cat"]);
});

test("a hug notifies a person by id", async () => {
  await using bed = await testbed({ plugins: [quotes] });
  bed.user("bob", { id: "u7" });
  const room = bed.channel("#games");
  await room.say("bob", "hi");
  await room.say("ann", "!hug bob");
  const { mentions } = await room.expectAction("hugs @bob");
  assert.deepEqual(mentions, [{ userId: "u7", text: "@bob" }]);
});

test("on a network whose messages have no ids, nothing can be kept up to date", async () => {
  await using bed = await testbed({ plugins: [quotes], without: ["message_ids"] });
  const room = bed.channel("#games");
  await room.say("bob", "!grab");
  await room.expect("bob: answer a message with !grab");
  await room.say("ann", "!cat");
  await room.expect(/cat\.jpg/);
});
