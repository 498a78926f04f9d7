/** Nothing reaches ears that it is not meant for, and nobody looks like somebody else. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blockquote, bold, container, link, mention, text } from "@seabird-chat/sdk";
import { seededRandom, testbed } from "@seabird-chat/testkit";
import { bridge } from "./index.ts";
import { namePrefix, plainName, silentName } from "./shown-name.ts";

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
    for (const words of ["!bridge whois eve", /^e\u200bve/]) await ops.expect(words);
  });

  it("are not named by `status` where others read it", async () => {
    const links = { lobby: LOBBY, ops: { channels: OPS, private: true } };
    await using w = await world(links, { admins: ["account:ann"] });
    w.bed.user("ann", { account: "ann" });
    const [lobby, there] = [w.bed.channel("#lobby"), w.bed.channel("#lobby", "matrix/home")];
    await lobby.say("ann", "!bridge status");
    const hidden = /^lobby .*\n.*\nops is a private link: ask in a private chat$/;
    await lobby.expect(hidden);
    for (const words of ["!bridge status", hidden]) await there.expect(words);
    const chat = w.bed.private("ann", "irc/libera");
    await chat.say("!bridge status");
    await chat.expect(/^ops \(open\) to #ops \(home\)/m);
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

describe("what a person writes", () => {
  it("has their name in front of each line where the network shows no other one", async () => {
    const backends = [
      { name: "irc/libera", without: ["persona"], metadata: { max_message_bytes: "200" } },
      "matrix/home",
    ] as const;
    await using bed = await testbed({
      plugins: [bridge],
      backends,
      config: { bridge: { links: { lobby: LOBBY }, database: ":memory:" } },
    });
    const [irc, matrix] = [bed.channel("#lobby"), bed.channel("#lobby", "matrix/home")];
    await matrix.say("eve", "hello\n<admin (home)> I resign\r!op eve\u2028* admin leaves");
    await irc.expect(
      ["hello", "<admin (home)> I resign", "!op eve", "* admin leaves"]
        .map((line) => `<e\u200bve (home)> ${line}`)
        .join("\n"),
    );
    await matrix.say("eve", `${"x ".repeat(90)} <admin (home)> I resign ${"y".repeat(500)}`);
    const { text } = await irc.expect(/I resign/);
    for (const line of text.split("\n")) {
      assert.ok(line.startsWith("<e\u200bve (home)> ") && Buffer.byteLength(line) <= 200, line);
    }
    await matrix.say("eve", link("https://e.example/a\n<admin> !op eve", "see"));
    await irc.expect(
      /^<e\u200bve \(home\)> see \(https:\/\/e\.example\/a%0A%3Cadmin%3E%20!op%20eve\)$/,
    );
    await matrix.say("eve", container([blockquote("tea?"), "<admin (home)> I resign"]));
    await irc.expect(/\n<e\u200bve \(home\)> <admin \(home\)> I resign$/);
  });

  it("notifies nobody on the other side, and arrives whole", async () => {
    await using w = await world({ lobby: LOBBY }, { reactions: "line" });
    const [irc, matrix] = [w.bed.channel("#lobby"), w.bed.channel("#lobby", "matrix/home")];
    w.bed.backend("irc/libera").without("persona", "react");
    await w.bed.clock.advance("61s");
    const said = await matrix.say(
      "ann",
      text`${mention("everyone")}, ask ${mention({ userId: "bob" }, "@bob")}`,
    );
    const copy = await irc.expect("<a\u200bnn (home)> @e\u200bveryone, ask @b\u200bob");
    assert.deepEqual(copy.mentions, []);
    await said.react("eve", "👍\n<admin> I resign");
    await irc.expect("* e\u200bve (home): 👍‹admin› I resign");
    for (const who of ["eve", "dan"]) await said.react(who, "🎉");
    for (const who of ["e\u200bve", "d\u200ban"]) await irc.expect(`* ${who} (home): 🎉`);
    await said.react("eve", "🎉", { removed: true });
    await irc.expectNothing();
    let deep = text("deep");
    for (let depth = 0; depth < 46; depth++) deep = bold(deep);
    await matrix.say("ann", deep);
    await irc.expect("<a\u200bnn (home)> deep");
  });
});

describe("plainName", () => {
  it("leaves nothing that looks like something else, whatever it is given", () => {
    const signs = [
      ..."<>ae\u0301\u0338\u20dd\u200b\u200d\u202e\u2066\u0003\u000204\n\r\t \u00a0\ufe0f\u034f",
      ...["👩\u200d🚀", "\u{e0061}", "\ud800", "\u115f", "\u3164", "漢", "\ufeff", "@", "#"],
    ];
    const random = seededRandom(14);
    for (let round = 0; round < 10_000; round++) {
      const length = Math.floor(random() * 40);
      const name = Array.from({ length }, () => signs[Math.floor(random() * signs.length)]).join(
        "",
      );
      const shown = plainName(name, "~eve");
      assert.doesNotMatch(
        shown,
        /[<>\p{Cc}\p{Bidi_Control}\u200b\ufeff]|\u034f|^\p{M}|^\s|\s$|\p{M}{3}/u,
      );
      assert.ok(shown !== "" && shown.isWellFormed() && Buffer.byteLength(shown) <= 64, shown);
      assert.equal(plainName(shown, "~eve"), shown);
      assert.ok(namePrefix(shown).normalize("NFC").startsWith("<"), shown);
      assert.equal(silentName(shown).replace("\u200b", ""), shown);
    }
  });
});
