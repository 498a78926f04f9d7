/** Whatever a server says, the backend stays with core, and what makes sense arrives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ScriptedServer } from "../../backends/irc/test/scripted-server.ts";
import { startBot, startEar } from "../support/irc-bot.ts";
import { BACKEND, heardOf, onIrc } from "../support/irc-stage.ts";
import { PEOPLE_KINDS } from "../support/ircv3-stage.ts";

const LINES = 3_000;

const word = fc.oneof(
  fc.constantFrom("seabird", "#test", "@#test", "#TEST", "joe", ":", "", "*", "!cmd", "seabird:"),
  fc.constantFrom(
    "\x01ACTION x\x01",
    "\x01",
    "\x02",
    "\x0304,05",
    "+",
    "account",
    "~",
    "#",
    "@#",
    "chathistory",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const source = fc.constantFrom("", ":joe!u@h ", ":seabird!u@h ", ":srv ", ":! ", ":joe ", ":@h ");
const tags = fc.constantFrom(
  "",
  "@account=al;msgid=1;time=now ",
  "@account=;msgid=\\s\\n;time ",
  `@msgid=${"x".repeat(2_000)} `,
  "@batch=x;=;;;__proto__=1 ",
  "@+draft/react=👍;+draft/reply=1;+draft/unreact=\x1b[2J;+typing=active ",
  `@+draft/react=${"x".repeat(8_000)};+draft/reply=1 `,
  `@+draft/react=x;+draft/reply=${"\\s".repeat(4_000)};time=0000-01-01T00:00:00Z `,
);
const command = fc.constantFrom(
  ...["PRIVMSG", "NOTICE", "JOIN", "PART", "KICK", "TOPIC", "NICK", "QUIT", "INVITE", "ACCOUNT"],
  "354",
  ...["BATCH", "CHGHOST", "332", "331", "353", "366", "396", "401", "404", "005"],
);
const said = fc
  .tuple(tags, fc.constantFrom("#test", "@#TEST", "seabird"), fc.array(word, { maxLength: 5 }))
  .map(([before, target, words]) => `${before}:joe!u@h PRIVMSG ${target} :${words.join(" ")}`);
const about = fc
  .tuple(tags, fc.constantFrom("TAGMSG", "REDACT"), fc.constantFrom("#test", "seabird"), word)
  .map(([before, name, target, last]) => `${before}:joe!u@h ${name} ${target} :${last}`);
const other = fc
  .tuple(tags, source, command, fc.array(word, { maxLength: 5 }))
  .map(([before, from, name, words]) => `${before}${from}${name} ${words.join(" ")}`);
const line = fc
  .oneof(said, about, other)
  // Line breaks would be lines of their own, and a PART or NICK of ours would be true.
  .map((text) => text.replace(/[\r\n]/g, ""))
  .filter(
    (text) => !/:seabird!u@h (NICK|PART|KICK)|005/.test(text) && !/KICK.*seabird/i.test(text),
  );

test("thousands of lines that make little sense", async (t) => {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const kinds = [...PEOPLE_KINDS, "messageDeleted"] as const;
  const { core, actions, heard } = await startEar(t, undefined, kinds);
  const bot = await startBot(t, core, server, {
    config: { accept_invites_from: ["joe!*@*"], ping_timeout_ms: 120_000 },
  });
  const connection = await server.connection(1);
  for (const text of fc.sample(line, { seed: 5, numRuns: LINES })) connection.say(text);
  connection.say("@time=2026-01-02T03:04:05Z :joe!u@h PRIVMSG #test :the last line");
  const isLast = (event: (typeof heard)[number]) =>
    event.kind === "message" && event.text === "the last line";
  for (let number = 1; !heard.some(isLast); number++) await heardOf(heard, "message", number);
  const last = heard.find(isLast);
  const sentAt = last?.kind === "message" ? last.message.sentAt : undefined;
  assert.equal(sentAt?.toISOString(), "2026-01-02T03:04:05.000Z");
  for (const kind of [...kinds, "message", "action"]) {
    const count = heard.filter((event) => event.kind === kind).length;
    assert.ok(count > 2, `${count} of ${kind}`);
  }
  await actions.sendMessage(onIrc("#test"), "still here");
  await connection.hears(/^PRIVMSG #test :still here$/);
  assert.equal((await actions.backendInfo(BACKEND)).metadata["nick"], "seabird");
  assert.deepEqual(
    bot.log.filter((entry) => /not valid|"level":"error"|connection lost/.test(entry)),
    [],
  );
});

test("what is no event is none, and is not answered", async (t) => {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const { core, heard } = await startEar(t);
  await startBot(t, core, server);
  const connection = await server.connection(1);
  const before = connection.lines.length;
  connection.say(
    ":NickServ!s@services NOTICE seabird :!ping",
    ":srv NOTICE seabird :seabird: hi",
    "NOTICE AUTH :*** Looking up your hostname",
    ":joe!u@h NOTICE #test :!ping",
    ":joe!u@h NOTICE @#test :seabird: hi",
    ":joe!u@h NOTICE seabird :\x01PING 1\x01",
    ":joe!u@h NOTICE seabird :\x01ACTION waves\x01",
    ":joe!u@h PRIVMSG #test :\x01VERSION\x01",
    ":joe!u@h PRIVMSG @#test :\x01PING 1\x01",
    ":joe!u@h PRIVMSG seabird :\x01DCC SEND x 1 2 3\x01",
    ":joe!u@h PRIVMSG seabird :\x01\x01",
    ":joe!u@h PRIVMSG #elsewhere.not.a.channel,seabird :\x01\x01",
    ":srv PRIVMSG $* :to all of this server",
    ":joe!u@h WALLOPS :hello",
    ":joe!u@h TAGMSG seabird",
    ":joe!u@h INVITE seabird #trap",
    ":joe!u@h NICK :jim",
    ":jim!u@h QUIT :irc.a.org irc.b.org",
    ":seabird!~bird@example.org PRIVMSG #test :!echoed",
    ":seabird!~bird@example.org PRIVMSG seabird :to myself",
    ":amy!u@h PRIVMSG seabird :\x01version\x01",
    ":amy!u@h PRIVMSG #test :the end",
  );
  assert.equal((await heardOf(heard, "message")).text, "the end");
  await connection.hears(/^NOTICE amy :.VERSION Seabird/);
  assert.deepEqual(
    heard.map(({ kind }) => kind),
    ["message"],
  );
  const answers = connection.lines.slice(before).filter((said) => !/^(PING|PONG) /.test(said));
  assert.equal(answers.length, 1, answers.join(" | "));
});
