/** Plugins and time: questions that expire, handlers that wait long, on a clock that stands still. */
import { test } from "node:test";
import { AskCancelled, plugin } from "@seabird-chat/sdk";
import { testbed } from "@seabird-chat/testkit";

const wizard = plugin("wizard");
wizard.command("order", "asks three things", async (ctx) => {
  const what = await ctx.ask("what?");
  const size = await ctx.ask("how large?", { timeoutMs: 10_000 });
  if (await ctx.confirm(`a ${size} ${what}?`)) await ctx.reply("done");
  else await ctx.reply("then not");
});
wizard.command("name", "asks for a name", async (ctx) => {
  try {
    await ctx.reply(`hello ${await ctx.ask("who are you?")}`);
  } catch (error) {
    await ctx.reply(
      error instanceof AskCancelled ? `no name: ${error.reason}` : "no error of ours",
    );
  }
});
wizard.command("egg", "tells when it is done", async (ctx) => {
  await ctx.sleep(5 * 60_000);
  await ctx.mentionReply("your egg is done");
});
wizard.command("stuck", "takes too long", async (ctx) => {
  await new Promise<void>((resolve) => {
    ctx.signal.addEventListener("abort", () => resolve());
  });
});
wizard.hears(/^ping$/, (ctx) => ctx.reply("pong"));

test("one question after the other, with others in between", async () => {
  await using bed = await testbed({ plugins: [wizard] });
  const room = bed.channel("#games");
  await room.say("ann", "!order");
  await room.expect("ann: what?");
  await bed.clock.advance("50s");
  await room.say("bob", "ping");
  await room.expect("pong");
  await room.say("ann", "pizza");
  await room.expect("ann: how large?");
  await room.say("bob", "!order");
  await room.expect("bob: what?");
  await room.say("ann", "large");
  await room.expect("ann: a large pizza?");
  await room.say("bob", "ping");
  await room.expect("bob: how large?");
  await room.say("ann", "yes");
  await room.expect("done");
  await bed.clock.advance("10s");
  await room.expectNothing();
  await room.say("bob", "small");
  await room.expectNothing();
});

test("a question that nobody answers expires, and a handler may say so", async () => {
  await using bed = await testbed({ plugins: [wizard] });
  const room = bed.channel("#games");
  await room.say("ann", "!name");
  await room.expect("ann: who are you?");
  await bed.clock.advance("59s");
  await room.expectNothing();
  await bed.clock.advance("1s");
  await room.expect("no name: timeout");
  const ways = [
    ["cancel", "no name: cancel"],
    ["!egg", "no name: command"],
  ] as const;
  for (const [said, answer] of ways) {
    await room.say("ann", "!name");
    await room.expect("ann: who are you?");
    await room.say("ann", said);
    await room.expect(answer);
  }
  await room.say("ann", "!name");
  await room.expect("ann: who are you?");
  await room.say("ann", "!name");
  await room.expect("no name: command");
  await room.expect("ann: who are you?");
  await room.say("ann", "Ann");
  await room.expect("hello Ann");
});

test("a handler may wait longer than it may work", async () => {
  await using bed = await testbed({ plugins: [wizard] });
  const room = bed.channel("#games");
  await room.say("ann", "!egg");
  await room.say("bob", "ping");
  await room.expect("pong");
  await bed.clock.advance("4m59s");
  await room.expectNothing();
  await bed.clock.advance("1s");
  await room.expect("ann: your egg is done");
  await room.say("ann", "!stuck");
  await room.say("bob", "ping");
  await bed.clock.advance("29s");
  await room.expectNothing();
  await bed.clock.advance("1s");
  await room.expect(/^ann: something went wrong \([0-9a-z]{4}\)$/);
  await room.expect("pong");
});
