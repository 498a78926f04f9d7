/** The connection, over a real socket, to a scripted server. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ask, setUp } from "./connection-fixture.ts";
import { until } from "./scripted-server.ts";

suite("registration", () => {
  test("sends password, nick, user and name, and joins with keys", async (context) => {
    const { server, open, status, logged } = await setUp(context, {
      settings: {
        user: "wing",
        real_name: "A bird: of the sea",
        channels: ["#a", "#b key", "#c"],
        password: "a secret",
      },
    });
    open();
    await status("settled");
    const { lines } = await server.connection(1);
    assert.deepEqual(lines.slice(0, 4), [
      "CAP LS 302",
      "PASS :a secret",
      "NICK bird",
      "USER wing 0 * :A bird: of the sea",
    ]);
    assert.ok(lines.includes("JOIN #b,#a,#c key"));
    assert.doesNotMatch(logged.join("\n"), /secret|key/);
  });

  test("a server's password is not tried as an account's", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { password: "secret" } });
    server.script = (line) =>
      line === "CAP LS 302" ? [":srv CAP * LS :sasl=PLAIN server-time"] : undefined;
    open();
    const connection = await server.connection(1);
    await connection.hears(/^CAP REQ :server-time$/);
    connection.say(":srv CAP * ACK :server-time");
    await status("settled");
    assert.doesNotMatch(connection.lines.join("\n"), /AUTHENTICATE|sasl/);
  });

  test("identifies first, and joins when NickServ has answered", async (context) => {
    const { server, open, status, logged } = await setUp(context, {
      settings: { channels: ["#a"], nickserv_password: "hush" },
      options: { identifyWaitMs: 60_000 },
    });
    open();
    const connection = await server.connection(1);
    await connection.hears(/^PRIVMSG NickServ :IDENTIFY bird hush$/);
    connection.say(
      ":joe!j@h NOTICE bird :hello",
      ":NickServ!s@services NOTICE bird :This nickname is registered. Please identify.",
    );
    connection.say(":srv PING :still there");
    await connection.hears(/^PONG/);
    assert.ok(!connection.lines.some((line) => line.startsWith("JOIN")));
    connection.say(":NickServ!s@services NOTICE bird :You are now identified.");
    await connection.hears(/^JOIN #a$/);
    await status("settled");
    assert.doesNotMatch(logged.join("\n"), /hush/);
  });

  test("joins at once when NickServ refuses, and reports it", async (context) => {
    const { server, open, status } = await setUp(context, {
      settings: { channels: ["#a"], nickserv_password: "hush" },
      options: { identifyWaitMs: 60_000 },
    });
    server.script = (line) =>
      line.startsWith("PRIVMSG NickServ")
        ? [":NickServ!s@services NOTICE bird :Invalid password for \x02bird\x02."]
        : undefined;
    open();
    const refused = await status("identify_refused");
    assert.ok(refused.status === "identify_refused");
    assert.equal(refused.reason, "Invalid password for bird.");
    await status("settled");
  });

  test("joins without NickServ when it is silent", async (context) => {
    const { server, open } = await setUp(context, {
      settings: { channels: ["#a"], nickserv_password: "hush" },
      options: { identifyWaitMs: 50 },
    });
    open();
    await (await server.connection(1)).hears(/^JOIN #a$/);
  });

  test("reports a channel that cannot be joined, and is settled", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { channels: ["#a", "#b"] } });
    server.script = (line) =>
      line.startsWith("JOIN")
        ? [":bird!b@h JOIN #a", ":srv 366 bird #a :End", ":srv 473 bird #b :Invite only"]
        : undefined;
    open();
    assert.deepEqual(await status("join_refused"), {
      status: "join_refused",
      channel: "#b",
      reason: "Invite only",
      retryInMs: 60_000,
    });
    await status("settled");
  });

  test("a refusal by an unusual numeric is reported, and the channel tried again", async (context) => {
    const { server, open, status } = await setUp(context, {
      settings: { channels: ["#a"] },
      options: { joinRetryMs: 20 },
    });
    server.script = (line) =>
      line.startsWith("JOIN") ? [":srv 926 bird #a :Channel #a is forbidden"] : undefined;
    open();
    const refused = await status("join_refused", 2);
    assert.ok(refused.status === "join_refused" && refused.reason === "Channel #a is forbidden");
  });

  test("a server that never welcomes is left and tried again", async (context) => {
    const { server, open, status } = await setUp(context, { options: { registerWithinMs: 50 } });
    server.script = () => [];
    open();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && /did not welcome/.test(lost.reason));
    await server.connection(2);
  });
});

suite("nicks", () => {
  const taken = (nick: string) => `:srv 433 * ${nick} :Nickname is already in use`;

  test("takes another when the wanted one is taken, and the wanted one when it is free", async (context) => {
    const { server, open, status, event } = await setUp(context);
    server.script = (line, connection) => {
      if (line === "NICK bird" && connection.nick === "*") return [taken("bird")];
      if (line === "NICK bird_" && connection.nick === "*") return [taken("bird_")];
      if (line.startsWith("USER")) return [];
      if (line !== "NICK bird__") return undefined;
      connection.nick = "bird__";
      return connection.welcome();
    };
    const irc = open();
    await status("settled");
    assert.equal(irc.state.nick, "bird__");
    const connection = await server.connection(1);
    connection.say(":bird!x@y QUIT :gone");
    await connection.hears(/^NICK bird$/, 2);
    await event("nick", 2);
    assert.equal(irc.state.nick, "bird");
  });

  test("asks for the wanted one from time to time", async (context) => {
    const { server, open } = await setUp(context, { options: { nickCheckMs: 20 } });
    server.script = (line, connection) => {
      if (!line.startsWith("USER")) return undefined;
      connection.nick = "guest1";
      return connection.welcome();
    };
    open();
    await (await server.connection(1)).hears(/^NICK bird$/, 2);
  });

  test("channels are the same or not by the network's own rules", async (context) => {
    const { server, open, status, event } = await setUp(context, {
      settings: { channels: ["#a[b]"] },
    });
    server.script = (line, connection) =>
      line.startsWith("USER")
        ? [
            `:srv 001 ${connection.nick} :Welcome`,
            `:srv 005 ${connection.nick} CASEMAPPING=ascii CHANTYPES=# :are supported`,
            `:srv 422 ${connection.nick} :No MOTD`,
          ]
        : undefined;
    open();
    // Not only because its time is up.
    const started = performance.now();
    await status("settled");
    assert.ok(performance.now() - started < 9_000);
    const connection = await server.connection(1);
    connection.say(":op!o@h KICK #a[b] bird :out");
    await event("left");
    connection.drop();
    await (await server.connection(2)).hears(/^PING|^USER/);
    await status("settled", 2);
    assert.ok(!server.connections[1]?.lines.some((line) => line.startsWith("JOIN")));
  });

  test("gives a connection up when every nick is taken", async (context) => {
    const { server, open, status } = await setUp(context);
    server.script = (line) => {
      if (line.startsWith("NICK ")) return [taken(line.slice(5))];
      return line.startsWith("USER") ? [] : undefined;
    };
    open();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && /^no nick is free/.test(lost.reason));
    const first = await server.connection(1);
    assert.equal(first.lines.filter((line) => line.startsWith("NICK")).length, 8);
  });

  test("does not fight services that rename the bot", async (context) => {
    const { server, open, event } = await setUp(context);
    open();
    const connection = await server.connection(1);
    await connection.hears(/^USER/);
    await event("nick");
    connection.say(":bird!b@h NICK Guest7", ":srv PING :x");
    await connection.hears(/^PONG/);
    assert.equal(connection.lines.filter((line) => line.startsWith("NICK")).length, 1);
  });
});

suite("a lost connection", () => {
  test("fails waiting requests, leaves the channels, and rejoins them", async (context) => {
    const { server, open, status, event, events } = await setUp(context, {
      settings: { channels: ["#a", "#b key"] },
    });
    const irc = open();
    await status("settled");
    assert.equal(
      await ask(irc, {
        target: "#c",
        lines: ["JOIN #c"],
        success: { kind: "joined", channel: "#c" },
      }),
      undefined,
    );
    const connection = await server.connection(1);
    connection.say(":op!o@h KICK #A bird :out");
    await event("left");
    server.script = (line) => (line.startsWith("PING :r") ? [] : undefined);
    const waiting = ask(irc);
    await connection.hears(/^PING :r/, 2);
    connection.drop();
    assert.match(String(await waiting), /was lost before it confirmed/);
    const second = await server.connection(2);
    await second.hears(/^JOIN #b,#c key$/);
    await status("settled", 2);
    const left = events.filter((each) => each.kind === "left").map((each) => each.channel);
    assert.deepEqual(left.sort(), ["#a", "#b", "#c"]);
  });

  test("a request to join a joined channel keeps its key", async (context) => {
    const { server, open, status } = await setUp(context, {
      settings: { channels: ["#Staff sesame"] },
    });
    const irc = open();
    await status("settled");
    const join = { target: "#staff", lines: ["JOIN #staff"] };
    const success = { kind: "joined", channel: "#staff" } as const;
    assert.equal(await ask(irc, { ...join, success }), undefined);
    (await server.connection(1)).drop();
    await (await server.connection(2)).hears(/^JOIN #Staff sesame$/);
  });

  test("requests fail at once while it is away", async (context) => {
    const { open } = await setUp(context, {
      options: { reconnectMinMs: 60_000, reconnectMaxMs: 60_000 },
    });
    const irc = open();
    assert.equal(await ask(irc), "not connected to the IRC network");
  });

  test("a silent server is dead after a while", async (context) => {
    const { server, open, status } = await setUp(context, {
      options: { pingIntervalMs: 50, pingTimeoutMs: 300 },
    });
    server.script = (line) => (line.startsWith("PING") ? [] : undefined);
    open();
    const lost = await status("lost");
    assert.ok(
      lost.status === "lost" && lost.reason === "the server is silent",
      JSON.stringify(lost),
    );
    await server.connection(2);
  });

  test("a server's reason is reported without formatting, bounded, and without secrets", async (context) => {
    const { server, open, status, logged } = await setUp(context, {
      settings: { password: "hunter2" },
    });
    open();
    await status("settled");
    const connection = await server.connection(1);
    connection.say(`ERROR :\x0304bad\x03 password hunter2 ${"x".repeat(400)}`);
    await until("the error", () => logged.some((line) => line.startsWith("ERROR")));
    connection.drop();
    const lost = await status("lost");
    assert.ok(lost.status === "lost");
    assert.match(lost.reason, /^bad password \*\*\* x{200,}$/);
    assert.equal(lost.reason.length, 300);
  });

  test("the server's reason is reported", async (context) => {
    const { server, open, status } = await setUp(context);
    open();
    await status("settled");
    const connection = await server.connection(1);
    connection.say("ERROR :Closing link: K-lined");
    connection.drop();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && lost.reason === "Closing link: K-lined");
  });
});

suite("closing", () => {
  test("quits and leaves nothing running", async (context) => {
    const { server, open, status, statuses } = await setUp(context);
    const irc = open();
    await status("settled");
    await irc.close();
    await irc.close();
    const connection = await server.connection(1);
    await connection.hears(/^QUIT :/);
    await until("the socket's end", () => connection.isEnded);
    assert.ok(!statuses.some((each) => each.status === "lost"));
  });

  test("while it connects, and while it waits", async (context) => {
    const { server, open, status } = await setUp(context, {
      options: { reconnectMinMs: 60_000, reconnectMaxMs: 60_000 },
    });
    await open().close();
    const irc = open();
    const connection = await server.connection(1);
    await status("connecting", 2);
    connection.drop();
    await server.close();
    await status("lost");
    await irc.close();
  });
});
