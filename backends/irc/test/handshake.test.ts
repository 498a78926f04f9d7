/** The registration, with servers that offer, refuse, or send nonsense. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseMessage } from "../src/message/irc-message.ts";
import { setUp } from "./connection-fixture.ts";
import type { ScriptedConnection } from "./scripted-server.ts";
import { until } from "./scripted-server.ts";

const SASL = { account: "bird", password: "wings" };

/** A server that offers these, gives what it is asked for, and welcomes after CAP END. */
function offering(offer: readonly string[], gives: (names: string) => boolean = () => true) {
  let isIntroduced = false;
  return (line: string, connection: ScriptedConnection): readonly string[] | undefined => {
    if (line === "CAP LS 302") {
      return offer.map((names, index) => {
        const more = index < offer.length - 1 ? "* " : "";
        return `:srv CAP * LS ${more}:${names}`;
      });
    }
    const [, asked] = /^CAP REQ :(.*)$/.exec(line) ?? [];
    if (asked !== undefined) return [`:srv CAP * ${gives(asked) ? "ACK" : "NAK"} :${asked} `];
    if (line.startsWith("USER")) {
      isIntroduced = true;
      return [];
    }
    return line === "CAP END" && isIntroduced ? connection.welcome() : undefined;
  };
}

suite("capabilities", () => {
  test("are listed first, over many lines, and requested before the welcome", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { password: "hush" } });
    server.script = offering(["batch server-time x/y=1", "labeled-response sasl=PLAIN", "setname"]);
    const irc = open();
    await status("settled");
    const { lines } = await server.connection(1);
    assert.deepEqual(lines.slice(0, 6), [
      "CAP LS 302",
      "PASS hush",
      "NICK bird",
      "USER bird 0 * bird",
      "CAP REQ :server-time batch labeled-response setname",
      "CAP END",
    ]);
    assert.deepEqual([...(irc.session?.caps ?? [])].sort(), [
      "batch",
      "labeled-response",
      "server-time",
      "setname",
    ]);
  });

  test("the capabilities of a refused group are requested one by one, SASL alone", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { sasl: SASL } });
    const usual = offering(["batch server-time sasl=EXTERNAL,PLAIN"], (names) => names !== "batch");
    server.script = (line, connection) => {
      if (line === "CAP REQ :server-time batch") return [":srv CAP * NAK :server-time batch"];
      if (line === "AUTHENTICATE PLAIN") return ["AUTHENTICATE +"];
      if (line.startsWith("AUTHENTICATE ")) {
        return [":srv 900 * bird!b@h bird :Hello", ":srv 903 * :In"];
      }
      return usual(line, connection);
    };
    const irc = open();
    await status("settled");
    const { lines } = await server.connection(1);
    const asked = lines.filter((line) => line.startsWith("CAP REQ"));
    assert.deepEqual(asked, [
      "CAP REQ :server-time batch",
      "CAP REQ :sasl",
      "CAP REQ :server-time",
      "CAP REQ :batch",
    ]);
    assert.deepEqual([...(irc.session?.caps ?? [])].sort(), ["sasl", "server-time"]);
    assert.equal(irc.session?.account, "bird");
  });

  test("change later, and only requested ones count", async (context) => {
    const { server, open, status } = await setUp(context);
    server.script = offering(["server-time"]);
    const irc = open();
    await status("settled");
    const connection = await server.connection(1);
    connection.say(":srv CAP bird ACK :echo-message", ":srv CAP bird DEL :server-time nonsense");
    connection.say(":srv CAP bird NEW :batch x/z");
    await until("the new one", () => irc.session?.caps.has("batch"));
    assert.deepEqual([...(irc.session?.caps ?? [])], ["batch"]);
  });

  test("a label is sent if the server supports labels", async (context) => {
    const { server, open, status, statuses, logged } = await setUp(context);
    server.script = offering(["batch labeled-response"]);
    const irc = open();
    await status("settled");
    const connection = await server.connection(1);
    irc.session?.send("PRIVMSG #a :hi", { label: "a b;" });
    await connection.hears(/^@label=a\\sb\\: PRIVMSG #a :hi$/);
    connection.say("@label=r1;x=1 :srv BATCH +1 labeled-response", "@batch=1 :srv 401 bird x :No");
    await until("the answer", () => logged.some((line) => line.includes(" 401 ")));
    const heard = logged.slice(-2).map(parseMessage);
    assert.deepEqual(
      heard.map(({ tags, command }) => `${tags["label"]} ${command}`),
      ["r1 BATCH", "undefined 401"],
    );
    connection.say(":srv CAP bird DEL :labeled-response", "PING :gone");
    await connection.hears(/^PONG gone/);
    irc.session?.send("PRIVMSG #a :ho", { label: "r2" });
    await connection.hears(/^PRIVMSG #a :ho$/);
    irc.session?.send("PRIVMSG #a :two\r\nQUIT", {});
    irc.session?.send(`PRIVMSG #a :${"x".repeat(500)}`);
    await status("problem", 2);
    assert.match(JSON.stringify(statuses), /line break.*is 512 bytes; this network allows 510/);
  });
});

suite("servers without capabilities", () => {
  for (const answer of [":srv 421 * CAP :Unknown command", ":srv 451 * :Register first"]) {
    test(`are registered with: ${answer}`, async (context) => {
      const { server, open, status } = await setUp(context);
      server.script = (line) => (line.startsWith("CAP") ? [answer] : undefined);
      open();
      await status("settled");
      const { lines } = await server.connection(1);
      assert.ok(!lines.some((line) => line.startsWith("CAP END")));
    });
  }

  test("also if they do not answer CAP", async (context) => {
    const { server, open, status } = await setUp(context, { options: { capWaitMs: 50 } });
    server.script = (line) => (line.startsWith("CAP") ? [] : undefined);
    open();
    await status("settled");
  });
});

suite("the login", () => {
  test("is sent in chunks of 400, with an empty one after a full one", async (context) => {
    const { server, open, status, logged } = await setUp(context, {
      // With two names and two separators: 600 bytes, which are 800 in base64.
      settings: { sasl: { account: "bird", password: "p".repeat(590) } },
    });
    const usual = offering(["sasl"]);
    server.script = (line, connection) => {
      if (line === "AUTHENTICATE PLAIN") return ["AUTHENTICATE +"];
      return line === "AUTHENTICATE +" ? [":srv 903 * :In"] : usual(line, connection);
    };
    open();
    await status("settled");
    const { lines } = await server.connection(1);
    const pieces = lines.filter((line) => line.startsWith("AUTHENTICATE ")).slice(1);
    assert.deepEqual(
      pieces.map((line) => line.length - "AUTHENTICATE ".length),
      [400, 400, 1],
    );
    const [one = "", two = ""] = pieces.map((line) => line.slice("AUTHENTICATE ".length));
    const told = Buffer.from(one + two, "base64").toString();
    assert.equal(told, `bird\0bird\0${"p".repeat(590)}`);
    assert.ok(!logged.some((line) => line.includes(one)));
  });

  test("with a mechanism that the server does not have fails at once", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { sasl: SASL } });
    server.script = offering(["sasl=SCRAM-SHA-256,EXTERNAL"]);
    open();
    const lost = await status("lost");
    assert.ok(lost.status === "lost");
    assert.match(lost.reason, /takes SCRAM-SHA-256, EXTERNAL, not PLAIN$/);
    assert.ok(lost.retryInMs >= 30_000);
    assert.doesNotMatch((await server.connection(1)).lines.join("\n"), /AUTHENTICATE/);
  });

  for (const challenge of ["%%%", "AAAA", "", "x".repeat(400)]) {
    test(`an unknown challenge is not answered: ${challenge.slice(0, 9)}`, async (context) => {
      const { server, open, status } = await setUp(context, { settings: { sasl: SASL } });
      const usual = offering(["sasl=PLAIN"]);
      server.script = (line, connection) =>
        line === "AUTHENTICATE PLAIN" ? [`AUTHENTICATE ${challenge}`] : usual(line, connection);
      open();
      const lost = await status("lost");
      assert.ok(lost.status === "lost" && /does not answer/.test(lost.reason), lost.status);
      const { lines } = await server.connection(1);
      // We hang up with it; the server may read it a moment later.
      await until("the end of the login", () => lines.includes("AUTHENTICATE *"));
      assert.deepEqual(
        lines.filter((line) => line.startsWith("AUTH")),
        ["AUTHENTICATE PLAIN", "AUTHENTICATE *"],
      );
    });
  }

  test("the password is sent once, however often the server asks", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { sasl: SASL } });
    const usual = offering(["sasl=PLAIN"]);
    server.script = (line, connection) =>
      line.startsWith("AUTHENTICATE") ? ["AUTHENTICATE +"] : usual(line, connection);
    open();
    await status("lost");
    const { lines } = await server.connection(1);
    assert.equal(lines.filter((line) => /^AUTHENTICATE ..../.test(line)).length, 2);
  });

  test("without an answer in time it fails; if it is not required, the registration continues", async (context) => {
    const { server, open, status } = await setUp(context, {
      settings: { sasl: { ...SASL, required: false } },
      options: { saslWaitMs: 50 },
    });
    server.script = offering(["sasl"]);
    open();
    const failed = await status("login_failed");
    assert.ok(failed.status === "login_failed" && /in time/.test(failed.reason));
    await status("settled");
  });

  test("that the server offers later happens later", async (context) => {
    const { server, open, status } = await setUp(context, {
      settings: { sasl: { ...SASL, required: false } },
    });
    const usual = offering(["batch"]);
    server.script = (line, connection) => {
      if (line === "AUTHENTICATE PLAIN") return ["AUTHENTICATE +"];
      if (!line.startsWith("AUTHENTICATE ")) return usual(line, connection);
      return [":srv 900 bird bird!b@h bird :Hello", ":srv 903 bird :In"];
    };
    open();
    await status("settled");
    (await server.connection(1)).say(":srv CAP bird NEW :sasl=PLAIN");
    assert.deepEqual(await status("logged_in"), { status: "logged_in", account: "bird" });
  });

  test("a welcome without it fails the registration", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { sasl: SASL } });
    const usual = offering(["sasl"]);
    server.script = (line, connection) =>
      line === "CAP REQ :sasl" ? connection.welcome() : usual(line, connection);
    open();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && /without the login/.test(lost.reason), lost.status);
  });

  test("a refused server password is not tried again soon", async (context) => {
    const { server, open, status } = await setUp(context, { settings: { password: "wrong" } });
    server.script = (line) =>
      line.startsWith("USER") ? [":srv 464 * :Password incorrect"] : undefined;
    open();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && lost.reason === "Password incorrect");
    assert.ok(lost.retryInMs >= 30_000);
  });

  for (const words of [
    "Access denied: Bad password?",
    "Closing link: (bird@127.0.0.1) [Access denied by configuration]",
    "Closing Link: 127.0.0.1 (Password mismatch)",
    "Closing link: (bird@127.0.0.1) [G-lined: spam]",
    "You are banned from this server",
  ]) {
    test(`nor is one, or a ban, of a server that only closes the connection: ${words}`, async (context) => {
      const { server, open, status } = await setUp(context, { settings: { password: "wrong" } });
      server.script = (line) => (line.startsWith("USER") ? [`ERROR :${words}`] : undefined);
      open();
      const lost = await status("lost");
      assert.ok(lost.status === "lost" && lost.reason === words);
      assert.ok(lost.retryInMs >= 30_000);
    });
  }

  for (const [answer, next] of [
    [":srv FAIL NICK NICKNAME_INVALID [bird] :No such form", /^NICK bird$/],
    [":srv FAIL NICK NICKNAME_RESERVED [bird] :Reserved", /^NICK \[bird\]_$/],
  ] as const) {
    test(`the next nick is tried after ${answer}`, async (context) => {
      const { server, open } = await setUp(context, { settings: { nick: "[bird]" } });
      server.script = (line) => (line === "NICK [bird]" ? [answer] : undefined);
      open();
      await until("the next nick", async () => {
        return (await server.connection(1)).lines.some((line) => next.test(line));
      });
    });
  }

  test("a user name that a standard reply refuses is given up, with the setting named", async (context) => {
    const { server, open, status } = await setUp(context);
    server.script = (line) =>
      line.startsWith("USER") ? [":srv FAIL USER USERNAME_INVALID bird :No"] : undefined;
    open();
    const failed = await status("failed");
    assert.ok(failed.status === "failed" && failed.setting === "user", failed.status);
  });

  for (const [answer, isLasting] of [
    [":srv 263 * NICK :Please wait a while and try again", false],
    [":srv FAIL * ACCOUNT_REQUIRED_TO_CONNECT :You must log in", true],
    [":srv FAIL PASS WRONG :No", true],
  ] as const) {
    test(`the attempt ends at once, with the server's words, after ${answer}`, async (context) => {
      const { server, open, status } = await setUp(context);
      server.script = (line) => (line.startsWith("USER") ? [answer] : undefined);
      open();
      const lost = await status("lost");
      assert.ok(lost.status === "lost" && lost.reason.includes(answer.split(":").at(-1) ?? ""));
      assert.equal(lost.retryInMs >= 30_000, isLasting);
    });
  }

  test("a server that is only full is tried again soon", async (context) => {
    const { server, open, status } = await setUp(context);
    const words = "Closing link: (bird@127.0.0.1) [Too many connections]";
    server.script = (line, connection) => {
      if (!line.startsWith("USER")) return undefined;
      connection.say(`ERROR :${words}`);
      setImmediate(() => connection.drop());
      return [];
    };
    open();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && lost.retryInMs < 30_000);
  });
});

suite("hostile handshakes", () => {
  test("a list of capabilities without end ends the connection", async (context) => {
    const { server, open, status } = await setUp(context);
    server.script = (line) =>
      line === "CAP LS 302"
        ? Array.from({ length: 300 }, (_, index) => `:srv CAP * LS * :x/${index} y/${index}=1`)
        : undefined;
    open();
    const lost = await status("lost");
    assert.ok(lost.status === "lost" && /does not end/.test(lost.reason), lost.status);
  });

  test("capabilities that change endlessly are requested a bounded number of times", async (context) => {
    const { server, open, status } = await setUp(context);
    const usual = offering(["server-time"]);
    server.script = usual;
    open();
    await status("settled");
    const connection = await server.connection(1);
    for (let round = 0; round < 500; round++) {
      connection.say(":srv CAP bird DEL :batch", ":srv CAP bird NEW :batch");
      connection.say(":srv CAP bird ACK :batch");
    }
    connection.say("PING :done");
    await connection.hears(/^PONG done/);
    const asked = connection.lines.filter((line) => line.startsWith("CAP REQ"));
    assert.ok(asked.length > 10 && asked.length <= 64, `${asked.length} requests`);
  });

  test("a welcome during negotiation counts, and CAP END is sent once", async (context) => {
    const { server, open, status } = await setUp(context);
    const usual = offering(["batch server-time"]);
    server.script = (line, connection) => {
      if (line.startsWith("CAP REQ")) {
        return [":srv CAP * ACK :batch", ":srv CAP * ACK :server-time", ":srv CAP * ACK :batch"];
      }
      return usual(line, connection);
    };
    open();
    await status("settled");
    const { lines } = await server.connection(1);
    assert.equal(lines.filter((line) => line === "CAP END").length, 1);
  });

  test("random bytes at any stage do no harm", async (context) => {
    const { server, open, status } = await setUp(context);
    const junk = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7_919) % 256));
    server.script = (line, connection) => {
      connection.write(Buffer.concat([junk, Buffer.from("\r\n")]));
      return line.startsWith("USER") ? connection.welcome() : undefined;
    };
    open();
    await status("welcomed");
  });
});

test("a network that requires TLS only later is left, and connected to with TLS", async (context) => {
  const { server, open, status, statuses } = await setUp(context, {
    settings: { password: "hush" },
    options: { registerWithinMs: 1000 },
  });
  open();
  await status("settled");
  const connection = await server.connection(1);
  connection.say(`:srv CAP bird NEW :sts=port=${server.port}`);
  await status("upgrading");
  // A server without TLS fails, and nothing more than a question is sent unencrypted.
  server.script = (line) =>
    line === "CAP LS 302" ? [`:srv CAP * LS :sts=port=${server.port},duration=9`] : [];
  await status("lost");
  await status("upgrading", 2);
  assert.ok(statuses.some((each) => each.status === "connecting" && each.tls));
  for (const { lines } of server.connections.slice(1)) {
    assert.ok(lines.every((line) => line === "CAP LS 302" || !/PASS|NICK|USER/.test(line)));
  }
});

test("of an incomplete list of capabilities, what has come is used", async (context) => {
  const { server, open, status } = await setUp(context, {
    settings: { password: "hush" },
    options: { capWaitMs: 50 },
  });
  server.script = (line) =>
    line === "CAP LS 302" ? [`:srv CAP * LS * :sts=port=${server.port}`] : undefined;
  open();
  await status("upgrading");
  for (const { lines } of server.connections) assert.doesNotMatch(lines.join(), /PASS|NICK|USER/);
});

test("a server that disconnects at each step is reconnected to, one connection at a time", async (context) => {
  const { server, open, status } = await setUp(context, {
    settings: { channels: ["#a"], sasl: SASL, password: "hush" },
  });
  const usual = offering(["batch server-time sasl=PLAIN"]);
  const steps = 11;
  server.script = (line, connection) => {
    assert.ok(server.connections.slice(0, -1).every(({ isEnded }) => isEnded));
    // Random bytes of TLS may be the end of a line.
    const number = server.connections.filter(({ lines }) => lines[0]?.startsWith("CAP ")).length;
    if (number < steps && connection.lines.length === number) {
      connection.drop();
      return [];
    }
    if (line === "AUTHENTICATE PLAIN") return ["AUTHENTICATE +"];
    if (!line.startsWith("AUTHENTICATE ")) return usual(line, connection);
    return [":srv 900 * bird!b@h bird :Hello", ":srv 903 * :In"];
  };
  open();
  await status("settled");
  // One more: since the first one ended without a line, TLS was tried.
  assert.equal(server.connections.length, steps + 1);
  await status("lost", steps - 1);
});
