/** People of the same name are told apart, and neither names nor answers steer or notify anybody. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext, test } from "node:test";
import { inlineCode, plugin, text } from "@seabird-chat/sdk";
import { type TestChannel, testbed } from "@seabird-chat/testkit";
import { bridge } from "./index.ts";
import { looksLikeCommand, personName } from "./shown-name.ts";
import { SilentNames } from "./silent-names.ts";

const LINKS = { lobby: ["irc://libera/#lobby", "matrix://home/#lobby"] };

const echo = plugin("echo");
echo.command("echo", "says it again", (ctx) => ctx.reply(ctx.arg));

async function world(settings: object = {}) {
  const bed = await testbed({
    plugins: [bridge, echo],
    backends: [{ name: "irc/libera", without: ["persona"] }, "matrix/home"],
    config: { bridge: { links: LINKS, database: ":memory:", ...settings } },
  });
  const [irc, matrix] = [bed.channel("#lobby"), bed.channel("#lobby", "matrix/home")];
  return { bed, irc, matrix, [Symbol.asyncDispose]: () => bed.close() };
}

async function databaseFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bridge-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "bridge.db");
}

describe("people of the same name", () => {
  const ANN = "@ann:example.org";

  it("are told apart once both have spoken, also after a restart, by what is stable", async (t) => {
    await using w = await world({ database: await databaseFile(t) });
    for (const id of [ANN, "@eve:example.org", "@ann:evil.example"]) {
      w.bed.user(id, { displayName: "Ann" });
    }
    let said = 0;
    const lines = async (...pairs: readonly (readonly [id: string, name: string])[]) => {
      for (const [id, name] of pairs) {
        const words = `line ${++said}`;
        await w.matrix.say(id, words);
        await w.irc.expect(`<A\u200bnn${name} (home)> ${words}`);
      }
    };
    await lines([ANN, ""], [ANN, ""], ["@eve:example.org", " [eve]"], [ANN, " [ann]"]);
    await w.irc.say("bob", "!bridge whois Ann [eve]");
    await w.irc.expect(/^Ann \[eve\] \(home\) is matrix:\/\/home\/%40eve/);
    await w.bed.restartPlugin("bridge");
    await w.matrix.expect("!bridge whois Ann [eve]");
    await w.matrix.expect(/^A\u200bnn \[eve\]/);
    await lines([ANN, " [ann]"], ["@ann:evil.example", " [@ann:evil.example]"]);
    await lines([ANN, " [@ann:example.org]"]);
    w.bed.user("@mallory:example.org", { displayName: `Ann [${ANN}]` });
    await lines(["@mallory:example.org", ` [${ANN}] [mallory]`], [ANN, ` [${ANN}]`]);
  });

  it("are left alone where the network tells them apart, or long after each other", async () => {
    await using w = await world();
    for (const id of ["ann1", "ann2"]) {
      w.bed.user(id, { displayName: "Ann" });
    }
    await w.matrix.say("ann1", "hi");
    await w.irc.expect("<A\u200bnn (home)> hi");
    await w.bed.clock.advance("25h");
    await w.matrix.say("ann2", "hi");
    await w.irc.expect("<A\u200bnn (home)> hi");
    await w.irc.say("Ann", "hello");
    assert.equal((await w.matrix.expect("hello")).persona?.displayName, "Ann (libera)");
  });
});

test("`who` names the people of the other sides, `whois` all who have a name", async () => {
  const links = { lobby: ["irc://libera/#lobby", "irc://oftc/#lobby", "matrix://home/#lobby"] };
  const backends = ["irc/libera", "irc/oftc", "matrix/home"].map((name) => ({
    ...{ name, without: ["persona"], metadata: { nick: "bird" } },
  })) as { name: string; without: ["persona"] }[];
  const config = { bridge: { links, database: ":memory:" } };
  await using bed = await testbed({ plugins: [bridge], backends, config });
  const [libera, oftc, matrix] = ["irc/libera", "irc/oftc", "matrix/home"].map((name) =>
    bed.channel("#lobby", name),
  ) as [TestChannel, TestChannel, TestChannel];
  const heard = async (words: string | RegExp, ...sides: readonly TestChannel[]) => {
    for (const side of sides) await side.expect(words);
  };
  await oftc.join("bird");
  for (const side of [libera, oftc]) {
    await side.join("ann");
    await side.say("ann", "hi");
    await heard(/hi$/, ...[libera, oftc, matrix].filter((each) => each !== side));
  }
  await matrix.say("bob", "!bridge who");
  await heard(/!bridge who$/, libera, oftc);
  await heard("#lobby (libera): a\u200bnn\n#lobby (oftc): a\u200bnn", matrix, libera, oftc);
  await matrix.say("bob", "!bridge whois ann");
  await heard(/!bridge whois ann$/, libera, oftc);
  const people = ["oftc", "libera"].map((id) => `(${id}) is irc://${id}/ann, heard in #lobby`);
  await heard(`ann ${people.join("\nann ")}`, matrix);
  await heard(`a\u200bnn ${people.join("\na\u200bnn ")}`, libera, oftc);
});

describe("what a bot on the other side may take for a command", () => {
  it("has a name in front, of the bot too; and no name begins so", async () => {
    await using w = await world();
    w.bed.user("eve", { displayName: "!op eve" });
    await w.matrix.say("eve", "!op eve");
    await w.irc.expect("<o\u200bp eve (home)> !op eve");
    await w.matrix.say("ann", "!echo !op ann");
    await w.matrix.expect("!op ann");
    await w.irc.expect("<a\u200bnn (home)> !echo !op ann");
    await w.irc.expect(/^<\S+ \(home\)> !op a\u200b?nn$/);
    await w.matrix.say("ann", "!echo ... well, - no");
    await w.irc.expect(/!echo/);
    for (const side of [w.matrix, w.irc]) await side.expect("... well, - no");
  });

  it("is no name that is left empty, and no line without a word", () => {
    assert.equal(personName("!!!", "~eve"), "eve");
    assert.equal(personName("/", "-"), "somebody");
    assert.equal(personName("-- ann --", ""), "ann --");
    for (const words of ["!op", "well\n.kick ann", "/me"]) assert.ok(looksLikeCommand(words));
    for (const words of ["op", "- item", "...", "-5", "3 !op"]) assert.ok(!looksLikeCommand(words));
  });
});

describe("the answer of a plugin", () => {
  it("does not notify somebody else of that name on the other side", async () => {
    await using w = await world();
    await w.irc.say("ann", "I am here");
    await w.matrix.expect("I am here");
    await w.matrix.say("ann", "!echo Ann: pong");
    await w.matrix.expect("Ann: pong");
    await w.irc.expect(/!echo Ann: pong$/);
    await w.irc.expect("A\u200bnn: pong");
    await w.matrix.say("bob", "Ann: are you there?");
    await w.irc.expect("<b\u200bob (home)> Ann: are you there?");
  });

  it("keeps what has to be copied, and other words, whatever names there are", () => {
    const names = new SilentNames(["ann", "Ann Lee", "roll", "[x]", "x", "example", ""]);
    const written = (words: string) => {
      const { inner } = names.in(text(words));
      return inner.case === "text" ? inner.value.text.replaceAll("\u200b", "|") : "";
    };
    const rows: readonly (readonly [words: string, written: string])[] = [
      ["ann: pong", "a|nn: pong"],
      ["@ANN, (ann) ann's", "@A|NN, (a|nn) a|nn's"],
      ["Ann Lee and ann", "A|nn Lee and a|nn"],
      ["annika, joann, x", "annika, joann, x"],
      ["try !roll 2d6 or roll", "try !roll 2d6 or r|oll"],
      ["https://example/ann [x]", "https://example/ann [|x]"],
      ["tea@ann.example, #ann:x and ann.", "tea@ann.example, #ann:x and a|nn."],
    ];
    for (const [words, wanted] of rows) assert.equal(written(words), wanted);
    const code = inlineCode("ann");
    assert.equal(names.in(code), code);
  });
});
