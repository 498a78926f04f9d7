/** What a bad server cannot do: end the backend, fill its memory, hold it, lead it elsewhere. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { type Clock, systemClock } from "../../../sdk/src/link/clock.ts";
import { until } from "../../../test/support/until.ts";
import { MAX_STANZA_CHARACTERS } from "../src/connection/bounded-parser.ts";
import type { ConnectionStatus } from "../src/connection/hooks.ts";
import { XmppConnection } from "../src/connection.ts";
import { settings } from "../src/settings.ts";
import { type Stanza, xml } from "../src/stanza.ts";
import { toOptions } from "../src/to-options.ts";
import {
  ADDRESS,
  HEADER,
  loginFailure,
  type Script,
  ScriptedServer,
  streamError,
} from "./scripted-server.ts";

const PASSWORD = "kept secret";
/** Also without the packet in which it begins behind another stanza. */
const TOO_LONG = MAX_STANZA_CHARACTERS + 2 * 65_536;

async function connect(t: TestContext, script: Script = {}, clock: Clock = systemClock) {
  const server = await ScriptedServer.start(t, script);
  const statuses: ConnectionStatus[] = [];
  const heard: Stanza[] = [];
  const given = { address: ADDRESS, password: PASSWORD, service: server.url, reconnect_ms: 1 };
  const connection = new XmppConnection(
    toOptions(settings.parse(given)),
    { status: (status) => statuses.push(status), stanza: (stanza) => heard.push(stanza) },
    { clock, random: () => 0.5 },
  );
  t.after(() => connection.close());
  const of = <Kind extends ConnectionStatus["status"]>(kind: Kind) =>
    statuses.filter(
      (each): each is Extract<ConnectionStatus, { status: Kind }> => each.status === kind,
    );
  const lost = async (count = 1) => {
    await until(`${count} losses`, () => of("lost").length >= count);
    return of("lost")[count - 1]?.reason ?? "";
  };
  const online = (count = 1) => until("a session", () => of("online").length >= count);
  /** Whatever came before was read. */
  const hears = async (body: string) => {
    server.write(`<message from="a@b" type="chat"><body>${body}</body></message>`);
    await until(body, () => heard.some((stanza) => stanza.getChildText("body") === body));
  };
  return { server, connection, of, lost, online, heard, hears };
}

suite("before there is a session", () => {
  for (const [name, script, reason] of [
    ["garbage", { header: () => "\u0000\u0001 HTTP/1.1 400 Bad Request\r\n\r\n" }, /./],
    ["another protocol", { header: () => "220 mail.example.org ESMTP\r\n" }, /./],
    ["no XML", { header: () => `${HEADER}<a></b>` }, /./],
    ["an unknown domain", { header: () => HEADER + streamError("host-unknown") }, /host-unknown/],
    [
      "a server that goes",
      { header: () => HEADER + streamError("system-shutdown", "later") },
      /shutting down.*later/,
    ],
    ["an unknown condition", { header: () => HEADER + streamError("unheard-of") }, /unheard/],
    [
      "a login that may work later",
      { login: () => loginFailure("temporary-auth-failure") },
      /temporary.auth.failure/,
    ],
    ["an entity", { header: () => `${HEADER}<message><body>&lol;</body></message>` }, /./],
  ] as const satisfies readonly (readonly [string, Script, RegExp])[]) {
    test(`${name}: the connection is lost, with a reason, and tried again`, async (t) => {
      const { server, lost, of } = await connect(t, script);
      const failed = () => of("failed")[0]?.reason;
      await until("an end", () => of("lost").length > 0 || failed() !== undefined);
      const why = failed() ?? (await lost());
      assert.match(why, reason);
      assert.doesNotMatch(why, new RegExp(PASSWORD));
      assert.ok(why.length < 1_000);
      if (failed() !== undefined) return;
      server.script = {};
      await server.session(1);
    });
  }

  for (const [condition, setting] of [
    ["not-authorized", "password"],
    ["account-disabled", "address"],
    ["credentials-expired", "password"],
  ] as const) {
    test(`${condition} is not tried again, and names the setting`, async (t) => {
      const { of, server } = await connect(t, { login: () => loginFailure(condition) });
      await until("the end", () => of("failed").length > 0);
      assert.equal(of("failed")[0]?.setting, setting);
      const { connections } = server;
      await until("it is gone", () => server.open === 0);
      assert.equal(server.connections, connections);
    });
  }

  test("a server that sends the bot elsewhere is not followed", async (t) => {
    const other = await ScriptedServer.start(t);
    const host = other.url.slice("xmpp://".length);
    const ns = "urn:ietf:params:xml:ns:xmpp-streams";
    const moved = `<stream:error><see-other-host xmlns="${ns}">${host}</see-other-host></stream:error>`;
    const { lost } = await connect(t, { header: () => `${HEADER}${moved}</stream:stream>` });
    await lost(2);
    assert.equal(other.connections, 0);
  });

  test("a server that sends the bot to what is no address harms nothing", async (t) => {
    const { lost, server, online } = await connect(t);
    await online();
    server.write(streamError("see-other-host").replace("/>", ">a b:::c</see-other-host>"));
    assert.match(await lost(), /see-other-host/);
    await online(2);
  });
});

suite("in a session", () => {
  for (const [name, bytes] of [
    ["a stanza without an end", () => `<message><body>${"x".repeat(TOO_LONG)}`],
    ["an attribute without an end", () => `<message from="${"x".repeat(TOO_LONG)}`],
    ["a document type", () => '<!DOCTYPE x SYSTEM "file:///etc/passwd">'],
    ["text that is no XML", () => "<message></presence>"],
    ["a stream's error", () => streamError("policy-violation")],
    ["the end of the stream", () => "</stream:stream>"],
  ] as const) {
    test(`${name} ends it, and another one begins`, async (t) => {
      const { server, online, lost } = await connect(t);
      await online();
      server.write(bytes());
      await lost();
      await server.session(2);
    });
  }

  test("deep and wide stanzas are cut, and the next one is heard", async (t) => {
    const { server, online, hears, heard } = await connect(t);
    await online();
    server.write(`<message from="a@b">${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}</message>`);
    server.write(`<message from="a@b">${"<a/>".repeat(100_000)}</message>`);
    await hears("after it");
    let depth = 0;
    for (let at: Stanza | undefined = heard[0]; at !== undefined; at = at.getChildElements()[0])
      depth++;
    assert.ok(depth < 64, `${depth}`);
    assert.ok((heard[1]?.children.length ?? 0) <= 20_000);
  });

  for (const [name, bytes] of [
    ["more than was sent", '<a xmlns="urn:xmpp:sm:3" h="4000000000"/>'],
    ["nothing that is a number", '<a xmlns="urn:xmpp:sm:3" h="x"/>'],
    ["less than nothing", '<a xmlns="urn:xmpp:sm:3" h="-1"/>'],
  ] as const) {
    test(`an acknowledgement of ${name} harms nothing`, async (t) => {
      const { server, online, hears, connection } = await connect(t);
      await online();
      await server.got("stream management", ({ name: element }) => element === "enable");
      await connection.send(xml("message", { to: "a@b", id: "m1" }, xml("body", {}, "hi")));
      server.write(bytes);
      await hears("still here");
    });
  }

  test("an answer of somebody else, or to nothing, is none", async (t) => {
    const { server, online, connection } = await connect(t, {
      stanza: (stanza) =>
        stanza.getChild("query") === undefined
          ? undefined
          : '<iq type="result" from="eve@example.org" id="guessed"><query/></iq>' +
            '<iq type="result"/><iq type="error" id=""/><iq/>',
    });
    await online();
    const abort = new AbortController();
    const asked = connection.request(
      xml("iq", { type: "get", to: "a.example" }, xml("query", { xmlns: "x" })),
      abort.signal,
    );
    await server.got("the request", (stanza) => stanza.getChild("query") !== undefined);
    abort.abort(new Error("time is up"));
    await assert.rejects(asked, { message: "time is up" });
  });

  test("what asks of the bot is answered, and what asks of nobody ignored", async (t) => {
    const { server, online, hears } = await connect(t);
    await online();
    server.write(
      '<iq type="get" id="q1" from="a@b"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>',
    );
    server.write('<iq type="set" id="q2" from="a@b"><query xmlns="jabber:iq:roster"/></iq>');
    server.write('<iq type="get" id="q3" from="a@b"/>');
    server.write("<unheard/><iq><a/></iq><message/><presence/>");
    server.write('<iq type="get" id="q4" from="a@b"><ping xmlns="urn:xmpp:ping"/></iq>');
    await hears("after it");
    const pong = await server.got("the answer to a ping", ({ attrs }) => attrs["id"] === "q4");
    assert.equal(pong.attrs["type"], "result");
    const answer = await server.got("the features", ({ attrs }) => attrs["id"] === "q1");
    assert.equal(answer.attrs["type"], "result");
    const refusal = await server.got("the refusal", ({ attrs }) => attrs["id"] === "q2");
    assert.equal(refusal.attrs["type"], "error");
  });

  test("a session that is resumed by a server that never saw it is another one", async (t) => {
    const { server, online, of } = await connect(t);
    await online();
    await server.got("stream management", ({ name }) => name === "enable");
    server.cut();
    await server.got("the wish to resume", ({ name }) => name === "resume");
    await online(2);
    assert.equal(of("resumed").length, 0);
  });

  test("a session that is cut again and again is taken up after pauses", async (t) => {
    const resumed = '<resumed xmlns="urn:xmpp:sm:3" previd="session-1" h="0"/>';
    const { server, online, of, hears } = await connect(t, {
      stanza: ({ name }) => (name === "resume" ? resumed : undefined),
    });
    await online();
    await server.got("stream management", ({ name }) => name === "enable");
    await hears("what comes behind its answer");
    for (let count = 1; of("lost").length === 0; count++) {
      server.cut();
      await until(
        "it goes on, or a pause",
        () => of("resumed").length >= count || of("lost").length > 0,
      );
      assert.ok(count < 10);
    }
    assert.equal(of("lost")[0]?.canResume, true);
  });

  test("pauses do not grow over sessions that lasted", async (t) => {
    let skippedMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + skippedMs };
    let failing = 0;
    const header = () => (failing-- > 0 ? HEADER + streamError("system-shutdown") : undefined);
    const { server, online, lost, of, hears } = await connect(t, { header }, clock);
    const managed = () => server.stanzas.filter(({ name }) => name === "enable").length;
    for (let count = 1; count <= 8; count++) {
      await online(count);
      await until("stream management", () => managed() >= count);
      await hears(`what comes behind its answer ${count}`);
      skippedMs += 60_000;
      // The attempt that follows at once.
      failing = 1;
      server.cut();
      await lost(count);
    }
    const pausesMs = of("lost").map(({ retryInMs }) => retryInMs);
    assert.deepEqual(new Set(pausesMs), new Set([pausesMs[0]]));
  });
});
