/** The bridge between scripted networks, on the real core. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { walkBlocks } from "@seabird-chat/protocol";
import { bold, mention, text } from "@seabird-chat/sdk";
import { testbed } from "@seabird-chat/testkit";
import { bridge } from "./index.ts";
import { Links } from "./links.ts";

const IRC = "irc://libera/#lobby";
const MATRIX = "matrix://home/#lobby:example.org";

const PLAIN = ["persona", "edit", "delete", "react", "reply", "thread", "typing"] as const;

async function bridged(
  options: { without?: readonly (typeof PLAIN)[number][]; settings?: object } = {},
) {
  const bed = await testbed({
    plugins: [bridge],
    backends: [{ name: "irc/libera", without: options.without ?? PLAIN }, "matrix/home"],
    config: {
      bridge: { links: { lobby: [IRC, MATRIX] }, database: ":memory:", ...options.settings },
    },
  });
  const irc = bed.channel("#lobby", "irc/libera");
  const matrix = bed.channel("#lobby:example.org", "matrix/home");
  return { bed, irc, matrix, [Symbol.asyncDispose]: () => bed.close() };
}

test("what is said on one side is said on the other, with its formatting and its name", async () => {
  await using world = await bridged();
  const { irc, matrix } = world;
  await irc.say("ann", text`so ${bold("what")}`);
  const copy = await matrix.expect("so **what**");
  assert.equal(copy.persona?.displayName, "ann (libera)");
  await matrix.say("bob", "hello");
  await irc.expect("<b\u200bob (home)> hello");
  await irc.act("ann", "waves");
  await matrix.expectAction("waves");
  await matrix.act("bob", "waves back");
  await irc.expect("* b\u200bob (home) waves back");
});

test("mentions cross as names that notify nobody, those of everyone too", async () => {
  await using world = await bridged();
  const { irc, matrix } = world;
  const whom = mention({ userId: "bob" }, bold("@bob"));
  await matrix.say("ann", text`${whom}, ${mention("everyone", "@room")}: ${bold("tea")}!`);
  const copy = await irc.expect("<a\u200bnn (home)> @b\u200bob, @r\u200boom: **tea**!");
  const cases = [...walkBlocks(copy.block)].map(({ inner }) => inner.case);
  assert.ok(!cases.includes("mention"), cases.join());
});

test("replies, edits, deletions and reactions find the copies", async () => {
  await using world = await bridged({ without: [] });
  const { irc, matrix } = world;
  const said = await irc.say("ann", "helo");
  const copy = await matrix.expect("helo");
  await said.edit("hello");
  await matrix.expectEdit("hello", copy);
  const answer = await matrix.say("bob", "hi", { replyTo: copy });
  const answerCopy = await irc.expect("hi");
  assert.equal(answerCopy.replyTo?.id, said.id);
  await answerCopy.react("ann", "👍");
  await matrix.expectReaction("👍", answer);
  await answerCopy.react("cid", "👍");
  await answerCopy.react("ann", "👍", { removed: true });
  await matrix.expectNothing();
  await answerCopy.react("cid", "👍", { removed: true });
  await matrix.expectReaction("👍", answer, { removed: true });
  await said.delete();
  await matrix.expectDeletion(copy);
});

test("with `reactions: line`, the bot shows an emoji once where it can", async () => {
  await using world = await bridged({ without: [], settings: { reactions: "line" } });
  const { irc, matrix } = world;
  const said = await irc.say("ann", "tea?");
  const copy = await matrix.expect("tea?");
  await said.react("bob", "👍");
  await matrix.expectReaction("👍", copy);
  await said.react("cid", "👍");
  await matrix.expectNothing();
});

test("an answer to a copy quotes who said the original, where there are no replies", async () => {
  const backends = [
    "matrix/home",
    { name: "irc/libera", without: ["persona"] as const },
    { name: "irc/old", without: PLAIN },
  ];
  const links = { lobby: [IRC, MATRIX, "irc://old/#lobby"] };
  const config = { bridge: { links, database: ":memory:" } };
  await using bed = await testbed({ plugins: [bridge], backends, config });
  const [irc, old] = [bed.channel("#lobby", "irc/libera"), bed.channel("#lobby", "irc/old")];
  const matrix = bed.channel("#lobby:example.org", "matrix/home");
  const asked = await matrix.say("bob", "tea?");
  const copy = await irc.expect("<b\u200bob (home)> tea?");
  await old.expect("<b\u200bob (home)> tea?");
  await irc.say("ann", "yes", { replyTo: copy });
  assert.equal((await matrix.expect("yes")).replyTo?.id, asked.id);
  await old.expect("> b\u200bob: tea?\n<a\u200bnn (libera)> yes");
});

test("networks of one name are told apart by their types", async () => {
  const channels = ["irc://home/#lobby", "matrix://home/#lobby"];
  const links = { lobby: channels, all: [...channels, "irc://other/#lobby"] };
  const { all } = new Links({ names: "{name} ({network})", links } as never);
  assert.deepEqual(
    all.map(({ names }) => names),
    ["{name} ({type})", "{name} ({type} {network})"],
  );
  const config = { bridge: { links: { lobby: channels }, database: ":memory:" } };
  const backends = ["irc/home", "matrix/home"];
  await using bed = await testbed({ plugins: [bridge], backends, config });
  await bed.channel("#lobby", "irc/home").say("ann", "hello");
  const copy = await bed.channel("#lobby", "matrix/home").expect("hello");
  assert.equal(copy.persona?.displayName, "ann (irc)");
});

test("two networks of one kind are bridged, also where their channels have the same name", async () => {
  const backends = ["irc/libera", "irc/oftc"].map((name) => ({
    ...{ name, without: PLAIN, metadata: { server: `${name}.example:6697` } },
  }));
  const links = { lobby: [IRC, "irc://oftc/#lobby"] };
  const config = { bridge: { links, database: ":memory:" } };
  await using bed = await testbed({ plugins: [bridge], backends, config });
  const there = bed.channel("#lobby", "irc/oftc");
  await bed.channel("#lobby", "irc/libera").say("ann", "hello");
  await there.expect("<a\u200bnn (libera)> hello");
});
