/** The trial of an IRC connection, against servers that do whatever they like. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { idOf, PROBLEMS, parseIrcUrl } from "./answers.ts";
import { type Trial, tryIrc } from "./irc-trial.ts";

const PATIENCE_MS = 20_000;

/** A server that answers each line; returns how it is tried, and what it heard. */
async function serve(
  t: TestContext,
  answer: (line: string, socket: Socket) => string | undefined,
  greeting = "",
) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let rest = "";
    socket.on("error", () => undefined);
    t.after(() => socket.destroy());
    socket.write(greeting);
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        heard.push(line);
        const said = answer(line, socket);
        if (said !== undefined) socket.write(said);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const trial: Trial = {
    url: `irc://127.0.0.1:${port}`,
    nick: "birdie",
    sasl: undefined,
    password: undefined,
  };
  return { trial, heard };
}

const SASL = { account: "me", password: "hunter2" };

test("an old server: PASS, NICK, USER, a PING in between, the nick it gives, QUIT", async (t) => {
  const { trial, heard } = await serve(t, (line) => {
    if (line.startsWith("USER")) return "PING :abc\r\n:srv NOTICE * :look";
    if (line === "PONG :abc") return "ing\r\n:srv 001 bird :Welcome\r\n";
    return undefined;
  });
  assert.deepEqual(await tryIrc({ ...trial, password: "let me in" }, PATIENCE_MS), {
    nick: "bird",
    server: "srv",
    sasl: "not asked",
  });
  const quit = () => heard.at(-1) === "QUIT :only looking";
  while (!quit()) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(heard.slice(0, 4), [
    "PASS :let me in",
    "NICK birdie",
    "USER birdie 0 * :birdie",
    "PONG :abc",
  ]);
});

test("SASL: capabilities in two lines, the mechanism, a long password in pieces", async (t) => {
  const { trial, heard } = await serve(t, (line) => {
    if (line === "CAP LS 302")
      return ":s CAP * LS * :a b\r\n:s CAP * LS :sasl=EXTERNAL,PLAIN c\r\n";
    if (line === "CAP REQ :sasl") return ":s CAP birdie ACK :sasl\r\n";
    if (line === "AUTHENTICATE PLAIN") return "AUTHENTICATE +\r\n";
    if (/^AUTHENTICATE .{0,399}$/.test(line)) return ":s 900 x\r\n:s 903 birdie :yes\r\n";
    return line === "CAP END" ? ":s 001 birdie :hi\r\n" : undefined;
  });
  const sasl = { account: "me", password: "x".repeat(294) };
  assert.equal((await tryIrc({ ...trial, sasl }, PATIENCE_MS)).sasl, "logged in");
  const sent = heard.filter((line) => /^AUTHENTICATE (?!PLAIN)/.test(line));
  const text = sent
    .map((line) => line.slice("AUTHENTICATE ".length))
    .join("")
    .replace(/\+$/, "");
  assert.equal(Buffer.from(text, "base64").toString(), `me\0me\0${sasl.password}`);
  assert.equal(sent.length, 2);
});

test("SASL that is not offered, or not in this way, is no connection", async (t) => {
  for (const offer of [":s CAP * LS :a", ":s CAP * LS :sasl=SCRAM-SHA-256", ":s 421 CAP :what?"]) {
    const { trial } = await serve(t, (line) => {
      if (line === "CAP LS 302") return `${offer}\r\n`;
      const done = offer.includes("421") ? line.startsWith("USER") : line === "CAP END";
      return done ? ":s 001 birdie :hi\r\n" : undefined;
    });
    await assert.rejects(
      tryIrc({ ...trial, sasl: SASL }, PATIENCE_MS),
      /^IrcTrialError: the server offers no login \(SASL PLAIN\) for the account$/,
    );
  }
});

const REFUSALS: readonly (readonly [said: string, error: RegExp])[] = [
  [":s 433 * birdie :Nickname is already in use", /^the nick is in use: birdie \(433 Nickname/],
  [":s 432 * birdie :No", /^the server does not allow the nick: birdie/],
  [":s 464 * :Bad password", /^the server wants another password \(464 Bad password\)/],
  [":s 465 * :Go away", /^the server has banned this machine \(465 Go away\)/],
  ["ERROR :Closing \x1b[2J link", /^the server closed the connection: Closing ␛\[2J link$/],
];

test("refusals, in words", async (t) => {
  for (const [said, error] of REFUSALS) {
    const { trial } = await serve(t, (line) =>
      line.startsWith("USER") ? `${said}\r\n` : undefined,
    );
    await assert.rejects(tryIrc(trial, PATIENCE_MS), { name: "IrcTrialError", message: error });
  }
});

test("silence, endless talk, a hang-up, nobody there, no TLS", async (t) => {
  const silent = await serve(t, () => undefined);
  await assert.rejects(tryIrc(silent.trial, 300), /gave no welcome within 0.3 s$/);
  const talks = await serve(t, () => "x".repeat(300_000));
  await assert.rejects(tryIrc(talks.trial, PATIENCE_MS), /talks on and on without a welcome/);
  const hangsUp = await serve(t, (_, socket) => void socket.destroy());
  await assert.rejects(tryIrc(hangsUp.trial, PATIENCE_MS), /closed the connection|was cut/);
  const plain = await serve(t, () => undefined, ":s NOTICE * :looking up your host\r\n");
  const url = plain.trial.url.replace("irc:", "ircs:");
  await assert.rejects(tryIrc({ ...plain.trial, url }, PATIENCE_MS), /does not speak TLS/);
  const gone = createServer().listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as { port: number };
  gone.close();
  await once(gone, "close");
  const nobody = { ...silent.trial, url: `irc://127.0.0.1:${port}` };
  await assert.rejects(
    tryIrc(nobody, PATIENCE_MS),
    new RegExp(`^IrcTrialError: nobody listens at 127.0.0.1:${port}$`),
  );
});

test("addresses, names and ids", () => {
  assert.deepEqual(parseIrcUrl("ircs://irc.example.org"), {
    host: "irc.example.org",
    port: 6697,
    tls: true,
    verify: true,
  });
  assert.equal(parseIrcUrl("irc://[::1]:7000/")?.host, "::1");
  for (const wrong of ["http://x", "irc://", "irc://a:b@c", "irc://x/#chan", "irc://x?y", "x y"]) {
    assert.equal(parseIrcUrl(wrong), undefined, wrong);
  }
  assert.equal(PROBLEMS.url("irc.example.org"), undefined);
  for (const nick of ["", "a b", "#a", "1a", "a\r\nQUIT", "a:b", "-a"])
    assert.ok(PROBLEMS.nick(nick));
  for (const name of ["a", "#a b", "#a,b", "#a\n"]) assert.ok(PROBLEMS.channel(name));
  assert.ok(PROBLEMS.id("../x") && PROBLEMS.id("a/b") && !PROBLEMS.id("oftc"));
  const hosts = {
    "irc.libera.chat": "libera",
    localhost: "localhost",
    "127.0.0.1": "irc",
    "::1": "irc",
  };
  for (const [host, id] of Object.entries(hosts)) assert.equal(idOf(host), id);
});
