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
  await using bed = await backendbed({ backend: xmppBackend, config, timeoutMs: 30_000 });
  await ann.says(room, "before");
  assert.equal((await bed.nextEvent()).text, "before");

  const count = (what: RegExp) => bed.log.lines.filter(({ message }) => what.test(message)).length;
  const cut = async () => {
    const before = count(/connection lost/);
    proxy.refuses = true;
    proxy.dropAll();
    await bed.until("the loss", () => count(/connection lost/) > before);
  };
  const mend = async () => {
    const before = count(/the session goes on where it was cut/);
    proxy.refuses = false;
    await bed.until("the session", async () => {
      await bed.clock.advance(5_000);
      return count(/the session goes on where it was cut/) > before;
    });
  };

  // What was counted wrong in one session shows in the next.
  for (const round of ["one", "two", "three"]) {
    await t.test(`is resumed, and what was said meanwhile comes once: ${round}`, async () => {
      await cut();
      await ann.says(room, `${round} *bold*`);
      await ann.says(room, `!roll ${round}`);
      await ann.says(address, `psst ${round}`, "chat");
      await ann.hearsBody(`!roll ${round}`);
      await mend();
      await ann.says(room, `after ${round}`);
      const events = [];
      for (let i = 0; i < 4; i++) events.push(await bed.nextEvent());
      assert.deepEqual(
        events.map(({ kind, shown, arg }) => [kind, shown || arg]),
        [
          ["message", `${round} **bold**`],
          ["command", round],
          ["privateMessage", `psst ${round}`],
          ["message", `after ${round}`],
        ],
      );
    });
  }
});
