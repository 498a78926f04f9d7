/** Servers that send wrong, endless or fragmented data, or do not read, over a real socket. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ask, setUp } from "./connection-fixture.ts";

suite("hostile servers", () => {
  test("lines that make no sense change nothing", async (context) => {
    const { server, open, status, event } = await setUp(context, {
      settings: { channels: ["#a"] },
    });
    const irc = open();
    await status("settled");
    const connection = await server.connection(1);
    const nonsense = [
      "PRIVMSG",
      ":",
      "@",
      ": :",
      "@a :b",
      "JOIN",
      "005",
      "005 bird CHANTYPES CHANMODES :x",
    ];
    nonsense.push(
      "CAP",
      "CAP * ACK",
      "PING",
      "PONG",
      "001",
      "MODE",
      "BATCH",
      "BATCH +x",
      "\x00\x01\x02",
    );
    connection.say(...nonsense);
    connection.write(Buffer.from([0xff, 0xfe, 0x0d, 0x0a]));
    connection.say(":joe!j@h PRIVMSG #a :still here");
    await event("message");
    assert.equal(await ask(irc), undefined);
  });

  for (const end of ["", "\r\n"]) {
    test(`a line too long to be one, ended with ${JSON.stringify(end)}, ends the connection`, async (context) => {
      const { server, open, status } = await setUp(context);
      open();
      await status("settled");
      const connection = await server.connection(1);
      connection.write("x".repeat(200_000) + end);
      const lost = await status("lost");
      assert.ok(lost.status === "lost" && /line of more than 8\d{3} bytes/.test(lost.reason));
      await server.connection(2);
    });
  }

  test("the answer to a PING with line breaks is one line", async (context) => {
    const { server, open, status } = await setUp(context);
    open();
    await status("settled");
    const connection = await server.connection(1);
    connection.say("PING :a\rQUIT :b");
    await connection.hears(/^PONG/);
    assert.ok(!connection.lines.some((line) => line.startsWith("QUIT")));
  });

  test("endless PINGs without reading end the connection", async (context) => {
    const { server, open, status } = await setUp(context);
    open();
    await status("settled");
    const connection = await server.connection(1);
    connection.stopReading();
    const questions = `PING :${"x".repeat(450)}\r\n`.repeat(1_000);
    const write = () => connection.write(questions, write);
    write();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && lost.reason === "the server does not read", lost.status);
  });

  test("repeated welcomes do not repeat the JOIN", async (context) => {
    const { server, open, status, logged } = await setUp(context, {
      options: { pingIntervalMs: 50 },
    });
    open();
    await status("settled");
    const connection = await server.connection(1);
    const lines = Array.from({ length: 500 }, (_, index) => `CAP * NEW :server-time x/${index}`);
    connection.say(...lines, ...lines.map(() => ":srv 001 bird :Welcome"), "PING :done");
    await connection.hears(/^PONG done/);
    const heard = connection.lines.length;
    await connection.hears(/^PING :seabird-alive/, 3);
    assert.ok(connection.lines.length - heard < 10, connection.lines.slice(heard).join("\n"));
    assert.ok(logged.length > 1_000);
  });

  test("channels with long names and the ends of long topics are not kept", async (context) => {
    const { server, open, status, event } = await setUp(context, {
      settings: { channels: ["#a"] },
    });
    const irc = open();
    await status("settled");
    const connection = await server.connection(1);
    connection.say(
      `:bird!b@h JOIN #${"x".repeat(8_000)}`,
      `:srv 332 bird #a :${"é".repeat(3_000)}`,
    );
    const topic = await event("topic");
    assert.ok(topic.kind === "topic" && Buffer.byteLength(topic.topic) === 2_048);
    assert.deepEqual(
      irc.state.channels().map(({ name }) => name),
      ["#a"],
    );
  });

  test("millions of names, and lines cut anywhere, do no harm", async (context) => {
    const { server, open, status, event } = await setUp(context, {
      settings: { channels: ["#a"] },
    });
    open();
    await status("settled");
    const connection = await server.connection(1);
    const names = Buffer.from(`:srv 353 bird = #a :${"somebody ".repeat(50)}\r\n`.repeat(20_000));
    for (let at = 0; at < names.length; at += 65_521)
      connection.write(names.subarray(at, at + 65_521));
    connection.say(":joe!j@h PRIVMSG #a :still here");
    await event("message");
    assert.equal((await server.connection(1)).isEnded, false);
  });
});

suite("what is read and shown", () => {
  test("text that is not UTF-8 is read as Windows-1252", async (context) => {
    const { server, open, status, event } = await setUp(context, {
      settings: { channels: ["#a"] },
    });
    open();
    await status("settled");
    const connection = await server.connection(1);
    connection.write(Buffer.from(":joe!j@h PRIVMSG #a :caf\xe9 \x80\r\n", "latin1"));
    const message = await event("message");
    assert.ok(message.kind === "message");
    assert.equal(message.text, "café €");
  });

  test("a channel key is hidden in the log, whoever set it", async (context) => {
    const { server, open, status, event, logged } = await setUp(context, {
      settings: { channels: ["#a opensesame"] },
    });
    open();
    await status("settled");
    const connection = await server.connection(1);
    connection.say(
      ":op!o@h MODE #a +ok bird hush1",
      ":op!o@h MODE #a +o-k bird hush2",
      "@time=1 :op!o@h MODE #a -k+l hush3 5",
      ":srv 324 bird #a +ntk hush4",
      ":srv 696 bird #a k opensesame :Invalid key",
      ":joe!j@h PRIVMSG #a :done",
    );
    await event("message");
    assert.doesNotMatch(logged.join("\n"), /hush|opensesame/);
    assert.match(logged.join("\n"), /MODE #a \+ok \*\*\*/);
  });

  test("CTCP queries are answered at a limited rate", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { channels: ["#a"] } });
    open();
    await status("settled");
    const connection = await server.connection(1);
    connection.say(":joe!j@h PRIVMSG #a :\x01VERSION\x01", ":joe!j@h PRIVMSG bird :\x01FINGER\x01");
    connection.say(
      ":joe!j@h PRIVMSG bird :\x01PING 12 34\x01",
      ":joe!j@h PRIVMSG bird :\x01version",
    );
    for (let count = 0; count < 50; count++)
      connection.say(":joe!j@h PRIVMSG BIRD :\x01VERSION\x01");
    connection.say("PING :done");
    await connection.hears(/^PONG done/);
    const notices = connection.lines.filter((line) => line.startsWith("NOTICE"));
    assert.equal(notices.length, 3);
    assert.equal(notices[0], "NOTICE joe :\x01PING 12 34\x01");
    assert.ok(notices[1]?.startsWith("NOTICE joe :\x01VERSION Seabird "));
  });
});
