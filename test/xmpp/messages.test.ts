/** What plugins do with messages on XMPP, as a person sees it whose client is slixmpp. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, bold, container, mention, text } from "@seabird-chat/protocol";
import type { SentMessage } from "@seabird-chat/sdk";
import { type Backendbed, backendbed } from "@seabird-chat/testkit";
import type { Element } from "@xmpp/xml";
import { xmppBackend } from "../../backends/xmpp/src/backend.ts";
import { NS } from "../../backends/xmpp/src/stanza.ts";
import {
  MAX_UPLOAD_BYTES,
  needProsody,
  type Prosody,
  type XmppAccount,
} from "../support/prosody.ts";
import { XmppPerson } from "../support/xmpp-person.ts";

/** A person's room with ids and moderation, where the bot is a moderator, and one with neither. */
interface Stage {
  readonly server: Prosody;
  readonly ann: XmppPerson;
  readonly bot: XmppAccount;
  readonly bed: Backendbed;
  readonly room: string;
  readonly plainRoom: string;
}

type Case = (stage: Stage) => Promise<void>;

const NICK = "seabird";

/** The only id of what was sent. */
function idOf({ ids }: Pick<SentMessage, "ids">): string {
  assert.equal(ids.length, 1);
  return ids[0] ?? "";
}

function stanzaId(message: Element): string | undefined {
  return message.getChild("stanza-id", NS.ids)?.attrs["id"];
}

/** The bot's message by the id that core knows. */
const heard = ({ ann }: Pick<Stage, "ann">, id: string | undefined) =>
  ann.hears(`the message ${id}`, (each) => stanzaId(each) === id || each.attrs["id"] === id);

const where = ({ bed, room }: Stage) => ({ channelId: bed.absolute(room) });

async function said({ ann, bed, room }: Stage, words: string) {
  await ann.says(room, words);
  const event = await bed.nextEvent();
  assert.equal(event.text, words);
  return event;
}

/** The bot's latest message with this child that is about a message. */
async function aboutIt(stage: Stage, name: string, id: string, from = 0): Promise<Element> {
  return await stage.ann.hears(
    `${name} of ${id}`,
    (each) =>
      stage.ann.heard.indexOf(each) >= from &&
      each.getChildren(name).some(({ attrs }) => attrs["id"] === id),
  );
}

const CASES: Readonly<Record<string, Case>> = {
  "a message has its styling, its room's id, and names whom it mentions": async (stage) => {
    const { bed, room } = stage;
    const who = mention({ userId: bed.absolute(`${room}/ann`) }, "@somebody");
    const sent = await bed.send(room, text`good ${bold("morning")}, ${who}`);
    const message = await heard(stage, idOf(sent));
    assert.equal(message.getChildText("body"), "good *morning*, ann");
    assert.equal(stanzaId(message), idOf(sent));
    const reference = message.getChild("reference", NS.reference);
    assert.deepEqual(
      [reference?.attrs["begin"], reference?.attrs["end"], reference?.attrs["uri"]],
      ["16", "19", `xmpp:${room}/ann`],
    );
  },

  "a room without ids: the message has the one that it was sent with": async (stage) => {
    const { bed, plainRoom } = stage;
    const id = idOf(await bed.send(plainRoom, "hi"));
    const message = await heard(stage, id);
    assert.deepEqual([message.attrs["id"], stanzaId(message)], [id, undefined]);
  },

  "an action begins with /me": async (stage) => {
    const message = await heard(stage, idOf(await stage.bed.act(stage.room, "waves")));
    assert.equal(message.getChildText("body"), "/me waves");
  },

  "a reply names what it answers, both ways": async (stage) => {
    const { bed, ann, room } = stage;
    const asked = await said(stage, "a question");
    const sent = await bed.send(room, "an answer", { replyTo: { id: asked.id } });
    assert.deepEqual(sent.degraded, []);
    const message = await heard(stage, idOf(sent));
    assert.equal(message.getChildText("body"), "> a\u200bnn:\n> a question\nan answer");
    const { id, to } = message.getChild("reply", NS.reply)?.attrs ?? {};
    assert.deepEqual([id, to], [asked.id, `${room}/ann`]);
    await ann.sends(
      `<message to="${room}" type="groupchat" id="answer"><body>thanks</body>` +
        `<reply xmlns="${NS.reply}" id="${idOf(sent)}" to="${room}/${NICK}"/></message>`,
    );
    assert.equal((await bed.nextEvent()).replyTo, idOf(sent));
  },

  "an edit is a correction of the first version, again and again": async (stage) => {
    const { bed, ann, room } = stage;
    const id = idOf(await bed.send(room, "one"));
    const first = (await heard(stage, id)).attrs["id"];
    for (const words of ["two", "three"]) {
      assert.deepEqual((await bed.core.editMessage(where(stage), id, words)).ids, [id]);
      const correction = await ann.hearsBody(words);
      assert.equal(correction.getChild("replace", NS.correct)?.attrs["id"], first);
    }
  },

  "a deletion is a retraction of one's own, and a moderation of others'": async (stage) => {
    const { bed, ann, room } = stage;
    const own = idOf(await bed.send(room, "oops"));
    const others = await said(stage, "spam");
    assert.deepEqual(await bed.core.deleteMessages(where(stage), [own, others.id]), {});
    await aboutIt(stage, "retract", own);
    await ann.hears("the moderation", (each) => {
      const isRooms = each.attrs["from"] === room;
      return (
        isRooms && each.toString().includes(others.id) && each.toString().includes("moderated")
      );
    });
  },

  "without moderation only one's own are deleted": async (stage) => {
    const { bed, ann, plainRoom } = stage;
    await ann.says(plainRoom, "spam");
    const { id } = await bed.nextEvent();
    const own = idOf(await bed.send(plainRoom, "oops"));
    const place = { channelId: bed.absolute(plainRoom) };
    const failed = await bed.core.deleteMessages(place, [own, id]);
    assert.deepEqual(Object.keys(failed), [id]);
    assert.match(failed[id] ?? "", /the room has no moderation/);
    await aboutIt(stage, "retract", own);
    const again = await bed.core.deleteMessages(place, [own]);
    assert.match(again[own] ?? "", /remembers no message of its own/);
  },

  "reactions are all of the bot's, each time": async (stage) => {
    const { bed, ann } = stage;
    const { id } = await said(stage, "react to this");
    const sets: string[][] = [];
    const react = async (emoji: string, removed = false) => {
      const from = ann.heard.length;
      await bed.core.react(where(stage), id, emoji, { removed });
      const message = await aboutIt(stage, "reactions", id, from);
      const reactions = message.getChild("reactions", NS.reactions);
      sets.push(reactions?.getChildren("reaction").map((each) => each.text()) ?? []);
    };
    await react("👍");
    await react("🎉");
    await react("👍", true);
    await react("🎉", true);
    assert.deepEqual(sets, [["👍"], ["👍", "🎉"], ["🎉"], []]);
    await assert.rejects(bed.core.react(where(stage), id, ":parrot:"), /only the emoji of Unicode/);
  },

  "a plugin's file is uploaded, and opens from its url": async (stage) => {
    const { bed, room, server } = stage;
    const bytes = Buffer.from("meow");
    const file = await bed.core.upload({ bytes, name: "big cat.txt", description: "a cat" });
    const sent = await bed.send(room, container(["look: ", file]));
    assert.deepEqual([sent.ids.length, sent.degraded], [2, []]);
    assert.equal((await heard(stage, sent.ids[0])).getChildText("body"), "look: ");
    const message = await heard(stage, sent.ids[1]);
    const url = message.getChild("x", NS.oob)?.getChildText("url") ?? "";
    assert.equal(message.getChildText("body"), url);
    assert.ok(url.startsWith(server.uploadUrl), url);
    const answer = await fetch(url);
    assert.deepEqual(Buffer.from(await answer.bytes()), bytes);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/);
  },

  "a file that is too large for the server is a link to core": async (stage) => {
    const { bed, room } = stage;
    const bytes = Buffer.alloc(MAX_UPLOAD_BYTES + 1);
    const file = await bed.core.upload({ bytes, name: "large.bin" });
    const sent = await bed.send(room, file);
    assert.deepEqual(sent.degraded, ["attachment"]);
    const body = (await heard(stage, idOf(sent))).getChildText("body") ?? "";
    assert.match(body, /^https:\/\/core\.invalid\/media\/.*large\.bin$/);
  },

  "a file of somewhere else is its url": async (stage) => {
    const { bed, room } = stage;
    const file = attachment({ url: "https://example.org/cat.png", name: "cat.png" });
    const message = await heard(stage, idOf(await bed.send(room, file)));
    const url = message.getChild("x", NS.oob)?.getChildText("url");
    assert.equal(url, "https://example.org/cat.png");
  },

  "typing is seen, and its end": async (stage) => {
    const { ann, bed } = stage;
    await bed.core.setTyping(where(stage), true);
    await ann.hears("composing", (each) => each.getChild("composing", NS.chatStates) !== undefined);
    await bed.core.setTyping(where(stage), false);
    await ann.hears("paused", (each) => each.getChild("paused", NS.chatStates) !== undefined);
  },

  "a person is reached in a room, and by account": async (stage) => {
    const { ann, bed, bot, room } = stage;
    await bed.sendPrivately(`${room}/ann`, "psst, in the room");
    const inRoom = await ann.hearsBody("psst, in the room");
    assert.equal(inRoom.attrs["from"], `${room}/${NICK}`);
    assert.ok(inRoom.getChild("x", NS.mucUser));
    const id = idOf(await bed.sendPrivately(ann.address, "psst"));
    const message = await ann.hearsBody("psst");
    assert.equal(String(message.attrs["from"]).split("/")[0], bot.address);
    assert.equal(message.attrs["id"], id);
    const place = { userId: bed.absolute(ann.address) };
    await bed.core.editMessage(place, id, "psst!");
    const correction = await ann.hearsBody("psst!");
    assert.equal(correction.getChild("replace", NS.correct)?.attrs["id"], id);
  },

  "what a server refuses fails in its words": async ({ bed, room, server }) => {
    const nobody = bed.sendPrivately(`${room}/nobody`, "hi");
    await assert.rejects(nobody, /there is nobody with that address|not there/);
    const noAccount = bed.sendPrivately(`nobody@${server.domain}`, "hi");
    await assert.rejects(noAccount, /cannot be reached/);
    const elsewhere = bed.sendPrivately("ann@elsewhere.invalid", "hi");
    await assert.rejects(elsewhere, /remote domains .*not allowed/);
    await assert.rejects(bed.send(room, "x".repeat(50_000)), /at most 48000 fit/);
  },

  "a long message arrives whole, and messages keep their order": async (stage) => {
    const { bed, ann, room } = stage;
    const long = "wörd & <so> ".repeat(2_000).trim();
    await bed.send(room, long);
    await ann.hearsBody(long);
    const lines = Array.from({ length: 10 }, (_, index) => `line ${index}`);
    await Promise.all(lines.map((line) => bed.send(room, line)));
    await ann.hearsBody("line 9");
    const bodies = ann.heard.map((each) => each.getChildText("body"));
    assert.deepEqual(
      bodies.filter((each) => each?.startsWith("line ")),
      lines,
    );
  },
};

/** The bot's pace is by its clock, which stands still by itself. Returns the undo. */
function followRealTime({ clock }: Backendbed): () => void {
  let atMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    clock.pass(nowMs - atMs);
    atMs = nowMs;
  }, 20);
  return () => clearInterval(timer);
}

test("what plugins do with messages", async (t) => {
  const server = await needProsody(t);
  if (server === undefined) return;
  const [account, bot] = [await server.register("ann"), await server.register(NICK)];
  await using ann = await XmppPerson.login(server, account);
  const [room, plainRoom] = [`lobby@${server.archivedRooms}`, `plain@${server.rooms}`];
  await ann.joins(room, "ann");
  await ann.joins(plainRoom, "ann");
  const item = `<item affiliation="admin" jid="${bot.address}"/>`;
  const query = `<query xmlns="http://jabber.org/protocol/muc#admin">${item}</query>`;
  await ann.asks(`<iq type="set" to="${room}" id="admin">${query}</iq>`);
  await using bed = await backendbed({
    backend: xmppBackend,
    publicUrl: "https://core.invalid",
    timeoutMs: 8_000,
    config: {
      address: bot.address,
      password: bot.password,
      service: server.url,
      tls: { ca: server.certificate },
      channels: [room, plainRoom],
    },
  });
  t.after(followRealTime(bed));
  await bed.until("both rooms", async () => (await bed.channels()).length === 2);
  const stage: Stage = { server, ann, bot, bed, room, plainRoom };
  for (const [name, run] of Object.entries(CASES)) await t.test(name, () => run(stage));
});
