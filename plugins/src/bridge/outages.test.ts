/** The bridge while networks are away, across restarts, and against loops. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { plugin } from "@seabird-chat/sdk";
import { testbed } from "@seabird-chat/testkit";
import { bridge } from "./index.ts";

const IRC = "irc://libera/#lobby";
const MATRIX = "matrix://home/#lobby:example.org";

async function world(
  options: {
    database?: string;
    plugins?: readonly ReturnType<typeof plugin>[];
    settings?: object;
  } = {},
) {
  const bed = await testbed({
    plugins: [bridge, ...(options.plugins ?? [])],
    backends: ["irc/libera", "matrix/home"],
    config: {
      bridge: {
        links: { lobby: [IRC, MATRIX] },
        database: options.database ?? ":memory:",
        ...options.settings,
      },
    },
  });
  return {
    bed,
    irc: bed.channel("#lobby", "irc/libera"),
    matrix: bed.channel("#lobby:example.org", "matrix/home"),
    [Symbol.asyncDispose]: () => bed.close(),
  };
}

async function databaseFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bridge-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "bridge.db");
}

test("a network that is away gets everything when it is back, once and in order", async () => {
  await using w = await world();
  await w.bed.backend("matrix/home").lost("ping timeout");
  for (const n of [1, 2, 3]) {
    w.bed.backend("matrix/home").failNext("send", "#lobby:example.org", "matrix is not connected");
    await w.irc.say("ann", `line ${n}`);
  }
  await w.bed.backend("matrix/home").back();
  await w.bed.clock.advance("40s");
  for (const n of [1, 2, 3]) await w.matrix.expect(`line ${n}`);
});

test("what is deleted while a network is away is not said there later", async () => {
  await using w = await world();
  const first = await w.irc.say("ann", "first");
  const copy = await w.matrix.expect("first");
  await w.bed.backend("matrix/home").lost("ping timeout");
  w.bed.backend("matrix/home").failNext("send", "#lobby:example.org", "matrix is not connected");
  const said = [];
  for (const words of ["oops", "oh no"]) {
    said.push(await w.irc.say("ann", words));
    await said.at(-1)?.edit(`${words}!`);
  }
  await first.edit("first of all");
  await w.irc.say("ann", "sorry");
  for (const each of [...said, first]) await each.delete();
  await w.bed.backend("matrix/home").back();
  await w.bed.clock.advance("40s");
  await w.matrix.expect("sorry");
  await w.matrix.expectDeletion(copy);
});

test("a restart finds yesterday's message, and delivers what waited", async (t) => {
  await using w = await world({ database: await databaseFile(t) });
  const said = await w.irc.say("ann", "helo");
  const copy = await w.matrix.expect("helo");
  await w.bed.backend("matrix/home").lost("ping timeout");
  w.bed.backend("matrix/home").failNext("send", "#lobby:example.org", "matrix is not connected");
  await w.irc.say("ann", "and this waits");
  await w.bed.restartPlugin("bridge");
  await w.bed.backend("matrix/home").back();
  await w.bed.clock.advance("40s");
  await w.matrix.expect("and this waits");
  await said.edit("hello");
  await w.matrix.expectEdit("hello", copy);
});

test("an answer crosses while the storage cannot be read, with a quotation", async (t) => {
  const database = await databaseFile(t);
  await using w = await world({ database });
  const said = await w.irc.say("ann", "tea?");
  await w.matrix.expect("tea?");
  await w.bed.restartPlugin("bridge");
  const other = new DatabaseSync(database);
  other.exec("drop table copy");
  other.close();
  await w.irc.say("bob", "yes", { replyTo: said });
  await w.matrix.expect("> a\u200bnn: tea?\nyes");
});

test("what waited over a restart is answered and edited as soon as it has arrived", async (t) => {
  await using w = await world({ database: await databaseFile(t) });
  w.bed.backend("matrix/home").answersAfter(Number.POSITIVE_INFINITY);
  const said = await w.irc.say("ann", "tea?");
  await w.irc.say("bob", "yes", { replyTo: said });
  await said.edit("coffee?");
  await w.bed.restartPlugin("bridge");
  w.bed.backend("matrix/home").answersAfter(0);
  await w.bed.clock.advance("1m");
  const copy = await w.matrix.expect("tea?");
  assert.equal((await w.matrix.expect("yes")).replyTo?.id, copy.id);
  await w.matrix.expectEdit("coffee?", copy);
});

test("a change that a network refuses, as of a message deleted there, is no failure of its channel", async () => {
  await using w = await world();
  const said = await w.irc.say("ann", "tea?");
  await w.matrix.expect("tea?");
  for (const kind of ["react", "edit"] as const) {
    w.bed.backend("matrix/home").failNext(kind, "#lobby:example.org", "there is no message m1");
  }
  await said.react("bob", "👍");
  await said.edit("coffee?");
  await w.irc.say("ann", "and on");
  await w.matrix.expect("and on");
});

test("answers of other plugins cross, and can be edited there", async () => {
  const ping = plugin("ping");
  ping.command("ping", "answers", async (ctx) => {
    const sent = await ctx.reply("pong");
    await sent.edit("pong!");
  });
  await using w = await world({ plugins: [ping] });
  await w.irc.say("ann", "!ping me");
  await w.matrix.expect("!ping me");
  const answer = await w.irc.expect("pong");
  await w.irc.expectEdit("pong!", answer);
  const copy = await w.matrix.expect("pong");
  await w.matrix.expectEdit("pong!", copy);
});

test("the same text again and again pauses the link for a minute, and says so", async () => {
  await using w = await world();
  for (let n = 0; n < 6; n++) await w.irc.say("ann", "spam");
  for (let n = 0; n < 3; n++) await w.matrix.expect("spam");
  const why = /the bridge "lobby" pauses for a minute: the same text came 4 times/;
  await w.matrix.expect(why);
  await w.irc.expect(why);
  await w.bed.clock.advance("61s");
  await w.irc.say("ann", "hello again");
  await w.matrix.expect("hello again");
});

test("a private channel crosses only in a link that says so", async () => {
  const channels = ["irc://libera/#ops", MATRIX];
  for (const isAllowed of [false, true]) {
    const links = { lobby: { channels, private: isAllowed } };
    await using w = await world({ settings: { links } });
    const ops = w.bed.channel("#ops", { backend: "irc/libera", isPrivate: true });
    await ops.say("ann", "secret");
    if (isAllowed) await w.matrix.expect("secret");
    else await w.matrix.expectNothing();
    await w.matrix.say("bob", "hello");
    if (isAllowed) await ops.expect("hello");
    else await ops.expectNothing();
  }
});

test("people without the right cannot pause a link, admins can, also over a restart", async (t) => {
  const settings = { admins: ["account:alice"] };
  await using w = await world({ settings, database: await databaseFile(t) });
  w.bed.user("alice", { account: "alice" });
  await w.irc.say("bob", "!bridge pause");
  await w.matrix.expect("!bridge pause");
  await w.irc.expect(/only the bridge's admins/);
  await w.matrix.expect(/only the bridge's admins/);
  await w.irc.say("alice", "!bridge pause lobby");
  await w.matrix.expect("!bridge pause lobby");
  await w.irc.expect("paused: lobby");
  await w.irc.say("bob", "nobody hears this");
  await w.bed.restartPlugin("bridge");
  await w.irc.say("bob", "nor this");
  await w.irc.say("alice", "!bridge resume");
  await w.irc.expect("resumed: lobby");
  await w.matrix.expect("resumed: lobby");
  await w.irc.say("bob", "they hear this");
  await w.matrix.expect("they hear this");
  await w.bed.restartPlugin("bridge");
  await w.irc.say("bob", "and this");
  await w.matrix.expect("and this");
});

test("channels are linked and unlinked in the chat, and the links outlive a restart", async (t) => {
  const settings = { admins: ["account:alice"], links: {} };
  await using w = await world({ settings, database: await databaseFile(t) });
  w.bed.user("alice", { account: "alice" });
  await w.irc.say("bob", "nobody hears this");
  await w.matrix.expectNothing();
  await w.irc.say("alice", `!bridge link tea ${IRC} ${MATRIX}`);
  await w.irc.expect("linked as tea: #lobby (libera), #lobby:example.org (home)");
  await w.matrix.expect(/^linked as tea/);
  await w.bed.restartPlugin("bridge");
  await w.irc.say("bob", "they hear this");
  await w.matrix.expect("they hear this");
  await w.irc.say("alice", "!bridge unlink tea");
  await w.matrix.expect("!bridge unlink tea");
  await w.irc.expect(/really end the link tea\?/);
  await w.matrix.expect(/really end the link tea\?/);
  await w.irc.say("alice", "yes");
  await w.irc.expect("ended: tea");
  await w.irc.say("bob", "nobody hears this either");
  await w.matrix.expectNothing();
});
