/** Nothing reaches ears that it is not meant for, and nobody looks like somebody else. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { bridge } from "./index.ts";

const OPS = ["irc://libera/#ops", "matrix://home/#ops"];
const LOBBY = ["irc://libera/#lobby", "matrix://home/#lobby"];

async function world(links: object, settings: object = {}) {
  const bed = await testbed({
    plugins: [bridge],
    backends: [{ name: "irc/libera", without: ["persona"] }, "matrix/home"],
    config: { bridge: { links, database: ":memory:", ...settings } },
  });
  return { bed, [Symbol.asyncDispose]: () => bed.close() };
}

describe("private channels", () => {
  it("are not told of by `whois` and `who` where they do not lead", async () => {
    const links = { lobby: LOBBY, ops: { channels: OPS, private: true } };
    await using w = await world(links);
    const [ops, ircOps] = [
      w.bed.channel("#ops", { backend: "matrix/home", isPrivate: true }),
      w.bed.channel("#ops", { backend: "irc/libera", isPrivate: true }),
    ];
    const [irc, matrix] = [w.bed.channel("#lobby"), w.bed.channel("#lobby", "matrix/home")];
    await ops.say("eve", "secret");
    await ircOps.expect(/secret$/);
    await irc.say("ann", "!bridge whois eve");
    await irc.expect("nobody of that name was carried over to here of late");
    for (const words of ["!bridge whois eve", /^nobody/]) await matrix.expect(words);
    await ircOps.say("bob", "!bridge whois eve");
    await ircOps.expect(/^eve \(home\) is matrix:\/\/home\/eve, heard in #ops$/);
    for (const words of ["!bridge whois eve", /^eve/]) await ops.expect(words);
  });

  it("stay silent from the moment on at which they become private, but for deletions", async () => {
    await using w = await world({ lobby: LOBBY }, { joins: true, topics: true });
    const irc = w.bed.channel("#lobby");
    const matrix = w.bed.channel("#lobby", "matrix/home");
    const said = await matrix.say("ann", "hello");
    await irc.expect(/hello$/);
    await w.bed.changeChannel("#lobby", { backend: "matrix/home", isPrivate: true });
    await matrix.say("ann", "secret");
    await matrix.typing("ann");
    await matrix.join("eve");
    await said.react("bob", "👍");
    await said.edit("secret");
    await w.bed.clock.advance("10s");
    await irc.expectNothing();
    assert.equal(irc.isTyping, false);
    await irc.say("ann", "hello");
    await matrix.expectNothing();
    await said.delete();
    await irc.expectDeletion();
  });
});
