/** What people do with slixmpp, as prosody hands it on, becomes events. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { plainText } from "@seabird-chat/protocol";
import type { Element } from "@xmpp/xml";
import { type StanzaEvent, toNetworkEvents } from "../../backends/xmpp/src/inbound.ts";
import { ReactionSets } from "../../backends/xmpp/src/state/reaction-sets.ts";
import { RecentMessages } from "../../backends/xmpp/src/state/recent-messages.ts";
import { Room } from "../../backends/xmpp/src/state/room.ts";
import { needProsody, type Prosody, type XmppAccount } from "../support/prosody.ts";
import { escapeXml, XmppPerson } from "../support/xmpp-person.ts";

test("people on prosody", async (t) => {
  const server = await needProsody(t);
  if (server === undefined) return;
  const [ann, bob, bot] = [
    await server.register("ann"),
    await server.register("bob"),
    await server.register("bot"),
  ];

  // With the room's own ids (XEP-0359), and without them.
  for (const host of [server.archivedRooms, server.rooms]) {
    await t.test(host, (inner) => inRoom(inner, server, { host, ann, bob, bot }));
  }
});

async function inRoom(
  t: TestContext,
  server: Prosody,
  { host, ann, bob, bot }: Record<"ann" | "bob" | "bot", XmppAccount> & { host: string },
): Promise<void> {
  const room = `inbound@${host}`;
  await using a = await XmppPerson.login(server, ann);
  await using b = await XmppPerson.login(server, bob);
  await using listener = await XmppPerson.login(server, bot);
  await a.joins(room, "Ann");
  await listener.joins(room, "bot");
  const heard = new Reader(listener, { room, features: await featuresOf(listener, room) });
  const annUser = { id: `${room}/Ann`, displayName: "Ann" };
  let originId = "";
  let id = "";

  await t.test("come in", async () => {
    // The room's own, at the end of the join.
    assert.deepEqual((await heard.next("changed")).channel, { id: room, topic: "" });
    await b.joins(room, "Bob");
    const { member } = await heard.next("memberJoined");
    assert.deepEqual(member.user, { id: `${room}/Bob`, displayName: "Bob" });
  });

  await t.test("write", async () => {
    originId = await a.says(room, "*helo* <b> & ❤");
    const { message } = await heard.next("message");
    assert.deepEqual(message.user, annUser);
    assert.equal(message.block && plainText(message.block), "helo <b> & ❤");
    id = message.id ?? "";
    assert.equal(id === originId, host === server.rooms);
  });

  await t.test("correct it", async () => {
    const replace = `<replace xmlns="urn:xmpp:message-correct:0" id="${originId}"/>`;
    await b.sends(groupChat(room, `<body>mine</body>${replace}`, "forged"));
    assert.equal((await heard.next("message")).message.text, "mine");
    await a.sends(groupChat(room, `<body>hello</body>${replace}`, "corrected"));
    const { edit } = await heard.next("edited");
    assert.deepEqual({ id: edit.id, text: edit.text }, { id, text: "hello" });
  });

  await t.test("answer it", async () => {
    await b.call("xep_0461.send_reply", {
      ...{ reply_to: `${room}/Ann`, reply_id: id, fallback: "hello", quoted_nick: "Ann" },
      ...{ mto: room, mtype: "groupchat", mbody: "hi Ann" },
    });
    const { message } = await heard.next("message");
    assert.equal(message.text, "hi Ann");
    assert.deepEqual(message.replyTo, { messageId: id, author: annUser, text: "hello" });
  });

  await t.test("react to it", async () => {
    const react = (...emojis: string[]) =>
      b.sends(
        groupChat(
          room,
          `<reactions xmlns="urn:xmpp:reactions:0" id="${id}">${emojis
            .map((each) => `<reaction>${each}</reaction>`)
            .join("")}</reactions>`,
        ),
      );
    await react("👍", "🐢");
    for (const emoji of ["👍", "🐢"]) {
      const { reaction } = await heard.next("reaction");
      assert.deepEqual([reaction.messageId, reaction.emoji, reaction.removed], [id, emoji, false]);
    }
    await react("🐢");
    const { reaction } = await heard.next("reaction");
    assert.deepEqual([reaction.emoji, reaction.removed], ["👍", true]);
  });

  await t.test("type", async () => {
    await a.sends(groupChat(room, `<composing xmlns="http://jabber.org/protocol/chatstates"/>`));
    assert.equal((await heard.next("typing")).typing.isActive, true);
  });

  await t.test("retract it", async () => {
    const retract = (who: XmppPerson, wanted: string) =>
      who.call("xep_0424.send_retraction", { mto: room, id: wanted, mtype: "groupchat" });
    // Somebody else's does nothing, so that the next event is the author's.
    await retract(b, id);
    await retract(a, id);
    const { deletion } = await heard.next("deleted");
    assert.deepEqual(deletion.ids, [id]);
    assert.deepEqual(deletion.by, annUser);
  });

  if (host === server.archivedRooms) {
    await t.test("are moderated", async () => {
      await b.says(room, "buy");
      const { message } = await heard.next("message");
      const moderate =
        `<iq type="set" id="mod1" to="${room}"><apply-to xmlns="urn:xmpp:fasten:0" id="${message.id}">` +
        `<moderate xmlns="urn:xmpp:message-moderate:0"><retract xmlns="urn:xmpp:message-retract:0"/>` +
        "<reason>spam</reason></moderate></apply-to></iq>";
      assert.equal((await a.asks(moderate)).attrs["type"], "result");
      const { deletion } = await heard.next("deleted");
      assert.deepEqual(
        [deletion.ids, deletion.by, deletion.reason],
        [[message.id], annUser, "spam"],
      );
    });
  }

  await t.test("send files, and actions", async () => {
    const url = "https://files.x/cat.png";
    const oob = `<x xmlns="jabber:x:oob"><url>${url}</url></x>`;
    await a.sends(groupChat(room, `<body>${url}</body>${oob}`));
    const { block } = (await heard.next("message")).message;
    assert.ok(block?.inner.case === "attachment");
    assert.equal(block.inner.value.name, "cat.png");
    await a.says(room, "/me waves");
    assert.equal((await heard.next("action")).message.text, "waves");
  });

  await t.test("change the topic", async () => {
    await a.sends(groupChat(room, "<subject>tea</subject>"));
    assert.deepEqual((await heard.next("changed")).channel, { id: room, topic: "tea" });
  });

  await t.test("write in private", async () => {
    await a.says(`${room}/bot`, "psst", "chat");
    assert.deepEqual((await heard.next("privateMessage")).message.user, annUser);
    await a.says(bot.address, "psst again", "chat");
    const { user } = (await heard.next("privateMessage")).message;
    assert.deepEqual(user, { id: ann.address, displayName: "ann", account: ann.address });
  });

  await t.test("change nicks, and are removed", async () => {
    await b.sends(`<presence to="${room}/Bobby"/>`);
    const { change } = await heard.next("userChanged");
    assert.deepEqual(change.user, { id: `${room}/Bobby`, displayName: "Bobby" });
    const kick =
      `<iq type="set" id="kick1" to="${room}"><query xmlns="http://jabber.org/protocol/muc#admin">` +
      `<item nick="Bobby" role="none"><reason>spam</reason></item></query></iq>`;
    await a.asks(kick);
    const { member } = await heard.next("memberRemoved");
    assert.deepEqual([member.by, member.reason], [annUser, "spam"]);
  });

  await t.test("go", async () => {
    await a.sends(`<presence to="${room}/Ann" type="unavailable"><status>bye</status></presence>`);
    const { member } = await heard.next("memberLeft");
    assert.deepEqual([member.user, member.reason], [annUser, "bye"]);
  });
}

function groupChat(room: string, inner: string, id = "m"): string {
  return `<message to="${escapeXml(room)}" type="groupchat" id="${id}">${inner}</message>`;
}

async function featuresOf(person: XmppPerson, room: string): Promise<ReadonlySet<string>> {
  const ask = `<iq type="get" id="d-${room}" to="${room}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`;
  const query = (await person.asks(ask)).getChild("query");
  const features = query?.getChildren("feature") ?? [];
  return new Set(features.map((each) => String(each.attrs["var"])));
}

/** Reads what a person heard as the backend reads it, from the join on. */
class Reader {
  readonly #listener: XmppPerson;
  readonly #room: Room;
  readonly #recent = new RecentMessages();
  readonly #reactions = new ReactionSets();
  readonly #events: StanzaEvent[] = [];
  /** Stanzas that were read. */
  #read = 0;

  constructor(
    listener: XmppPerson,
    { room, features }: { readonly room: string; readonly features: ReadonlySet<string> },
  ) {
    this.#listener = listener;
    this.#room = new Room(room, "bot");
    this.#room.features = features;
  }

  /** The next event, which has to be of this kind. */
  async next<Kind extends StanzaEvent["kind"]>(
    kind: Kind,
  ): Promise<Extract<StanzaEvent, { kind: Kind }>> {
    await this.#listener.hears(`what is a ${kind}`, () => {
      while (this.#events.length === 0 && this.#read < this.#listener.heard.length) {
        this.#take(this.#listener.heard[this.#read++] as Element);
      }
      return this.#events.length > 0;
    });
    const event = this.#events.shift();
    assert.equal(event?.kind, kind, inspect(event, { depth: 4 }));
    return event as Extract<StanzaEvent, { kind: Kind }>;
  }

  #take(stanza: Element): void {
    const inbound = toNetworkEvents(stanza, {
      ...{ self: "bot@seabird.test", nowMs: Date.now() },
      room: (address) => (address === this.#room.address ? this.#room : undefined),
      earlier: (conversation, id) => this.#recent.get(conversation, id),
      reactions: (of) => this.#reactions.of(of),
    });
    for (const message of inbound.remember ?? []) this.#recent.remember(message);
    if (inbound.reactions !== undefined) this.#reactions.replace(inbound.reactions);
    this.#events.push(...inbound.events);
    if (stanza.name === "presence") this.#room.presence(stanza);
  }
}
