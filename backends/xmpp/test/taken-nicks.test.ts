/** Rooms without occupant ids: who takes a nick that somebody left owns nothing that was said under it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import type { Element } from "@xmpp/xml";
import { xmppBackend } from "../src/backend.ts";
import { ADDRESS, ScriptedServer } from "./scripted-server.ts";

const ROOM = "lobby@rooms.test";
const USER = 'xmlns="http://jabber.org/protocol/muc#user"';

function presence(nick: string, inside = "", type = ""): string {
  const item = '<item role="participant" affiliation="none"/>';
  return `<presence ${type} from="${ROOM}/${nick}"><x ${USER}>${item}${inside}</x></presence>`;
}

const comes = presence("ann");
const goes = presence("ann", "", 'type="unavailable"');

function says(id: string, body: string, replaces = ""): string {
  const replace = `<replace xmlns="urn:xmpp:message-correct:0" id="${replaces}"/>`;
  return (
    `<message type="groupchat" from="${ROOM}/ann" id="${id}"><body>${body}</body>` +
    `${replaces === "" ? "" : replace}</message>`
  );
}

function answer(stanza: Element): string | undefined {
  if (stanza.name === "enable") return '<failed xmlns="urn:xmpp:sm:3"/>';
  if (stanza.name !== "presence" || stanza.attrs["to"] !== `${ROOM}/bot`) return undefined;
  return comes + presence("bot", '<status code="110"/>');
}

test("nobody corrects what another one has said under the same nick", async (t) => {
  const server = await ScriptedServer.start(t, { stanza: answer });
  const config = { address: ADDRESS, password: "tea", service: server.url, channels: [ROOM] };
  await using bed = await backendbed({ backend: xmppBackend, config });
  server.write(says("a1", "one"));
  server.write(says("a2", "two", "a1"));
  assert.equal((await bed.nextEvent()).text, "one");
  await bed.nextReport("messageEdited");

  await t.test("after they have left", async () => {
    server.write(goes + comes + says("b1", "forged", "a1"));
    const event = await bed.nextEvent();
    assert.deepEqual([event.kind, event.text], ["message", "forged"]);
  });

  await t.test("after the bot was away", async () => {
    server.cut();
    await bed.until("another session", () => {
      bed.clock.pass(1_000);
      return server.sessions > 1;
    });
    await bed.until("the room", async () => (await bed.channels()).length === 1);
    server.write(says("c1", "forged again", "b1"));
    const event = await bed.nextEvent();
    assert.deepEqual([event.kind, event.text], ["message", "forged again"]);
  });
});
