/** Staying on a real network: nicks, kicks, channels that refuse us, and servers that fall silent. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { channel, connectTo } from "../support/irc-connection-stage.ts";
import { startIrcNetwork } from "../support/irc-network.ts";
import { type IrcServer, startInspircd, startNgircd } from "../support/irc-servers.ts";
import { IRC_SERVER_KINDS, type IrcServerKind } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

async function startServer(t: TestContext, kind: IrcServerKind): Promise<IrcServer | undefined> {
  const programs = needPrograms(t, kind);
  if (programs === undefined) return undefined;
  const start = kind === "inspircd" ? startInspircd : startNgircd;
  const server = await start(programs[kind]);
  t.after(() => server.close());
  return server;
}

async function person(t: TestContext, server: IrcServer, nick: string): Promise<RawIrcClient> {
  const client = await RawIrcClient.connect(server.port, nick);
  t.after(() => client.close());
  return client;
}

for (const kind of IRC_SERVER_KINDS) {
  // Each has a server of its own, and mostly waits for it.
  suite(kind, { concurrency: 3 }, () => {
    test("a taken nick: another, and the wanted one when its holder leaves", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const holder = await person(t, server, "bird");
      holder.say("JOIN #a");
      const stage = connectTo(t, { port: server.port, channels: [channel("#a")] });
      assert.equal((await stage.status("welcomed")).nick, "bird_");
      await stage.status("settled");
      holder.say("QUIT :bye");
      await waitFor("the nick", () => stage.connection.state.nick === "bird");
      assert.ok(!stage.lines.some((line) => line.includes("NickServ")));
    });

    test("the wanted one is asked for now and then, when nobody sees its holder leave", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const holder = await person(t, server, "bird");
      const stage = connectTo(t, { port: server.port, nickCheckMs: 300 });
      await stage.status("welcomed");
      await stage.sees(/^< .* 433 /, 2);
      holder.say("QUIT :bye");
      await waitFor("the nick", () => stage.connection.state.nick === "bird");
    });

    test("kicked: we stay away, or come back if that is wanted", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const op = await person(t, server, "op");
      op.say("JOIN #a");
      await op.hears(/ 366 /);
      const channels = [channel("#a")];
      const meek = connectTo(t, { port: server.port, channels, nick: "meek", rejoinAfterMs: 1 });
      const bold = connectTo(t, {
        port: server.port,
        channels,
        nick: "bold",
        rejoin: true,
        rejoinAfterMs: 50,
      });
      await Promise.all([meek.status("settled"), bold.status("settled")]);
      op.say("KICK #a meek :out", "KICK #a bold :out");
      await op.hears(/^:bold!\S+ JOIN :?#a/, 2);
      // What leads to a JOIN has been read long ago, as the other one's was.
      await meek.sees(/^< .* KICK #a meek/);
      assert.equal(meek.lines.filter((line) => line.startsWith("> JOIN")).length, 1);
      // Shut out, it is refused, and tries again.
      op.say("MODE #a +i", "KICK #a bold :out");
      assert.equal((await bold.status("join_refused")).channel, "#a");
    });

    test("a channel that refuses us at first is tried again", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const op = await person(t, server, "op");
      op.say("JOIN #shut", "MODE #shut +i");
      await op.hears(/MODE #shut :?[+]i/);
      const stage = connectTo(t, {
        port: server.port,
        channels: [channel("#shut"), channel("#open")],
        joinRetryMs: 100,
      });
      const refused = await stage.status("join_refused");
      assert.equal(refused.channel, "#shut");
      assert.equal(refused.retryInMs, 100);
      await stage.status("settled");
      await stage.status("join_refused", 2);
      op.say("MODE #shut -i");
      await waitFor("the channel", () => stage.connection.state.topicOf("#shut") !== undefined);
    });

    test("a server that stands still is noticed, and all is well within 60 s", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const stage = connectTo(t, {
        port: server.port,
        channels: [channel("#a")],
        // A tenth of what the program waits.
        pingIntervalMs: 1_500,
        pingTimeoutMs: 3_000,
        registerWithinMs: 3_000,
        nickCheckMs: 500,
      });
      await stage.status("settled");
      server.signal("SIGSTOP");
      assert.equal((await stage.status("lost")).reason, "the server is silent");
      assert.match((await stage.status("lost", 2)).reason, /did not welcome us in time/);
      server.signal("SIGCONT");
      await stage.status("settled", 2);
      await waitFor("our nick", () => stage.connection.state.nick === "bird");
    });

    test("a server that is away for a while: we are back, and so are the channels", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      // A sixtieth of what the program waits: away for 2 minutes is away for 2 seconds.
      const stage = connectTo(t, {
        port: server.port,
        channels: [channel("#a"), channel("#b")],
        reconnectMinMs: 16,
        reconnectMaxMs: 500,
      });
      await stage.status("settled");
      await server.kill();
      await stage.status("lost", 7);
      await server.restart();
      await stage.status("settled", 2);
      assert.equal(stage.connection.state.channels().length, 2);
      const pauses = stage.statuses.flatMap((each) =>
        each.status === "lost" ? [each.retryInMs] : [],
      );
      assert.ok(pauses.every((ms) => ms <= 500));
      assert.ok(Math.max(...pauses.slice(5)) > Math.max(...pauses.slice(0, 1)) * 2, `${pauses}`);
    });
  });
}

test("ngircd, whose nicks have 9 characters: ours is what the server says it is", async (t) => {
  const server = await startServer(t, "ngircd");
  if (server === undefined) return;
  const wanted = { port: server.port, nick: "seabirdisbig", nickCheckMs: 100 };
  const first = connectTo(t, wanted);
  assert.equal((await first.status("welcomed")).nick, "seabirdis");
  assert.ok(first.connection.state.isMe("seabirdis"));
  // It is as much of the wanted one as there can be: nothing is asked for again.
  const second = connectTo(t, wanted);
  assert.match((await second.status("welcomed")).nick, /^seabirdi_$/);
  await second.sees(/^> NICK seabirdis$/, 3);
  assert.equal(first.lines.filter((line) => line.startsWith("> NICK")).length, 2);
});

test("services give a nick back to whom it belongs", async (t) => {
  const network = await startIrcNetwork(t);
  if (network === undefined) return;
  await network.register("bird", "wings12");
  const { port } = network.server;
  const ghost = await network.raw("bird");
  const byLogin = connectTo(t, {
    port,
    sasl: { mechanism: "PLAIN", account: "bird", password: "wings12" },
  });
  await ghost.hears(/^ERROR|KILL/);
  await waitFor("the nick", () => byLogin.connection.state.nick === "bird");
  await byLogin.connection.close();

  const another = await network.raw("bird");
  const byNickServ = connectTo(t, { port, nickservPassword: "wings12" });
  await another.hears(/^ERROR|KILL/);
  await waitFor("the nick", () => byNickServ.connection.state.nick === "bird");
  assert.doesNotMatch(byNickServ.lines.join("\n"), /wings12/);
});

test("a netsplit's QUIT is no reason to take a nick", async (t) => {
  const server = await startServer(t, "inspircd");
  if (server === undefined) return;
  const holder = await person(t, server, "bird");
  holder.say("JOIN #a");
  const proxy = await TcpProxy.start(server.port, t);
  const stage = connectTo(t, { port: proxy.port, channels: [channel("#a")] });
  await stage.status("settled");
  // As the server would say it; it prefixes what people say themselves.
  proxy.inject(":bird!x@y QUIT :irc.one.example irc.two.example\r\nPING :after\r\n");
  await stage.sees(/^> PONG after/);
  assert.equal(stage.lines.filter((line) => line === "> NICK bird").length, 1);
});

for (const [kind, options] of [
  ["ngircd", { extra: "[Limits]\nMaxJoins = 3" }],
  ["inspircd", { connect: { maxchans: "3" } }],
] as const) {
  test(`${kind}: more channels than it allows: those that fit, and the next when one is left`, async (t) => {
    const programs = needPrograms(t, kind);
    if (programs === undefined) return;
    const start = kind === "inspircd" ? startInspircd : startNgircd;
    const server = await start(programs[kind], options);
    t.after(() => server.close());
    const channels = Array.from({ length: 12 }, (_, at) => channel(`#c${at}`));
    const stage = connectTo(t, { port: server.port, channels, joinRetryMs: 100 });
    const { joined, wanted, waiting } = await stage.status("settled");
    assert.deepEqual([joined, wanted, waiting], [3, 12, 9]);
    const pong = async () => {
      stage.connection.session?.send("PING :seen");
      await stage.sees(/^< .*PONG .*seen/);
    };
    await pong();
    stage.connection.session?.send("PART #c0");
    const late = await stage.status("joined_late");
    assert.deepEqual([late.channel, late.joined, late.waiting], ["#c3", 3, 8]);
    const joins = stage.lines.filter((line) => line.startsWith("> JOIN"));
    assert.ok(joins.length <= 3, joins.join("\n"));
  });
}
