/** The kinds of the messages extension on the real core: what their handlers see, and who gets them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arg, mention, type Plugin, plugin, text } from "@seabird-chat/sdk";
import { type Testbed, testbed } from "@seabird-chat/testkit";

interface KindRow {
  readonly what: string;
  readonly plugin: (note: (line: string) => void) => Plugin;
  readonly go: (bed: Testbed) => Promise<unknown>;
  readonly noted: readonly string[];
}

const ROWS: readonly KindRow[] = [
  {
    what: "typing in a channel and in private",
    plugin: (note) =>
      plugin("x").on("typing", (ctx) =>
        note(`${ctx.channel?.name} ${ctx.backend.id} ${ctx.user.id} ${ctx.expiresMs}`),
      ),
    go: async (bed) => {
      await bed.channel("#a").typing("ann");
      await bed.private("ann").typing();
    },
    noted: [
      "#a irc://libera irc://libera/ann 10000",
      "undefined irc://libera irc://libera/ann 10000",
    ],
  },
  {
    what: "the results of sends",
    plugin: (note) =>
      plugin("x")
        .on("sendResult", (ctx) =>
          note(
            `${ctx.channel?.name} ${ctx.backend.id} ${ctx.messageIds} ${ctx.degraded} ${ctx.error}`,
          ),
        )
        .on("mention", async (ctx) => {
          await ctx.reply("lost").catch(() => undefined);
          await ctx.reply("one");
          await ctx.replyPrivately("two");
        }),
    go: async (bed) => {
      const room = bed.channel("#a");
      room.failNext("send", "no");
      await room.mention("ann", "go");
      await room.expect("one");
      await bed.private("ann").expect("two");
    },
    // The handler of the mention holds the channel's queue until it ends.
    noted: ["undefined irc://libera m3  ", "#a irc://libera   UNKNOWN", "#a irc://libera m2  "],
  },
  {
    what: "channels",
    plugin: (note) =>
      plugin("x").on("channel", ({ change, channel, backend }) =>
        note(
          `${change} ${channel.name} ${backend.id} ${channel.parent?.name} ${channel.isPrivate}`,
        ),
      ),
    go: async (bed) => {
      bed.channel("#a");
      bed.channel("#a:1", { parent: "#a" });
      bed.channel("ops", { isPrivate: true });
      await bed.idle();
    },
    noted: [
      "joined #a irc://libera undefined false",
      "joined #a:1 irc://libera #a false",
      "joined ops irc://libera undefined true",
    ],
  },
  {
    what: "backends",
    plugin: (note) =>
      plugin("x").on("backend", (ctx) => note(`${ctx.change} ${ctx.backend.id} ${ctx.reason}`)),
    go: async (bed) => {
      await bed.backend().lost("ping timeout");
      await bed.backend().back();
      await bed.disconnect("irc/libera");
      await bed.reconnected();
    },
    noted: [
      "networkLost irc://libera ping timeout",
      "networkBack irc://libera ",
      "disconnected irc://libera connection lost",
      "connected irc://libera ",
    ],
  },
  {
    what: "changes of users",
    plugin: (note) =>
      plugin("x").on("userChanged", ({ before, user, backend }) =>
        note(`${before.displayName} ${user.displayName} ${user.isBot} ${backend.id}`),
      ),
    go: (bed) => bed.changeUser("ann", { displayName: "Ann", isBot: true }),
    noted: ["ann Ann true irc://libera"],
  },
];

for (const { what, plugin: make, go, noted } of ROWS) {
  test(`a handler of ${what}`, async () => {
    const lines: string[] = [];
    await using bed = await testbed({ plugins: [make((line) => void lines.push(line))] });
    await go(bed);
    await bed.idle();
    assert.deepEqual(lines, noted);
  });
}

test("what plugins did reaches a handler with includePlugins only", async () => {
  const poll = plugin("poll");
  poll.command("poll", "changes a message", async (ctx) => {
    const sent = await ctx.reply("0");
    await sent.react("👍");
    await sent.edit("1");
    await sent.delete();
  });
  const noted: string[] = [];
  const quiet = plugin("quiet");
  const curious = plugin("curious");
  for (const kind of ["reaction", "messageEdited", "messageDeleted"] as const) {
    quiet.on(kind, (ctx) => void noted.push(`quiet ${ctx.kind} ${ctx.sender}`));
    const all = { includePlugins: true };
    curious.on(kind, (ctx) => void noted.push(`${ctx.kind} ${ctx.sender}`), all);
  }
  await using bed = await testbed({ plugins: [poll, quiet, curious] });
  const room = bed.channel("#a");
  await room.say("ann", "!poll");
  const sent = await room.expect("0");
  await room.expectReaction("👍", sent);
  await room.expectEdit("1", sent);
  await room.expectDeletion(sent);
  assert.deepEqual(noted.splice(0), ["reaction poll", "messageEdited poll", "messageDeleted poll"]);
  await sent.react("ann", "👍");
  assert.deepEqual(noted.sort(), ["quiet reaction ", "reaction "]);
});

test("a command in private keeps its mentions", async () => {
  const made = plugin("karma");
  made.command(
    "karma",
    { args: { who: arg.user(), why: arg.rest() } },
    async (ctx, { who, why }) => {
      const seen = ctx.argBlock === undefined ? [] : [ctx.argBlock.plain];
      await ctx.reply(`${who.id} ${why}; ${seen.join()}`);
    },
  );
  await using bed = await testbed({ plugins: [made] });
  const ann = bed.private("ann");
  const whom = mention({ userId: "u7" }, "@Bob Lee");
  await ann.say(text`karma ${whom} for nothing`);
  await ann.expect("irc://libera/u7 for nothing; @Bob Lee for nothing");
  await bed.channel("#a").say("ann", text`!karma ${whom} for nothing`);
  await bed.channel("#a").expect("irc://libera/u7 for nothing; @Bob Lee for nothing");
});

test("a person who has said nothing is found among the members of the channel", async () => {
  const made = plugin("who");
  made.command("who", { args: { who: arg.user() } }, (ctx, { who }) => ctx.reply(`${who.id}`));
  const rows = [
    [{}, "irc://libera/u7"],
    [{ without: ["members"] }, "undefined"],
  ] as const;
  for (const [options, id] of rows) {
    await using bed = await testbed({ plugins: [made], ...options });
    bed.user("bob", { id: "u7", displayName: "Bob" });
    bed.user("eve", { id: "u8", displayName: "Eve" });
    bed.user("eve2", { id: "u9", displayName: "eve" });
    const room = bed.channel("#a");
    for (const name of ["bob", "eve", "eve2"]) await room.join(name);
    await room.say("ann", "!who bob");
    await room.expect(id);
    await room.say("ann", "!who eve");
    await room.expect(id === "undefined" ? id : /"eve" is the name of several people/);
    // They are asked for again, but not for each command.
    await room.join("zed");
    await room.say("ann", "!who zed");
    await room.expect("undefined");
    await bed.clock.advance("30s");
    await room.say("ann", "!who zed");
    await room.expect(id === "undefined" ? id : "irc://libera/zed");
    room.failNext("members", "not now");
    await bed.clock.advance("30s");
    await room.say("ann", "!who nobody");
    await room.expect("undefined");
    await bed.private("ann").say("who nobody");
    await bed.private("ann").expect("undefined");
  }
});

test("a channel's parent and privacy are asked for", async () => {
  const made = plugin("info");
  made.command("info", "tells", async (ctx) => {
    const { name, parent, isPrivate, topic } = await ctx.channelInfo();
    await ctx.reply(`${name} ${parent?.name} ${isPrivate} ${topic}`);
  });
  await using bed = await testbed({ plugins: [made] });
  const rows = [
    [bed.channel("#a", { topic: "games" }), "#a undefined false games"],
    [bed.channel("#a:1", { parent: "#a" }), "#a:1 #a false "],
    [bed.channel("ops", { isPrivate: true }), "ops undefined true "],
  ] as const;
  for (const [room, line] of rows) {
    await room.say("ann", "!info");
    await room.expect(line);
  }
  await bed.private("ann").say("info");
  await bed.private("ann").expect("a private conversation has no channel");
  assert.ok(bed.log.find("command info needs what its network does not have"));
});
