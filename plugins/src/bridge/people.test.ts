/** People who are named in the settings, and those whom `who` and `whois` tell of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { bridge } from "./index.ts";

const [IRC, MATRIX] = ["irc://my-net/#lobby", "matrix://home/#lobby:example.org"];

async function world(settings: object) {
  const bed = await testbed({
    plugins: [bridge],
    backends: [
      { name: "irc/my-net", without: ["persona"] },
      { name: "matrix/home", metadata: { user_ids: "verified" } },
    ],
    config: { bridge: { links: { lobby: [IRC, MATRIX] }, database: ":memory:", ...settings } },
  });
  const irc = bed.channel("#lobby");
  const matrix = bed.channel("#lobby:example.org", "matrix/home");
  return { bed, irc, matrix, [Symbol.asyncDispose]: () => bed.close() };
}

test("ids of people and accounts count however they are written", async () => {
  const admins = ["matrix://home/@ann:example.org", "account:bob@irc://my-net"];
  const ignore = { people: ["matrix://home/@spam:example.org", "irc://my-net/%73pam"] };
  await using w = await world({ admins, ignore });
  const ann = w.bed.private("@ann:example.org", "matrix/home");
  await ann.say("!bridge status");
  await ann.expect(/^lobby \(open\)/);
  w.bed.user("bob", { account: "bob" });
  const bob = w.bed.private("bob", "irc/my-net");
  await bob.say("!bridge status");
  await bob.expect(/^lobby \(open\)/);
  await w.matrix.say("@spam:example.org", "cheap");
  await w.irc.say("spam", "cheaper");
  for (const side of [w.irc, w.matrix]) await side.expectNothing();
});

test("`who` and `whois` tell where people are heard, of those who are heard there", async () => {
  await using w = await world({ links: { news: { from: IRC, to: MATRIX } } });
  await w.irc.say("ann", "hello");
  await w.matrix.expect("hello");
  await w.matrix.say("eve", "!bridge who");
  await w.matrix.expect("#lobby (my-net): a\u200bnn");
  const thread = w.bed.channel("thread", { backend: "matrix/home", parent: "#lobby:example.org" });
  await thread.say("eve", "!bridge whois ann");
  await thread.expect("ann (my-net) is irc://my%2Dnet/ann, heard in #lobby");
  await w.irc.say("ann", "!bridge who");
  await w.irc.expect("ann: nobody of another channel is heard here");
  for (const words of ["!bridge who", /nobody of another channel/]) await w.matrix.expect(words);
});

test("who is ignored is so in all that they do, and a bot that is not carried over too", async () => {
  const ignore = { people: ["spam"] };
  await using w = await world({ ignore, joins: true, reactions: "line" });
  w.bed.user("helper", { isBot: true });
  const said = await w.irc.say("ann", "hello");
  const copy = await w.matrix.expect("hello");
  for (const who of ["spam", "helper"]) {
    await said.react(who, "👍");
    await w.irc.typing(who);
    await w.irc.join(who);
    await w.bed.clock.advance("5s");
    await w.matrix.expectNothing();
    assert.equal(w.matrix.isTyping, false);
  }
  await said.react("bob", "👍");
  await w.matrix.expectReaction("👍", copy);
  for (const who of ["spam", "bob"]) await w.irc.leave(who);
  await w.bed.clock.advance("5s");
  await w.matrix.expect("* b\u200bob left");
});
