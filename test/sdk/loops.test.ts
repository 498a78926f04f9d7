/** A plugin and a bot that answers it: the bot is ignored, people and plain events are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plugin } from "@seabird-chat/sdk";
import { type Testbed, type TestbedOptions, testbed } from "@seabird-chat/testkit";

const parrot = plugin("parrot");
parrot.command("echo", "says it again", ({ arg, reply }) => reply(`echo ${arg}`));
parrot.command("name", "asks for a name, until it is ann", async ({ ask, reply }) => {
  let name = "";
  while (name !== "ann") name = await ask("who?");
  await reply("hello ann");
});
parrot.command("shrug", "shrugs", ({ action }) => action("shrugs"));
parrot.hears(/^echo/, ({ text, reply }) => reply(`${text}, ${text.length}`));

const counter = plugin("counter");
let seen: string[] = [];
counter.on("message", ({ user, text }) => void seen.push(`${user.displayName} ${text}`));
counter.on("privateMessage", ({ user, text }) => void seen.push(`${user.displayName} ${text}`));
counter.hears(/^count$/, ({ reply }) => reply(String(seen.length)));

const start = (options: Partial<TestbedOptions> = {}) => {
  seen = [];
  return testbed({ plugins: [parrot, counter], ignoreLoops: true, ...options });
};

interface Room {
  say(text: string): Promise<unknown>;
  expect(text: RegExp): Promise<unknown>;
  expectAction(text: RegExp): Promise<unknown>;
}

/** The bot answers each answer; returns how many it got until there was none. */
async function loop(
  bed: Testbed,
  room: Room,
  lines: (time: number) => string = (time) => `echo ${time}`,
): Promise<number> {
  for (let time = 0; time < 50; time++) {
    const before = bed.sent.length;
    await room.say(lines(time));
    await bed.idle();
    if (bed.sent.length === before) return time;
    if (bed.sent[before]?.kind === "action") await room.expectAction(/./);
    else await room.expect(/./);
    await bed.clock.advance(100);
  }
  return Number.POSITIVE_INFINITY;
}

/** A channel in which one user speaks. */
function as(bed: Testbed, who: string): Room {
  const channel = bed.channel("#c");
  return {
    say: (text: string) => channel.say(who, text),
    expect: (text: RegExp) => channel.expect(text),
    expectAction: (text: RegExp) => channel.expectAction(text),
  };
}

const KINDS: readonly (readonly [what: string, lines: (time: number) => string])[] = [
  ["hears", (time) => `echo ${time}`],
  ["commands", (time) => `!echo ${time}`],
  ["actions", () => "!shrug"],
  ["answers to questions", (time) => (time === 0 ? "!name" : `bob ${time}`)],
  ["all of them in turn", (time) => ["!echo 1", "echo 2", "!shrug", "!name"][time % 4] ?? ""],
];

for (const [what, lines] of KINDS) {
  test(`a loop of ${what} ends after ten exchanges`, async () => {
    await using bed = await start();
    const rounds = await loop(bed, as(bed, "bot"), lines);
    // The tenth answer to a question has arrived before it tells that it is a loop.
    assert.ok(rounds === 10 || rounds === 11, `${rounds} rounds`);
    const room = bed.channel("#c");
    await room.say("ann", "!echo me");
    await room.expect("echo me");
    await room.say("bot", "!echo me");
    await room.expectNothing();
    await bed.clock.advance("60s");
    await room.say("bot", "!echo me");
    await room.expect("echo me");
  });
}

test("what a speaker says who is ignored still reaches `on`, and other plugins", async () => {
  await using bed = await start();
  const room = bed.channel("#c");
  const rounds = await loop(bed, as(bed, "bot"));
  assert.equal(seen.length, rounds + 1);
  await room.say("bot", "still here");
  await bed.idle();
  assert.equal(seen.at(-1), "bot still here");
  await room.say("bot", "count");
  await room.expect(String(rounds + 3));
  const elsewhere = bed.channel("#d");
  await elsewhere.say("bot", "!echo here");
  await elsewhere.expect("echo here");
});

test("a private conversation that loops is ended, and the channel goes on", async () => {
  await using bed = await start();
  const chat = bed.private("bot");
  const rounds = await loop(bed, chat);
  assert.equal(rounds, 10);
  await chat.say("!echo 1");
  await chat.expectNothing();
  const room = bed.channel("#c");
  await room.say("bot", "!echo 1");
  await room.expect("echo 1");
});

test("an answer to a question does not count while its giver is ignored", async () => {
  await using bed = await start();
  const room = bed.channel("#c");
  await room.say("bot", "!name");
  await room.expect("bot: who?");
  for (let time = 0; time < 10; time++) {
    await room.say("bot", `bob ${time}`);
    await room.expect("bot: who?");
  }
  await room.say("bot", "ann");
  await room.expectNothing();
  await bed.clock.advance("61s");
});

test("two bots of ours, whose texts differ, on two networks", async () => {
  await using bed = await start({ backends: ["irc/one", "irc/two"] });
  const [one, two] = [bed.channel("#c", "irc/one"), bed.channel("#c", "irc/two")];
  await one.say("wren", "echo");
  let answers = 0;
  for (let from = one; answers < 100; answers++) {
    await bed.idle();
    const last = bed.sent[answers];
    if (last === undefined) break;
    await from.expect(/./);
    const [to, who] = from === one ? ([two, "finch"] as const) : ([one, "wren"] as const);
    await bed.clock.advance(300);
    await to.say(who, last.text);
    from = to;
  }
  assert.ok(answers >= 10 && answers <= 30, `${answers} answers`);
});

test("three commands at once, five people, and the same text again and again are answered", async () => {
  await using bed = await start();
  const room = bed.channel("#c");
  for (let time = 0; time < 3; time++) {
    await room.say("ann", "!echo ping");
    await room.expect("echo ping");
    await bed.clock.advance(400);
  }
  for (const who of ["ann", "bob", "cid", "dan", "eve"]) {
    await room.say(who, "!echo rules");
    await room.expect("echo rules");
    await bed.clock.advance(3_000);
  }
});

test("a line that no handler wants comes between the exchanges of a loop all the same", async () => {
  const deaf = plugin("deaf");
  deaf.command("echo", "says it again", ({ arg, reply }) => reply(`echo ${arg}`));
  await using bed = await start({ plugins: [deaf] });
  const bot = as(bed, "bot");
  const interrupted: Room = {
    ...bot,
    say: async (text) => {
      await bed.channel("#c").say("ann", "you two");
      await bot.say(text);
    },
  };
  const lines = (time: number) => `!echo ${time}`;
  assert.equal(await loop(bed, interrupted, lines), Number.POSITIVE_INFINITY);
  assert.ok((await loop(bed, bot, lines)) <= 11);
});

test("bots that react and edit in turn end after ten exchanges, and what they say is still heard", async () => {
  const eager = plugin("eager");
  let deeds = 0;
  eager.on(["reaction", "messageEdited"], async (ctx) => {
    deeds += 1;
    await ctx.react("👍");
  });
  await using bed = await start({ plugins: [eager, counter] });
  const room = bed.channel("#c");
  bed.user("bot", { isBot: true });
  const said = await room.say("bot", "hi");
  for (let time = 0; time < 30; time++) {
    if (time % 2 === 0) await said.react("bot", "👍");
    else await said.edit(`hi ${time}`);
    await bed.idle();
    if (time < 10) await room.expectReaction("👍");
    await bed.clock.advance(100);
  }
  await room.expectNothing();
  assert.equal(deeds, 10);
  await said.react("ann", "👍");
  await room.expectReaction("👍");
  await room.say("bot", "still here");
  assert.equal(seen.at(-1), "bot still here");
  await bed.clock.advance("60s");
  await said.react("bot", "👎");
  await room.expectReaction("👍");
  assert.ok(bed.log.find("a user is ignored"));
});

test("a plugin that answers its own reactions and edits ends too", async () => {
  const vain = plugin("vain");
  vain.on("reaction", (ctx) => ctx.react("👍"), { includePlugins: true });
  vain.on("messageEdited", (ctx) => ctx.reply("!", { replyTo: true }), { includePlugins: true });
  vain.command("go", "begins", async (ctx) => {
    const sent = await ctx.reply("0");
    await sent.react("👍");
  });
  await using bed = await start({ plugins: [vain] });
  const room = bed.channel("#c");
  await room.say("ann", "!go");
  await bed.idle();
  await room.expect("0");
  for (let time = 0; time <= 10; time++) await room.expectReaction("👍");
  await room.expectNothing();
  assert.ok(bed.log.find("a user is ignored"));
});
