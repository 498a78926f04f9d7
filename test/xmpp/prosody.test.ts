/** The XMPP server and the person that tests of XMPP stand on do what those tests rely on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needProsody } from "../support/prosody.ts";
import { XmppPerson } from "../support/xmpp-person.ts";

test("prosody has rooms, ids, uploads and lasting accounts; slixmpp talks to it", async (t) => {
  const server = await needProsody(t);
  if (server === undefined) return;
  const ann = await server.register("ann");
  const bob = await server.register("bob");
  const room = `lobby@${server.rooms}`;
  const archived = `lobby@${server.archivedRooms}`;

  await t.test("two people hear each other", async () => {
    await using one = await XmppPerson.login(server, ann);
    await using other = await XmppPerson.login(server, bob);
    await one.joins(room, "ann");
    await other.joins(room, "bob");
    const id = await one.says(room, "hi <you> & ❤");
    const heard = await other.hearsBody("hi <you> & ❤");
    assert.equal(heard.attrs["id"], id);
    assert.equal(heard.attrs["from"], `${room}/ann`);
    assert.ok(heard.getChild("occupant-id", "urn:xmpp:occupant-id:0"));
    assert.equal(heard.getChild("stanza-id", "urn:xmpp:sid:0"), undefined);
    await one.says(bob.address, "psst", "chat");
    await other.hearsBody("psst");
  });

  await t.test("rooms with an archive give ids to messages, and can be moderated", async () => {
    await using one = await XmppPerson.login(server, ann);
    await one.joins(archived, "ann");
    await one.says(archived, "kept");
    const said = await one.hearsBody("kept");
    assert.ok(said.getChild("stanza-id", "urn:xmpp:sid:0")?.attrs["id"]);
    const ask = `<iq type="get" id="d1" to="${archived}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`;
    const info = (await one.asks(ask)).toString();
    for (const feature of ["urn:xmpp:sid:0", "urn:xmpp:message-moderate:0"]) {
      assert.ok(info.includes(feature), info);
    }
  });

  await t.test("a plugin of slixmpp is called by its name", async () => {
    await using one = await XmppPerson.login(server, ann);
    await using other = await XmppPerson.login(server, bob);
    const reactions = { to: bob.address, to_id: "m1", reactions: ["👍"] };
    await one.call("xep_0444.send_reactions", reactions);
    const reacts = (each: { toString(): string }) => each.toString().includes("👍");
    await other.hears("a reaction", reacts);
  });

  await t.test("accounts last over a restart", async () => {
    await server.restart();
    await using one = await XmppPerson.login(server, ann);
    assert.equal(one.address, "ann@seabird.test");
  });
});
