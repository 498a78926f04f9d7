/** A person at a terminal: messages change in their place, and nothing that plugins do harms the screen. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { attachment, container, emoji, mention } from "@seabird-chat/protocol";
import { type Backendbed, backendbed } from "@seabird-chat/testkit";
import { terminalBackend } from "../../backends/terminal/src/backend.ts";
import { FakeTerminal } from "../../backends/terminal/test/fake-terminal.ts";
import { startCore } from "../support/core.ts";
import { PtyProgram } from "../support/pty.ts";
import { needPrograms } from "../support/servers.ts";

const ROOM = join(import.meta.dirname, "../../backends/terminal/bin/seabird-backend-terminal.js");

interface Sitting {
  readonly bed: Backendbed;
  readonly terminal: FakeTerminal;
  /** Types a line, which has been read when it resolves. */
  readonly type: (line: string) => Promise<unknown>;
  /** Waits until the whole screen but the two lines of welcome reads so. */
  readonly sees: (...lines: readonly string[]) => Promise<void>;
}

async function sitDown(t: TestContext): Promise<Sitting> {
  const terminal = new FakeTerminal({ columns: 100, rows: 24 });
  const { input, output } = terminal;
  const bed = await backendbed({
    backend: terminalBackend(() => ({ input, output, color: false, idPrefix: "run" })),
    config: { user: "ann", channel: "#t" },
  });
  t.after(() => bed.close());
  const type = (line: string) => {
    terminal.type(`${line}\r`);
    return new Promise(setImmediate);
  };
  const screen = () => terminal.screen.slice(2).join("\n");
  const sees = async (...lines: readonly string[]) => {
    const expected = lines.join("\n");
    await bed
      .until("the screen", () => screen() === expected)
      .catch(() => assert.equal(screen(), expected));
  };
  await sees("#t>");
  return { bed, terminal, type, sees };
}

const where = (bed: Backendbed) => ({ channelId: bed.absolute("#t") });

test("edits, reactions, answers and deletions change what stands on the screen", async (t) => {
  const { bed, type, sees } = await sitDown(t);
  await type("hello");
  const { id } = await bed.nextEvent();
  const sent = await bed.send("#t", "hi", { replyTo: { id, text: "what ann never said" } });
  await sees("#t> hello", "▎ <ann> hello", "<seabird> hi", "#t>");
  await type("/react seabird 👍");
  await sees(
    ...["#t> hello", "▎ <ann> hello", "<seabird> hi", "  [👍]", "#t> /react seabird 👍", "#t>"],
  );
  await sent.react("👍");
  await sent.edit("hi there");
  await sees(
    ...["#t> hello", "▎ <ann> hello", "<seabird> hi there (edited)", "  [👍 2]"],
    ...["#t> /react seabird 👍", "#t>"],
  );
  await type("/edit ann good day");
  await type("/reply seabird so do I");
  await sees(
    ...["<ann> good day (edited)", "▎ <ann> hello", "<seabird> hi there (edited)", "  [👍 2]"],
    ...["#t> /react seabird 👍", "#t> /edit ann good day"],
    ...["▎ <seabird> hi there", "<ann> so do I", "#t>"],
  );
  await sent.delete();
  await sees(
    ...["<ann> good day (edited)", "▎ <ann> hello", "<seabird> (deleted)"],
    ...["#t> /react seabird 👍", "#t> /edit ann good day"],
    ...["▎ <seabird> hi there", "<ann> so do I", "#t>"],
  );
});

test("of an answer to a message that nobody knows, what is known is shown", async (t) => {
  const { bed, sees } = await sitDown(t);
  await bed.send("#t", "one", { replyTo: { id: "unheard" } });
  await bed.send("#t", "two", { replyTo: { id: "unheard", text: "of what?" } });
  const author = { id: bed.absolute("zoe"), displayName: "Zoe" };
  await bed.send("#t", "three", { replyTo: { id: "unheard", author } });
  await sees("<seabird> one", "▎ of what?", "<seabird> two", "▎ <Zoe>", "<seabird> three", "#t>");
});

test("numbers are shown on demand, and who types stands beside the prompt", async (t) => {
  const { bed, type, sees } = await sitDown(t);
  await type("hello");
  await type("/ids");
  await sees("#t> hello", "#t> /ids", "-- 1 <ann> hello", "#t>");
  await type("/ids on");
  await type("hm");
  const before = ["#t> hello", "#t> /ids", "-- 1 <ann> hello", "#t> /ids on"];
  const shown = [...before, "-- numbers of messages are shown", "2 <ann> hm"];
  await sees(...shown, "#t>");
  await bed.core.setTyping(where(bed), true);
  await sees(...shown, "seabird is typing … #t>");
  await bed.send("#t", "well");
  await sees(...shown, "3 <seabird> well", "#t>");
  await bed.core.setTyping(where(bed), true);
  await sees(...shown, "3 <seabird> well", "seabird is typing … #t>");
  bed.clock.pass(10_000);
  await sees(...shown, "3 <seabird> well", "#t>");
  await type("/as bob");
  await sees(...shown, "3 <seabird> well", "#t> /as bob", "-- you are bob now", "bob in #t>");
  await type("/typing");
  const typing = await bed.nextReport("typing");
  assert.equal(typing.user.id, bed.absolute("bob"));
});

test("what the screen does not show any more is said in a line", async (t) => {
  const { bed, terminal } = await sitDown(t);
  const sent = await bed.send("#t", "one");
  for (let count = 0; count < 30; count++) await bed.send("#t", `line ${count}`);
  await sent.edit("two");
  await sent.react("👍");
  await sent.delete("three");
  const lines = ["* edited: <seabird> two", "* seabird reacted 👍: <seabird> two"];
  await bed.until("the lines", () =>
    terminal.screen.includes("* deleted by seabird (three): <seabird> two"),
  );
  assert.deepEqual(terminal.screen.slice(-4, -2), lines);
});

test("mentions, emoji and files are shown, and mentions read", async (t) => {
  const { bed, type, sees } = await sitDown(t);
  const ann = mention({ userId: bed.absolute("ann") });
  const file = attachment({ name: "cat.jpg", url: "https://example.org/cat.jpg" });
  await bed.send("#t", container([ann, " ", emoji(":parrot:", { id: "7" }), " ", file]));
  await sees("<seabird> @ann :parrot: cat.jpg (https://example.org/cat.jpg)", "#t>");
  await type("@seabird, thanks (@ann)");
  const { kind, text, shown } = await bed.nextEvent();
  assert.deepEqual([kind, text, shown], ["mention", "thanks (@ann)", "thanks (<@ann>)"]);
});

test("a thousand reactions, long ids and control characters leave the screen readable", async (t) => {
  const { bed, terminal } = await sitDown(t);
  const sent = await bed.send("#t", "hi");
  const outcomes = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) =>
      sent.react(`:e${index}:`).then(
        () => "done",
        (error: Error) => error.message,
      ),
    ),
  );
  assert.equal(outcomes.filter((each) => each === "done").length, 20);
  assert.equal(
    outcomes.filter((each) => each === "a message has at most 20 different reactions").length,
    980,
  );
  const reactions = `  ${Array.from({ length: 20 }, (_, index) => `[:e${index}:]`).join(" ")}`;
  await bed.until("the reactions", () => terminal.screen.join("").includes(reactions.slice(100)));
  await bed.core.react(where(bed), sent.ids[0] ?? "", ":e0:", { removed: true });
  await sent.react({ text: "\x1b[2J\r\n", id: "7" });
  const no = "there is no such message here, or not any more";
  const long = "x".repeat(512);
  await assert.rejects(bed.core.editMessage(where(bed), long, "hi"), { message: no });
  await assert.rejects(bed.core.react(where(bed), "\x1b", "👍"), { message: no });
  assert.deepEqual(await bed.core.deleteMessages(where(bed), [long, "\x1b[2J"]), {
    [long]: no,
    "\x1b[2J": no,
  });
  const replyTo = {
    id: long,
    author: { id: bed.absolute("\x1b[2J"), displayName: "\x1b[2J" },
    text: "\x1b]0;a\x07",
  };
  // The terminal throws for control sequences that the room does not write.
  await bed.send("#t", "\x1b[2Jclean", { replyTo });
  await bed.until("it", () => terminal.screen.at(-2) === "<seabird> [2Jclean");
});

test("others' messages are not the bot's to edit; a room that is closed has none", async (t) => {
  const { bed, type } = await sitDown(t);
  await type("hello");
  const { id } = await bed.nextEvent();
  const edit = (ids: readonly string[]) => bed.core.editMessage(where(bed), ids, "hm");
  await assert.rejects(edit([id]), { message: "that message is somebody else's" });
  const one = await bed.send("#t", "one");
  const two = await bed.send("#t", "two");
  await assert.rejects(edit([...one.ids, ...two.ids]), {
    message: "these ids are not those of one message",
  });
  assert.deepEqual(await bed.core.deleteMessages(where(bed), [id]), {});
  const absent = { channelId: bed.absolute("#none") };
  for (const call of [
    () => bed.core.editMessage(absent, "1", "hm"),
    () => bed.core.react(absent, "1", "👍"),
    () => bed.core.setTyping(absent, true),
    () => bed.core.deleteMessages(absent, "1"),
    () => bed.core.listMembers(absent.channelId),
  ]) {
    await assert.rejects(call(), { message: 'there is no room "#none"' });
  }
  const { features } = await bed.core.capabilities(where(bed));
  const { thread, ...others } = features;
  assert.equal(thread, undefined);
  assert.equal(Object.values(others).length, 18);
  assert.ok(Object.values(others).every((support) => support === "full"));
});

test("what was said in a room that is closed, or in private under another name", async (t) => {
  const { bed, type, sees } = await sitDown(t);
  await type("hello");
  await type("/msg psst");
  const { id } = (await bed.nextEvent()) && (await bed.nextEvent());
  await type("/nick anna");
  await bed.nextReport("userChanged");
  await bed.core.react({ userId: bed.absolute("anna") }, id, "👍");
  const gone = { userId: bed.absolute("ann") };
  await assert.rejects(bed.core.react(gone, id, "👍"), { message: 'nobody here is called "ann"' });
  await type("/leave");
  await type("/reply 1 anybody?");
  await type("/react 1 👍");
  const closed = "-- that was said in #t, which is closed; /join #t opens it";
  await sees(
    ...[
      "#t> hello",
      "[private] <ann> psst",
      "  [👍]",
      "#t> /nick anna",
      "-- ann is now called anna",
    ],
    ...["#t> /leave", "-- you left #t"],
    ...["no room> /reply 1 anybody?", closed, "no room> /react 1 👍", closed, "no room>"],
  );
});

test("the program on a terminal of its own draws an edit and a reaction in their place", async (t) => {
  if (needPrograms(t, "python3") === undefined) return;
  const core = await startCore({}, t);
  const env = { PATH: process.env["PATH"], USER: "ann", TERM: "xterm", LANG: "C.UTF-8" };
  const token = { SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token(undefined, "room") };
  const room = new PtyProgram([process.execPath, ROOM], { cwd: "/", env: { ...env, ...token } }, t);
  await room.untilShown("#terminal> ");
  room.type("hello\r");
  await room.untilShown(/hello\s+(?:#terminal> )+$/);
  room.type("/edit -1 good day\r");
  await room.untilShown(
    /<ann> good day \(edited\)\s+#terminal> \/edit -1 good day\s+(?:#terminal> )+$/,
  );
  room.type("/react ann 👍\r");
  await room.untilShown(/<ann> good day \(edited\)\s+\[👍\]\s+#terminal> \/edit -1 good day/);
  assert.doesNotMatch(room.shown, /\* edited|reacted/);
  room.type("/quit\r");
  assert.equal(await room.ended(), 0);
});
