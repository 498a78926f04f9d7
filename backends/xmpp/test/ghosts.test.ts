/** A room that has lost track of the bot: it joins again, and core learns that something may be missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import type { Element } from "@xmpp/xml";
import { xmppBackend } from "../src/backend.ts";
import { ADDRESS, ScriptedServer } from "./scripted-server.ts";

const ROOM = "lobby@rooms.test";

function answer(stanza: Element): string | undefined {
  const { to, id } = stanza.attrs;
  if (stanza.name === "presence" && to === `${ROOM}/bot`) {
    return (
      `<presence from="${to}"><x xmlns="http://jabber.org/protocol/muc#user">` +
      `<item role="participant" affiliation="none"/><status code="110"/></x></presence>`
    );
  }
  if (stanza.name !== "iq" || to !== `${ROOM}/bot`) return undefined;
  const error = `<not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>`;
  return `<iq type="error" id="${id}" from="${to}"><error type="cancel">${error}</error></iq>`;
}

test("a room that does not count the bot as there any more is joined again", async (t) => {
  const server = await ScriptedServer.start(t, { stanza: answer });
  const config = { address: ADDRESS, password: "tea", service: server.url, channels: [ROOM] };
  await using bed = await backendbed({ backend: xmppBackend, config });
  const joins = () =>
    server.stanzas.filter(
      ({ name, attrs }) => name === "presence" && attrs["to"] === `${ROOM}/bot`,
    );
  assert.equal(joins().length, 1);
  await bed.until("another join", () => {
    bed.clock.pass(60_000);
    return joins().length > 1;
  });
  await bed.until("the room", async () => (await bed.channels()).length === 1);
  const lost = bed.log.find("a backend has lost its network");
  assert.match(String(lost?.fields["reason"]), /^lobby@rooms\.test did not count the bot/);
});
