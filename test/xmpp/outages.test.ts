/** Connections to prosody that are cut: what a resumed stream hands over, and what is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import { xmppBackend } from "../../backends/xmpp/src/backend.ts";
import { needProsody } from "../support/prosody.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { XmppPerson } from "../support/xmpp-person.ts";

test("a connection that is cut", async (t) => {
  const server = await needProsody(t);
  if (server === undefined) return;
  const { address, password } = await server.register("bot");
  await using ann = await XmppPerson.login(server, await server.register("ann"));
  const proxy = await TcpProxy.start(server.port, t);
  const room = `outages@${server.rooms}`;
  await ann.joins(room, "ann");
  const tls = { required: true, verify: true, ca: server.certificate };
  const service = `xmpp://127.0.0.1:${proxy.port}`;
  const config = { address, password, service, tls, nick: "bot", channels: [room] };
  await using bed = await backendbed({ backend: xmppBackend, config });
  await ann.says(room, "before");
  assert.equal((await bed.nextEvent()).text, "before");

  const cut = async () => {
    proxy.refuses = true;
    proxy.dropAll();
    await bed.until("the loss", () => bed.log.find(/lost/) !== undefined);
  };
  const mend = async () => {
    proxy.refuses = false;
    await bed.clock.advance(60_000);
  };

  await t.test("is resumed, and what was said meanwhile comes once, in order", async () => {
    await cut();
    for (const text of ["one", "*two*"]) await ann.says(room, text);
    await ann.says(room, "!roll 2d6");
    await ann.says(address, "psst", "chat");
    await ann.hearsBody("!roll 2d6");
    await mend();
    const events = [];
    for (let i = 0; i < 4; i++) events.push(await bed.nextEvent());
    assert.deepEqual(
      events.map(({ kind, shown, arg }) => [kind, shown || arg]),
      [
        ["message", "one"],
        ["message", "**two**"],
        ["command", "2d6"],
        ["privateMessage", "psst"],
      ],
    );
    await ann.says(room, "after");
    assert.equal((await bed.nextEvent()).text, "after");
    assert.ok(bed.log.find(/the session goes on where it was cut/));
  });
});
