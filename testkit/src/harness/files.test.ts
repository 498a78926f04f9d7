/** Files of plugins and of people, in a testbed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, plugin, text } from "@seabird-chat/sdk";
import { testbed } from "./testbed.ts";

const BYTES = Buffer.from("meow");

const cats = plugin("cats");
cats.command("cat", "a cat", async (ctx) => {
  const file = await ctx.upload({ bytes: BYTES, name: "cat.png", description: "a cat" });
  await ctx.reply(text`here: ${file}`);
});
cats.on("message", async (ctx) => {
  const [file] = ctx.message.attachments;
  if (file !== undefined) await ctx.reply(await ctx.attachmentUrl(file));
});

test("a plugin uploads a file, and a test reads it", async () => {
  await using bed = await testbed({ plugins: [cats] });
  const room = bed.channel("#cats");
  await room.say("ann", "!cat");
  const sent = await room.expect("here: cat.png");
  const [file] = sent.attachments;
  assert.ok(file !== undefined);
  assert.deepEqual([file.contentType, file.description, file.id], ["image/png", "a cat", ""]);
  assert.deepEqual(await bed.readFile(file), BYTES);
});

test("a plugin gets the url of a file that a person posts", async () => {
  await using bed = await testbed({ plugins: [cats] });
  const room = bed.channel("#cats");
  bed.backend().addFile("f1", BYTES);
  await room.say("ann", attachment({ id: "f1", name: "cat.png" }));
  const { text: url } = await room.expect(/^http:\/\/core\.invalid\/media\/[\w-]{43}\/cat\.png$/);
  assert.deepEqual(await bed.readFile(url), BYTES);
});

test("a network without files shows the name", async () => {
  await using bed = await testbed({ plugins: [cats], without: ["attachment"] });
  const room = bed.channel("#cats");
  await room.say("ann", "!cat");
  const sent = await room.expect("here: cat.png");
  assert.deepEqual(sent.attachments, []);
});
