/** Rooms on prosody, with people whose client is slixmpp: joins, nicks, passwords, kicks, invitations. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { XmppSettings } from "../../backends/xmpp/src/settings.ts";
import { NS } from "../../backends/xmpp/src/stanza.ts";
import { needProsody } from "../support/prosody.ts";
import { channelIdsOf, startXmppBot, type XmppBot } from "../support/xmpp-bot.ts";
import { escapeXml, XmppPerson } from "../support/xmpp-person.ts";

test("the bot in rooms of prosody", async (t) => {
  const server = await needProsody(t);
  if (server === undefined) return;
  const bot = await server.register("bot");
  const account = await server.register("ann");
  await using ann = await XmppPerson.login(server, account);
  const start = (more: Partial<XmppSettings>) => startXmppBot(server, bot, more);

  await t.test("what was said before it came is no event, and what is said then is", async () => {
    const room = `history@${server.rooms}`;
    await ann.joins(room, "ann");
    await ann.says(room, "!roll before");
    await ann.hearsBody("!roll before");
    await using bed = await start({ channels: [room] });
    await ann.says(room, "!roll after");
    assert.equal((await bed.nextEvent()).arg, "after");
  });

  await t.test(
    "a nick that is taken gives way to another, and is taken back when it is free",
    async () => {
      const room = `nicks@${server.rooms}`;
      await ann.joins(room, "seabird");
      await using bed = await start({ channels: [room] });
      await ann.hears("the other nick", isPresence(`${room}/seabird_`));
      await ann.says(room, "seabird_: hi");
      assert.deepEqual(fieldsOf(await bed.nextEvent()), { kind: "mention", text: "hi" });
      await ann.sends(`<presence to="${room}/ann"/>`);
      await ann.hears("the wanted nick", isPresence(`${room}/seabird`, "none"));
      await bed.until("the wanted nick", () => bed.log.find('"nick":"seabird"') !== undefined);
    },
  );

  await t.test(
    "a room with a password is joined with it, and refused in words without",
    async () => {
      const room = `secret@${server.rooms}`;
      await ann.joins(room, "ann");
      await configure(ann, room, {
        "muc#roomconfig_passwordprotectedroom": "1",
        "muc#roomconfig_roomsecret": "tea & <cake>",
      });
      await using bed = await start({ channels: [{ name: room, password: "tea & <cake>" }] });
      assert.deepEqual(await channelIdsOf(bed), [room]);
      await bed.leave(room);
      await assert.rejects(bed.join(room), /it wants a password/);
      await assert.rejects(bed.join(`${room} wrong`), /the password is wrong/);
      await bed.join(`${room} tea & <cake>`);
      assert.deepEqual(await channelIdsOf(bed), [room]);
    },
  );

  await t.test("after a kick it stays away, or comes back where the settings say so", async () => {
    const room = `kicks@${server.rooms}`;
    await ann.joins(room, "ann");
    const kick = () =>
      admin(ann, room, `<item nick="seabird" role="none"><reason>too loud</reason></item>`);
    {
      await using bed = await start({ channels: [room] });
      await kick();
      await bed.until("the kick", async () => (await bed.channels()).length === 0);
      assert.ok(bed.log.find(/kicked from the room/));
      assert.ok(bed.log.find(/too loud/));
    }
    await using bed = await start({ channels: [room], rejoin: true });
    await kick();
    await bed.until("the kick", async () => (await bed.channels()).length === 0);
    await bed.clock.advance(5_000);
    await bed.until("the return", async () => (await bed.channels()).length === 1);
  });

  await t.test("after a ban it stays away, and a join says why not", async () => {
    const room = `bans@${server.rooms}`;
    await ann.joins(room, "ann");
    await using bed = await start({ channels: [room], rejoin: true });
    await admin(ann, room, `<item jid="${bot.address}" affiliation="outcast"/>`);
    await bed.until("the ban", async () => (await bed.channels()).length === 0);
    await assert.rejects(bed.join(room), /the bot is banned there/);
  });

  await t.test("a room that is destroyed is left, with its reason in the log", async () => {
    const room = `gone@${server.rooms}`;
    await ann.joins(room, "ann");
    await using bed = await start({ channels: [room] });
    const destroy = `<query xmlns="${NS.mucOwner}"><destroy><reason>moved</reason></destroy></query>`;
    await ann.asks(`<iq type="set" id="destroy" to="${room}">${destroy}</iq>`);
    await bed.until("its end", async () => (await bed.channels()).length === 0);
    assert.ok(bed.log.find(/the room was destroyed/));
    assert.ok(bed.log.find(/moved/));
  });

  await t.test(
    "it follows invitations of those who may, directly and through the room",
    async () => {
      const stranger = await server.register("mallory");
      await using mallory = await XmppPerson.login(server, stranger);
      const direct = `direct@${server.rooms}`;
      const trap = `trap@${server.rooms}`;
      await using bed = await start({ accept_invites_from: [ann.address] });
      await mallory.joins(trap, "mallory");
      await mallory.call("xep_0249.send_invitation", { jid: bot.address, roomjid: trap });
      await mallory.call("xep_0045.invite", { room: trap, jid: bot.address });
      await ann.joins(direct, "ann");
      await ann.call("xep_0249.send_invitation", { jid: bot.address, roomjid: direct });
      await bed.until("the room", async () => (await bed.channels()).length === 1);
      await bed.until("the others", () => bed.log.find(/invitation ignored.*trap/) !== undefined);
      assert.deepEqual(await channelIdsOf(bed), [direct]);
    },
  );

  await t.test("it follows invitations through rooms of a service that it may trust", async () => {
    const room = `mediated@${server.rooms}`;
    await using bed = await start({ accept_invites_from: [`@${server.rooms}`] });
    await ann.joins(room, "ann");
    await ann.call("xep_0045.invite", { room, jid: bot.address });
    await bed.until("the room", async () => (await bed.channels()).length === 1);
  });

  await t.test("topics, members and rights are known", async () => {
    const room = `known@${server.archivedRooms}`;
    await ann.joins(room, "ann");
    await configure(ann, room, { "muc#roomconfig_roomname": "Known & liked" });
    await ann.sends(`<message to="${room}" type="groupchat"><subject>tea</subject></message>`);
    await ann.hears("the topic", (each) => each.getChildText("subject") === "tea");
    await using bed = await start({ channels: [room] });
    await bed.until("its name and topic", async () => {
      const [channel] = await bed.channels();
      return channel?.displayName === "Known & liked" && channel.topic === "tea";
    });
    const members = await bed.core.listMembers(bed.absolute(room));
    const names = members.members.map(({ displayName, isBot }) => [displayName, isBot]);
    assert.deepEqual(names.sort(), [
      ["ann", false],
      ["seabird", true],
    ]);
    const { missing_permissions } = await bed.metadata();
    assert.equal(
      missing_permissions,
      `${room}: cannot delete messages of others (participant, needs moderator)`,
    );
  });

  await t.test("rooms that are silent are asked whether it is still there, and it is", async () => {
    const room = `silent@${server.rooms}`;
    await ann.joins(room, "ann");
    await using bed = await start({ channels: [room], self_ping_ms: 10_000 });
    for (let i = 0; i < 5; i++) await bed.clock.advance(10_000);
    await ann.says(room, "hi");
    assert.equal((await bed.nextEvent()).text, "hi");
    assert.equal(bed.log.find(/did not count the bot/), undefined);
  });
});

function fieldsOf({ kind, text }: Awaited<ReturnType<XmppBot["nextEvent"]>>) {
  return { kind, text };
}

/** `affiliation`: of that presence; undefined: any. */
function isPresence(from: string, affiliation?: string) {
  return (each: { name: string; attrs: Record<string, unknown>; toString(): string }) =>
    each.name === "presence" &&
    each.attrs["from"] === from &&
    each.attrs["type"] === undefined &&
    (affiliation === undefined || each.toString().includes(`affiliation="${affiliation}"`));
}

async function admin(person: XmppPerson, room: string, item: string): Promise<void> {
  const query = `<query xmlns="${NS.mucAdmin}">${item}</query>`;
  const answer = await person.asks(`<iq type="set" id="admin-${++ids}" to="${room}">${query}</iq>`);
  assert.equal(answer.attrs["type"], "result", answer.toString());
}

let ids = 0;

async function configure(
  person: XmppPerson,
  room: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const all = { FORM_TYPE: "http://jabber.org/protocol/muc#roomconfig", ...fields };
  const form = Object.entries(all).map(
    ([name, value]) => `<field var="${name}"><value>${escapeXml(value)}</value></field>`,
  );
  const answer = await person.asks(
    `<iq type="set" id="configure-${++ids}" to="${room}"><query xmlns="${NS.mucOwner}">` +
      `<x xmlns="jabber:x:data" type="submit">${form.join("")}</x></query></iq>`,
  );
  assert.equal(answer.attrs["type"], "result", answer.toString());
}
