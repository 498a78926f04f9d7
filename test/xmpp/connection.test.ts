/** The connection to prosody: logins, TLS, outages, and sessions that go on where they were cut. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ProbeFailure } from "@seabird-chat/sdk/backend";
import { probe } from "../../backends/xmpp/src/probe.ts";
import { settings, type XmppSettings } from "../../backends/xmpp/src/settings.ts";
import { needProsody } from "../support/prosody.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { backOnNetwork, channelIdsOf, startXmppBot, type XmppBot } from "../support/xmpp-bot.ts";
import { XmppPerson } from "../support/xmpp-person.ts";

test("the bot's connection to prosody", async (t) => {
  const server = await needProsody(t);
  if (server === undefined) return;
  const bot = await server.register("bot");
  const account = await server.register("ann");
  const tls = { required: true, verify: true, ca: server.certificate };
  const given = { ...bot, service: server.url, tls };

  await t.test(
    "a probe logs in by STARTTLS and by TLS from the start, and says who welcomes it",
    async () => {
      for (const service of [server.url, server.tlsUrl]) {
        const { stages, welcome } = await tryProbe({ ...given, service });
        assert.match(welcome, /^seabird\.test welcomes bot@seabird\.test\/./);
        assert.deepEqual(stages, ["connect", "login"]);
      }
    },
  );

  await t.test("a probe names the setting that is wrong, and never the password", async () => {
    const wrong = [
      [{ password: "not it" }, "password", /does not accept the address or password/],
      [{ address: `bot@elsewhere.test` }, "address", /does not serve the domain/],
      [{ tls: { required: true, verify: true } }, undefined, /self-signed certificate.*tls\.ca/],
      [{ tls: { ...tls, ca: "/nowhere.pem" } }, "tls.ca", /nowhere\.pem/],
      [
        { service: "xmpp://127.0.0.1:1" },
        undefined,
        /nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\)/,
      ],
    ] as const;
    for (const [more, setting, reason] of wrong) {
      const isRight = (failure: unknown) => {
        assert.ok(failure instanceof ProbeFailure, String(failure));
        assert.match(failure.message, reason);
        assert.equal(failure.setting, setting, failure.message);
        assert.doesNotMatch(failure.message, new RegExp(bot.password));
        return true;
      };
      await assert.rejects(tryProbe({ ...given, ...more }), isRight);
    }
  });

  await t.test(
    "a session that was cut goes on: nothing is lost, doubled or out of order",
    async (t) => {
      const room = `cut@${server.archivedRooms}`;
      await using ann = await XmppPerson.login(server, account);
      await ann.joins(room, "ann");
      const proxy = await TcpProxy.start(server.port, t);
      await using bed = await startXmppBot(server, bot, { ...through(proxy), channels: [room] });
      await ann.says(room, "before");
      assert.equal((await bed.nextEvent()).text, "before");
      proxy.refuses = true;
      proxy.dropAll();
      await bed.lost();
      const missed = Array.from({ length: 20 }, (_, i) => `missed ${i}`);
      for (const each of missed) await ann.says(room, each);
      await ann.hearsBody("missed 19");
      proxy.refuses = false;
      await backOnNetwork(bed);
      for (const each of missed) assert.equal((await bed.nextEvent()).text, each);
      assert.deepEqual(await channelIdsOf(bed), [room]);
      await bed.send(room, "all heard");
      await ann.hearsBody("all heard");
      assert.ok(bed.log.find("goes on where it was cut"));
      const gone = ann.heard.filter(
        ({ name, attrs }) => name === "presence" && attrs["type"] === "unavailable",
      );
      assert.deepEqual(gone.map(String), []);
    },
  );

  await t.test(
    "a message that was under way when it was cut comes once, and its call resolves",
    async (t) => {
      const room = `under-way@${server.archivedRooms}`;
      await using ann = await XmppPerson.login(server, account);
      await ann.joins(room, "ann");
      const proxy = await TcpProxy.start(server.port, t);
      await using bed = await startXmppBot(server, bot, { ...through(proxy), channels: [room] });
      proxy.isSilent = true;
      const before = proxy.sent;
      const sent = bed.send(room, "once");
      await bed.until("the bytes", () => proxy.sent > before);
      proxy.isSilent = false;
      proxy.dropAll();
      await sent;
      await bed.send(room, "behind it");
      await ann.hearsBody("behind it");
      const bodies = ann.heard.map((each) => each.getChildText("body"));
      assert.equal(bodies.filter((each) => each === "once").length, 1);
    },
  );

  await t.test("a bot that was started again adds to the reactions that it has", async (t) => {
    const room = `reacted@${server.archivedRooms}`;
    const folder = await mkdtemp(join(tmpdir(), "seabird-xmpp-"));
    t.after(() => rm(folder, { recursive: true }));
    await using ann = await XmppPerson.login(server, account);
    await ann.joins(room, "ann");
    const given = { channels: [room], state_file: join(folder, "state.json") };
    const sets: string[][] = [];
    const react = async (bed: XmppBot, id: string, emoji: string) => {
      const from = ann.heard.length;
      await bed.core.react({ channelId: bed.absolute(room) }, id, emoji);
      const message = await ann.hears(
        emoji,
        (each) => ann.heard.indexOf(each) >= from && each.getChild("reactions") !== undefined,
      );
      const all = message.getChild("reactions")?.getChildren("reaction") ?? [];
      sets.push(all.map((each) => each.text()));
    };
    let id = "";
    {
      await using bed = await startXmppBot(server, bot, given);
      await ann.says(room, "react to this");
      id = (await bed.nextEvent()).id ?? "";
      await react(bed, id, "👍");
    }
    await using bed = await startXmppBot(server, bot, given);
    await react(bed, id, "🎉");
    assert.deepEqual(sets, [["👍"], ["👍", "🎉"]]);
  });

  await t.test("a server that was killed is joined again, by another session", async () => {
    const room = `killed@${server.archivedRooms}`;
    await using bed = await startXmppBot(server, bot, { channels: [room] });
    server.signal("SIGKILL");
    await bed.lost();
    await assert.rejects(bed.send(room, "now?"), /not connected|lost its connection/);
    await server.restart();
    await backOnNetwork(bed);
    await bed.until("the room", async () => (await bed.channels()).length === 1);
    await using ann = await XmppPerson.login(server, account);
    await ann.joins(room, "ann");
    await bed.send(room, "there again");
    await ann.hearsBody("there again");
  });

  await t.test("what people said to it before its first login is history", async () => {
    await using ann = await XmppPerson.login(server, account);
    await ann.says(bot.address, "before", "chat");
    await using bed = await startXmppBot(server, bot);
    await ann.says(bot.address, "then", "chat");
    assert.equal((await bed.nextEvent()).text, "then");
    assert.equal(bed.events.length, 0);
  });
});

function through({ port }: TcpProxy) {
  return { service: `xmpp://127.0.0.1:${port}`, reconnect_ms: 100 };
}

async function tryProbe(given: Partial<XmppSettings>) {
  const stages: string[] = [];
  const signal = AbortSignal.timeout(20_000);
  const begin = (stage: string) => void stages.push(stage);
  return { welcome: await probe(settings.parse(given), { signal, begin }), stages };
}
