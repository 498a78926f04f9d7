/** `--probe` against servers that do whatever they like: how far it comes, and what it says. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { ProbeFailure } from "@seabird-chat/sdk/backend";
import { probe } from "../src/probe.ts";
import { settings } from "../src/settings.ts";

const TIMEOUT_MS = 20_000;

/** A server that answers each line; returns how it is tried, and what it received. */
async function serve(
  t: TestContext,
  answer: (line: string, socket: Socket) => string | undefined,
  greeting = "",
) {
  const received: string[] = [];
  const server = createServer((socket) => {
    let rest = "";
    socket.on("error", () => undefined);
    t.after(() => socket.destroy());
    socket.write(greeting);
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        received.push(line);
        const reply = answer(line, socket);
        if (reply !== undefined) socket.write(reply);
        if (line.startsWith("QUIT")) socket.end();
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const stages: string[] = [];
  const run = (more: object = {}, timeoutMs = TIMEOUT_MS, handshakeTimeoutMs?: number) => {
    const given = settings.parse({ host: `irc://127.0.0.1:${port}`, nick: "birdie", ...more });
    const signal = AbortSignal.timeout(timeoutMs);
    const host = { signal, begin: (stage: string) => void stages.push(stage) };
    return probe(given, host, handshakeTimeoutMs);
  };
  return { run, received, stages, port };
}

const SASL = { account: "me", password: "hunter2" };
const NO_CAPS = ":s 421 * CAP :Unknown command\r\n";
const END_OF_MOTD = ":srv 376 bird :End\r\n";

test("an old server: PASS, NICK, USER, a PING in between, the nick it gives, QUIT; nothing is joined", async (t) => {
  const { run, received, stages } = await serve(t, (line) => {
    if (line.startsWith("CAP LS")) return NO_CAPS;
    if (line.startsWith("USER")) return "PING :abc\r\n:srv NOTICE * :look";
    if (/^PONG :?abc$/.test(line)) return `ing\r\n:srv 001 bird :Welcome\r\n${END_OF_MOTD}`;
    return undefined;
  });
  const welcome = await run({ password: "let me in", channels: ["#a"] });
  assert.equal(welcome, "srv welcomes bird");
  assert.deepEqual(stages, ["connect", "register"]);
  assert.match(received[4] ?? "", /^PONG :?abc$/);
  assert.deepEqual(received.slice(0, 4), [
    "CAP LS 302",
    "PASS :let me in",
    "NICK birdie",
    "USER birdie 0 * birdie",
  ]);
  assert.match(received.at(-1) ?? "", /^QUIT /);
  assert.ok(!received.some((line) => line.startsWith("JOIN")));
});

test("SASL: logged in with a long password in pieces", async (t) => {
  const { run, received } = await serve(t, (line) => {
    if (line === "CAP LS 302")
      return ":s CAP * LS * :a b\r\n:s CAP * LS :sasl=EXTERNAL,PLAIN c\r\n";
    if (line.startsWith("CAP REQ"))
      return `:s CAP birdie ACK :${line.split(" :")[1] ?? "sasl"}\r\n`;
    if (line === "AUTHENTICATE PLAIN") return "AUTHENTICATE +\r\n";
    if (/^AUTHENTICATE .{0,399}$/.test(line)) {
      return ":s 900 birdie birdie!b@h me :in\r\n:s 903 birdie :yes\r\n";
    }
    return line === "CAP END" ? `:s 001 birdie :hi\r\n${END_OF_MOTD}` : undefined;
  });
  const sasl = { ...SASL, password: "x".repeat(294) };
  assert.equal(await run({ sasl }), "s welcomes birdie, logged in to its account");
  const sent = received.filter((line) => /^AUTHENTICATE (?!PLAIN)/.test(line));
  const text = sent
    .map((line) => line.slice("AUTHENTICATE ".length))
    .join("")
    .replace(/\+$/, "");
  assert.equal(Buffer.from(text, "base64").toString(), `me\0me\0${sasl.password}`);
  assert.equal(sent.length, 2);
});

test("SASL that is not offered, or not in this way, is no connection", async (t) => {
  for (const [offer, reason] of [
    [":s CAP * LS :a", /^the server offers no login \(SASL\)$/],
    [":s CAP * LS :sasl=SCRAM-SHA-256", /the server takes SCRAM-SHA-256, not PLAIN/],
    [":s 421 * CAP :what?", /knows no capabilities, so no login \(SASL\)$/],
  ] as const) {
    const { run, stages } = await serve(t, (line) => {
      if (line === "CAP LS 302") return `${offer}\r\n`;
      if (line.startsWith("CAP REQ")) return `:s CAP birdie ACK :${line.split(" :")[1]}\r\n`;
      return undefined;
    });
    await assert.rejects(run({ sasl: SASL }), { name: "ProbeFailure", message: reason });
    assert.deepEqual(stages, ["connect", "register"]);
  }
});

const REFUSALS: readonly (readonly [said: string, error: RegExp, setting: string | undefined])[] = [
  [
    ":s 433 * birdie :Nickname is already in use",
    /^the nick is in use: birdie \(433 Nickname is already in use\)$/,
    "nick",
  ],
  [":s 432 * birdie :No", /^the server does not allow the nick: birdie/, "nick"],
  [":s 464 * :Bad password", /^the server wants another password \(464 Bad password\)/, "password"],
  [":s 465 * :Go away", /^the server has banned this machine \(465 Go away\)/, undefined],
  ["ERROR :Closing \x02link\x02", /^the server closed the connection: Closing .*link/, undefined],
];

test("refusals, in words", async (t) => {
  for (const [said, message, setting] of REFUSALS) {
    const { run } = await serve(t, (line, socket) => {
      if (line.startsWith("CAP LS")) return NO_CAPS;
      if (!line.startsWith("USER")) return undefined;
      if (said.startsWith("ERROR")) socket.end(`${said}\r\n`);
      return said.startsWith("ERROR") ? undefined : `${said}\r\n`;
    });
    await assert.rejects(run(), (error: unknown) => {
      assert.ok(error instanceof ProbeFailure);
      assert.match(error.message, message);
      assert.equal(error.setting, setting);
      return true;
    });
  }
});

test("silence, endless talk, a hang-up, nobody there, no TLS", async (t) => {
  const silent = await serve(t, () => undefined);
  await assert.rejects(silent.run({}, 300), { name: "TimeoutError" });
  const talks = await serve(t, () => "x".repeat(300_000));
  await assert.rejects(talks.run(), { name: "ProbeFailure" });
  const hangsUp = await serve(t, (_, socket) => void socket.destroy());
  await assert.rejects(hangsUp.run(), { name: "ProbeFailure", message: /closed|ECONNRESET/ });
  const plain = await serve(t, () => undefined, ":s NOTICE * :looking up your host\r\n");
  const host = `ircs://127.0.0.1:${plain.port}`;
  await assert.rejects(plain.run({ host }), {
    message: `127.0.0.1:${plain.port} does not speak TLS; give irc://127.0.0.1:${plain.port}`,
    setting: "host",
    suggestion: `irc://127.0.0.1:${plain.port}`,
  });
  const waits = await serve(t, () => undefined);
  await assert.rejects(waits.run({ host: `ircs://127.0.0.1:${waits.port}` }, TIMEOUT_MS, 100), {
    message: /does not complete a TLS handshake; is it irc:\/\/, or another port\?$/,
    setting: "host",
  });
  const resets = await serve(t, (_, socket) => void socket.resetAndDestroy());
  await assert.rejects(resets.run(), { message: /closed the connection.*ircs:/, setting: "host" });
  const gone = createServer().listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as { port: number };
  gone.close();
  await once(gone, "close");
  await assert.rejects(silent.run({ host: `irc://127.0.0.1:${port}` }), {
    message: `nothing listens at 127.0.0.1:${port}`,
    setting: "host",
  });
});

test("what only the backend sees of the settings is told before anything is dialled", async (t) => {
  const { run, stages } = await serve(t, () => undefined);
  await assert.rejects(run({ tls: { ca: "/nowhere.pem" } }), {
    name: "ProbeFailure",
    message: "cannot read /nowhere.pem: there is no such file",
    setting: "tls.ca",
  });
  assert.deepEqual(stages, []);
});
