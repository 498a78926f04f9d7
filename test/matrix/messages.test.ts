/** What plugins do with messages on Matrix, as a person sees it whose client is matrix-nio. */
import assert from "node:assert/strict";
import { text as readText } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { attachment, bold, container, mention, text } from "@seabird-chat/protocol";
import type { SentMessage } from "@seabird-chat/sdk";
import { type Backendbed, backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { MatrixClient } from "../../backends/matrix/src/connection/matrix-client.ts";
import { systemClock } from "../../sdk/src/link/clock.ts";
import { MatrixPerson } from "../support/matrix-person.ts";
import { type Json, type MatrixAccount, needSynapse, type Synapse } from "../support/synapse.ts";
import { webServer } from "../support/web-server.ts";

/** A person's room that the bot is in. */
interface Stage {
  readonly server: Synapse;
  readonly ann: MatrixPerson;
  readonly account: MatrixAccount;
  readonly bot: MatrixAccount;
  readonly bed: Backendbed;
  readonly channel: string;
  readonly roomId: string;
}

type Case = (stage: Stage) => Promise<void>;

const heard = (ann: MatrixPerson, id: string | undefined) =>
  ann.hears(`the event ${id}`, ({ event_id }) => event_id === id);

/** The only id of what was sent. */
function idOf({ ids }: Pick<SentMessage, "ids">): string {
  assert.equal(ids.length, 1);
  return ids[0] ?? "";
}

const where = ({ bed, channel }: Stage) => ({ channelId: bed.absolute(channel) });

async function said(stage: Stage, words: string) {
  const id = await stage.ann.say(stage.roomId, words);
  const event = await stage.bed.nextEvent();
  assert.equal(event.id, id);
  return event;
}

const CASES: Readonly<Record<string, Case>> = {
  "a message has its HTML and its id, and mentions whom it names": async (stage) => {
    const { bed, ann, channel } = stage;
    const who = mention({ userId: bed.absolute(ann.userId) }, "@ann");
    const sent = await bed.send(channel, text`good ${bold("morning")}, ${who}`);
    const { content, sender } = await heard(ann, idOf(sent));
    assert.equal(sender, stage.bot.userId);
    assert.equal(content.body, "good morning, @ann");
    assert.match(content.formatted_body, /<strong>morning<\/strong>.*matrix\.to.*@ann/);
    assert.deepEqual(content["m.mentions"], { user_ids: [ann.userId] });
  },

  "an action is an emote": async ({ bed, ann, channel }) => {
    const { content } = await heard(ann, idOf(await bed.act(channel, "waves")));
    assert.deepEqual([content.msgtype, content.body], ["m.emote", "waves"]);
  },

  "a reply names what it answers, both ways": async (stage) => {
    const { bed, ann, channel, roomId } = stage;
    const asked = await said(stage, "a question");
    const sent = await bed.send(channel, "an answer", { replyTo: { id: asked.id } });
    assert.deepEqual(sent.degraded, []);
    const { content } = await heard(ann, idOf(sent));
    assert.equal(content.body, "an answer");
    assert.deepEqual(content["m.relates_to"], { "m.in_reply_to": { event_id: asked.id } });
    await ann.call("send", {
      room: roomId,
      content: {
        ...{ msgtype: "m.text", body: "thanks" },
        "m.relates_to": { "m.in_reply_to": { event_id: idOf(sent) } },
      },
    });
    assert.equal((await bed.nextEvent()).replyTo, idOf(sent));
  },

  "a reply to a message of elsewhere says that it is lost": async (stage) => {
    const conversation = { channelId: stage.bed.absolute("#elsewhere:seabird.test") };
    const replyTo = { id: "$1", conversation };
    const { degraded } = await stage.bed.send(stage.channel, "hi", { replyTo });
    assert.deepEqual(degraded, ["reply"]);
  },

  "a thread is a channel: it is started, answered in, and its messages are told apart": async (
    stage,
  ) => {
    const { bed, ann, channel, roomId } = stage;
    const asked = await said(stage, "let us talk");
    const options = { replyTo: { id: asked.id }, startThread: true };
    const sent = await bed.send(channel, "here", options);
    const thread = `${channel}/${asked.id}`;
    assert.deepEqual([sent.channelId, sent.degraded], [bed.absolute(thread), []]);
    const relation = async (id: string) => (await heard(ann, id)).content["m.relates_to"];
    assert.deepEqual(await relation(idOf(sent)), {
      ...{ rel_type: "m.thread", event_id: asked.id, is_falling_back: false },
      "m.in_reply_to": { event_id: asked.id },
    });
    const listed = (await bed.channels()).find(({ id }) => id === thread);
    assert.equal(listed?.displayName, "let us talk");
    const info = await bed.core.channelInfo(bed.absolute(thread));
    assert.deepEqual([info.parentId, info.rootMessageId], [bed.absolute(channel), asked.id]);

    const { event_id: said2 } = await ann.call("send", {
      room: roomId,
      content: {
        ...{ msgtype: "m.text", body: "and here" },
        "m.relates_to": {
          ...{ rel_type: "m.thread", event_id: asked.id, is_falling_back: true },
          "m.in_reply_to": { event_id: idOf(sent) },
        },
      },
    });
    const answer = await bed.nextEvent();
    assert.deepEqual([answer.channel, answer.text], [thread, "and here"]);
    const last = await bed.send(thread, "yes");
    assert.deepEqual(await relation(idOf(last)), {
      ...{ rel_type: "m.thread", event_id: asked.id, is_falling_back: true },
      "m.in_reply_to": { event_id: said2 },
    });
  },

  "an edit replaces the content, keeps the id, and notifies nobody twice": async (stage) => {
    const { bed, ann, channel } = stage;
    const who = mention({ userId: bed.absolute(ann.userId) }, "@ann");
    const id = idOf(await bed.send(channel, text`${who}: one`));
    const edited = await bed.core.editMessage(where(stage), id, text`${who}: ${bold("two")}`);
    assert.deepEqual([edited.ids, edited.degraded], [[id], []]);
    const { content } = await ann.hears("the edit", isEditOf(id));
    assert.equal(content["m.new_content"].body, "@ann: two");
    assert.deepEqual(content["m.new_content"]["m.mentions"], { user_ids: [ann.userId] });
    assert.deepEqual([content.body, content["m.mentions"]], ["* @ann: two", {}]);
  },

  "a message of somebody else is not edited": async (stage) => {
    const { id } = await said(stage, "mine");
    await assert.rejects(stage.bed.core.editMessage(where(stage), id, "yours"), {
      message: "the bot can edit its own messages only",
    });
  },

  "a persona has its name and picture, also after an edit": async (stage) => {
    const { bed, ann, channel } = stage;
    const persona = { id: "cat-7", displayName: "Cat" };
    const id = idOf(await bed.send(channel, "meow", { persona }));
    const profile = { id: "cat-7", displayname: "Cat", avatar_url: "", has_fallback: true };
    const { content } = await heard(ann, id);
    assert.deepEqual(content["com.beeper.per_message_profile"], profile);
    assert.equal(content.body, "Cat: meow");
    assert.match(content.formatted_body, /^<strong data-mx-profile-fallback>Cat: <\/strong>meow/);
    await bed.core.editMessage(where(stage), id, "purr");
    const edit = await ann.hears("the edit", isEditOf(id));
    const fresh = edit.content["m.new_content"];
    assert.deepEqual(fresh["com.beeper.per_message_profile"], profile);
    assert.equal(fresh.body, "Cat: purr");
  },

  "a reaction comes and goes, and comes once": async (stage) => {
    const { bed, ann } = stage;
    const { id } = await said(stage, "react to me");
    await bed.core.react(where(stage), id, "👍");
    await bed.core.react(where(stage), id, "👍");
    const reaction = await ann.hears("the reaction", isReactionTo(id, "👍"));
    await bed.core.react(where(stage), id, "👍", { removed: true });
    await ann.hears("its end", isRedactionOf(reaction.event_id));
    const gone = bed.core.react(where(stage), id, "👍", { removed: true });
    await assert.rejects(gone, { message: "the bot has no such reaction to this message" });
  },

  "all reactions are taken back, also those from before a start": async (stage) => {
    const { bed, ann, bot, server, roomId } = stage;
    const { id } = await said(stage, "react to me");
    const content = { "m.relates_to": { rel_type: "m.annotation", event_id: id, key: "🐈" } };
    const path = `v3/rooms/${encodeURIComponent(roomId)}/send/m.reaction/before`;
    const { event_id: early } = await server.call(bot, "PUT", path, content);
    await bed.core.react(where(stage), id, "👍");
    await bed.core.react(where(stage), id, "", { removed: true });
    const late = await ann.hears("the reaction", isReactionTo(id, "👍"));
    for (const each of [early, late.event_id]) await ann.hears("its end", isRedactionOf(each));
  },

  "a message is deleted, of others only with the power for it": async (stage) => {
    const { bed, ann, channel } = stage;
    const own = idOf(await bed.send(channel, "oops"));
    const { id: others } = await said(stage, "not yours");
    const failed = await bed.core.deleteMessages(where(stage), [own, others], { reason: "spam" });
    assert.deepEqual(failed, {
      [others]:
        "the bot may delete only its own messages here: its power is 0, and others' need 50",
    });
    const redaction = await ann.hears("the deletion", isRedactionOf(own));
    assert.equal(redaction.content.reason, "spam");
    await givePower(stage, 50);
    assert.deepEqual(await bed.core.deleteMessages(where(stage), others), {});
    await ann.hears("the deletion", isRedactionOf(others));
  },

  "everyone is notified with the power for it, and otherwise it is said": async (stage) => {
    const { bed, ann, channel } = stage;
    const all = mention("everyone", "@room");
    const quiet = await bed.send(channel, all);
    assert.deepEqual(quiet.degraded, ["mention"]);
    assert.deepEqual((await heard(ann, idOf(quiet))).content["m.mentions"], {});
    await givePower(stage, 50);
    const loud = await bed.send(channel, all);
    assert.deepEqual(loud.degraded, []);
    assert.deepEqual((await heard(ann, idOf(loud))).content["m.mentions"], { room: true });
  },

  "typing is shown and ends, with a message too": async (stage) => {
    const { bed, roomId, account, server } = stage;
    const filter = JSON.stringify({ room: { rooms: [roomId], timeline: { limit: 1 } } });
    let since = "";
    const typing = async () => {
      const query = new URLSearchParams({ filter, timeout: "0", ...(since !== "" && { since }) });
      const answer = await server.call(account, "GET", `v3/sync?${query}`);
      since = answer.next_batch;
      const news = answer.rooms?.join?.[roomId]?.ephemeral?.events ?? [];
      return news.findLast(({ type }: Json) => type === "m.typing")?.content.user_ids;
    };
    await typing();
    const isTyping = (...people: readonly string[]) =>
      bed.until("who types", async () => JSON.stringify(await typing()) === JSON.stringify(people));
    await bed.core.setTyping(where(stage), true);
    await isTyping(stage.bot.userId);
    await bed.core.setTyping(where(stage), false);
    await isTyping();
    await bed.core.setTyping(where(stage), true);
    await isTyping(stage.bot.userId);
    await bed.send(stage.channel, "said");
    await isTyping();
  },

  "members are listed with their names": async (stage) => {
    const { bed, channel, ann, bot } = stage;
    const { members, isComplete } = await bed.core.listMembers(bed.absolute(channel));
    const listed = members.map(({ id, displayName, isBot }) => [id, { displayName, isBot }]);
    assert.deepEqual(
      new Map(listed as [string, object][]),
      new Map([
        [bed.absolute(ann.userId), { displayName: "ann", isBot: false }],
        [bed.absolute(bot.userId), { displayName: "bot", isBot: true }],
      ]),
    );
    assert.equal(isComplete, true);
  },

  "a file goes both ways, with its caption": async (stage) => {
    const { bed, ann, channel, roomId, server, account } = stage;
    const bytes = Buffer.from("not much of a picture");
    const file = await bed.core.upload({ bytes, name: "cat.png" });
    const sent = await bed.send(channel, container(["a cat: ", file]));
    assert.deepEqual(sent.degraded, []);
    const { content } = await heard(ann, idOf(sent));
    assert.deepEqual(
      [content.msgtype, content.body, content.filename, content.info],
      ["m.image", "a cat: ", "cat.png", { mimetype: "image/png", size: bytes.length }],
    );
    assert.deepEqual(await download(server, account, content.url), bytes);
    // The bytes are not uploaded again.
    const again = await heard(ann, idOf(await bed.send(channel, file)));
    assert.equal(again.content.url, content.url);

    await ann.call("send", {
      room: roomId,
      content: {
        ...{ msgtype: "m.image", body: "look", filename: "dog.png", url: content.url },
        info: { mimetype: "image/png" },
      },
    });
    const event = await bed.nextEvent();
    const [posted] = event.attachments;
    assert.ok(posted !== undefined);
    assert.equal(posted.url, "");
    const url = await bed.core.attachmentUrl(posted);
    assert.deepEqual(Buffer.from(await bed.readFile(url)), bytes);
    // A file of Matrix that is sent to Matrix stays where it is.
    const back = await heard(ann, idOf(await bed.send(channel, attachment({ id: posted.id }))));
    assert.equal(back.content.url, content.url);
  },

  "several files are several messages, whose edit replaces, adds and removes": async (stage) => {
    const { bed, ann, channel } = stage;
    const [one, two] = await Promise.all(
      ["one", "two"].map((name) =>
        bed.core.upload({ bytes: Buffer.from(name), name: `${name}.txt` }),
      ),
    );
    assert.ok(one && two);
    const { ids } = await bed.send(channel, container(["two files: ", one, two]));
    assert.equal(ids.length, 3);
    const bodies = await Promise.all(ids.map(async (id) => (await heard(ann, id)).content.body));
    assert.deepEqual(bodies, ["two files: ", "one.txt", "two.txt"]);
    const { ids: left } = await bed.core.editMessage(where(stage), ids, "no files");
    assert.deepEqual(left, ids.slice(0, 1));
    for (const id of ids.slice(1)) await ann.hears("the deletion", isRedactionOf(id));
  },

  "a picture that cannot be had is a link, and said to be lost": async ({ bed, ann, channel }) => {
    const url = "http://127.0.0.1:9/cat.png";
    const file = attachment({ name: "cat.png", url, contentType: "image/png" });
    const { ids, degraded } = await bed.send(channel, file);
    assert.deepEqual(degraded, ["attachment"]);
    assert.equal((await heard(ann, ids[0])).content.body, `cat.png: ${url}`);
  },

  "a long message becomes several, in order": async ({ bed, ann, channel }) => {
    const line = "0123456789 ".repeat(10_000);
    const { ids } = await bed.send(channel, line);
    assert.equal(ids.length > 1, true);
    const bodies = await Promise.all(ids.map(async (id) => (await heard(ann, id)).content.body));
    assert.equal(bodies.join(""), line);
  },

  "many sends at once keep their order": async ({ bed, ann, channel, roomId }) => {
    const words = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    await Promise.all(words.map((each) => bed.send(channel, each)));
    await ann.hears("the last", ({ content }) => content.body === words.at(-1));
    const seen = ann.heard.filter(
      ({ room_id: room, content }) => room === roomId && /^message/.test(content.body),
    );
    assert.deepEqual(
      seen.map(({ content }) => content.body),
      words,
    );
  },

  "what was sent before a start can be edited, in threads too": async (stage) => {
    const { bed, ann, bot, server, roomId, channel } = stage;
    const send = async (content: object, transaction: string) => {
      const path = `v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${transaction}`;
      return (await server.call(bot, "PUT", path, content)).event_id;
    };
    const root = await send({ msgtype: "m.emote", body: "waves" }, "1");
    const thread = { rel_type: "m.thread", event_id: root };
    const id = await send({ msgtype: "m.notice", body: "yes", "m.relates_to": thread }, "2");
    for (const [where, edited, msgtype] of [
      [channel, root, "m.emote"],
      [`${channel}/${root}`, id, "m.notice"],
    ]) {
      await bed.core.editMessage({ channelId: bed.absolute(where) }, edited, "now");
      const { content } = await ann.hears("the edit", isEditOf(edited));
      assert.equal(content["m.new_content"].msgtype, msgtype);
    }
  },

  "a thread on what has a thread of its own is a reply, and says so": async (stage) => {
    const { bed, ann, channel, roomId } = stage;
    const { id } = await said(stage, "react to me");
    const related = { rel_type: "m.annotation", event_id: id, key: "👍" };
    const { event_id: reaction } = await ann.call("send", {
      ...{ room: roomId, type: "m.reaction", content: { "m.relates_to": related } },
    });
    const options = { replyTo: { id: reaction }, startThread: true };
    const sent = await bed.send(channel, "on a reaction", options);
    assert.deepEqual([sent.degraded, sent.channelId], [["thread"], bed.absolute(channel)]);
  },

  "what is no message is neither edited nor reacted to": async (stage) => {
    const { bed } = stage;
    const unknown = "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (const id of ["17", "$", `$${"x".repeat(300)}`]) {
      const refused = { message: "that is not the id of a message on Matrix" };
      await assert.rejects(bed.core.editMessage(where(stage), id, "x"), refused);
      await assert.rejects(bed.core.react(where(stage), id, "👍"), refused);
    }
    await assert.rejects(bed.core.editMessage(where(stage), unknown, "x"), /not found/i);
    const failed = await bed.core.deleteMessages(where(stage), ["17", unknown]);
    assert.equal(failed["17"], "that is not the id of a message on Matrix");
  },

  "a send whose answer is lost is repeated, and done once": async ({
    server,
    bot,
    ann,
    roomId,
  }) => {
    let requests = 0;
    await using front = await webServer({
      [`/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/1`]: async (
        request,
        response,
      ) => {
        requests++;
        const { method = "", url = "", headers } = request;
        const authorization = headers.authorization ?? "";
        const body = await readText(request);
        const answer = await fetch(server.url + url, { method, headers: { authorization }, body });
        const said = await answer.text();
        if (requests === 1) request.socket.destroy();
        else response.end(said);
      },
    });
    const options = { baseUrl: front.origin, clock: systemClock, random: () => 0 };
    const client = new MatrixClient(options);
    client.accessToken = bot.accessToken;
    const content = { msgtype: "m.text", body: "only once" };
    const event = { roomId, type: "m.room.message", content, transactionId: "1" };
    const id = await client.send(event);
    await heard(ann, id);
    const { event_id: last } = await server.call(
      ...([bot, "PUT", `v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/2`] as const),
      { msgtype: "m.text", body: "the last" },
    );
    await heard(ann, last);
    const seen = ann.heard.filter((each) => each.content.body === "only once");
    assert.deepEqual([seen.map((each) => each.event_id), requests], [[id], 2]);
  },

  "a room where the bot may not speak refuses in the server's words": async (stage) => {
    await setPowerLevels(stage, { events_default: 50 });
    await assert.rejects(stage.bed.send(stage.channel, "hi"), /power|permission|speak/i);
  },
};

/** The room of a person with the bot alone, who has said something there. */
async function privateRoom({ server, account, bot, ann, bed }: Stage, words: string) {
  const made = { preset: "trusted_private_chat", is_direct: true, invite: [bot.userId] };
  const { room_id: roomId } = await server.call(account, "POST", "v3/createRoom", made);
  const id = await ann.say(roomId, words);
  const event = await bed.nextEvent();
  assert.deepEqual([event.kind, event.id, event.text], ["privateMessage", id, words]);
  return { roomId: roomId as string, id };
}

const PRIVATE_CASES: Readonly<Record<string, Case>> = {
  "an answer goes to the room of the question, anything else to the last one": async (stage) => {
    const { bed, ann } = stage;
    const first = await privateRoom(stage, "first");
    const second = await privateRoom(stage, "second");
    const roomFor = async (referrer?: string) => {
      const options = referrer === undefined ? {} : { referrer };
      const sent = await bed.sendPrivately(ann.userId, "an answer", options);
      assert.deepEqual(sent.degraded, []);
      return (await heard(ann, idOf(sent))).room_id;
    };
    assert.equal(await roomFor(first.roomId), first.roomId);
    assert.equal(await roomFor(), second.roomId);
    assert.equal(await roomFor("!unknown:seabird.test"), second.roomId);
  },

  "a reply, an edit, a reaction and a deletion find the private message": async (stage) => {
    const { bed, ann } = stage;
    const { id, roomId: referrer } = await privateRoom(stage, "a question");
    const withAnn = { userId: bed.absolute(ann.userId) };
    const sent = await bed.sendPrivately(ann.userId, "one", { replyTo: { id }, referrer });
    const answer = await heard(ann, idOf(sent));
    assert.deepEqual(answer.content["m.relates_to"], { "m.in_reply_to": { event_id: id } });
    await bed.core.editMessage(withAnn, idOf(sent), "two");
    await ann.hears("the edit", isEditOf(idOf(sent)));
    await bed.core.react(withAnn, id, "👍");
    await ann.hears("the reaction", isReactionTo(id, "👍"));
    await bed.core.deleteMessages(withAnn, sent.ids);
    await ann.hears("the deletion", isRedactionOf(idOf(sent)));
  },

  "a message in another room of the same person is found": async (stage) => {
    const { bed, ann, bot, server } = stage;
    const first = await privateRoom(stage, "first");
    const withAnn = { userId: bed.absolute(ann.userId) };
    const answer = { replyTo: { id: first.id } };
    const sent = idOf(await bed.sendPrivately(ann.userId, "one", answer));
    const path = `v3/rooms/${encodeURIComponent(first.roomId)}/send/m.room.message/before`;
    const early = await server.call(bot, "PUT", path, { msgtype: "m.text", body: "one" });
    const second = await privateRoom(stage, "second");
    for (const id of [sent, early.event_id]) {
      await bed.core.editMessage(withAnn, id, "two");
      await ann.hears("the edit", isEditOf(id));
    }
    await bed.core.react(withAnn, first.id, "👍");
    await ann.hears("the reaction", isReactionTo(first.id, "👍"));
    const late = idOf(await bed.sendPrivately(ann.userId, "three"));
    assert.equal((await heard(ann, late)).room_id, second.roomId);
    assert.deepEqual(await bed.core.deleteMessages(withAnn, [sent, late]), {});
    for (const id of [sent, late]) await ann.hears("the deletion", isRedactionOf(id));
  },

  "a thread is answered in, and cannot be started": async (stage) => {
    const { bed, ann } = stage;
    const { id, roomId } = await privateRoom(stage, "a question");
    const thread = { rel_type: "m.thread", event_id: id, is_falling_back: true };
    const content = { msgtype: "m.text", body: "here", "m.relates_to": thread };
    await ann.call("send", { room: roomId, content });
    assert.equal((await bed.nextEvent()).kind, "privateMessage");
    const sent = await bed.sendPrivately(ann.userId, "yes", { referrer: `${roomId}/${id}` });
    const answer = await heard(ann, idOf(sent));
    assert.deepEqual([answer.room_id, answer.content["m.relates_to"].event_id], [roomId, id]);
    const options = { replyTo: { id }, startThread: true };
    const started = await bed.sendPrivately(ann.userId, "no", options);
    assert.deepEqual(started.degraded, ["thread"]);
  },
};

const isEditOf = (id: string) => (event: Json) =>
  event.content["m.relates_to"]?.rel_type === "m.replace" &&
  event.content["m.relates_to"].event_id === id;

const isReactionTo = (id: string, key: string) => (event: Json) =>
  event.content["m.relates_to"]?.key === key && event.content["m.relates_to"].event_id === id;

const isRedactionOf = (id: string) => (event: Json) =>
  event.type === "m.room.redaction" && (event.redacts ?? event.content.redacts) === id;

function givePower(stage: Stage, power: number): Promise<void> {
  return setPowerLevels(stage, { users: { [stage.bot.userId]: power } });
}

/** Resolves when the bot has heard of it. */
async function setPowerLevels(stage: Stage, changes: object): Promise<void> {
  const { server, account, roomId, ann, bed } = stage;
  const path = `v3/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels`;
  const before = await server.call(account, "GET", path);
  await server.call(account, "PUT", path, { ...before, ...changes });
  await ann.say(roomId, "power has changed");
  while ((await bed.nextEvent()).text !== "power has changed");
}

async function download(server: Synapse, account: MatrixAccount, uri: string): Promise<Buffer> {
  const at = uri.slice("mxc://".length);
  const response = await fetch(`${server.url}/_matrix/client/v1/media/download/${at}`, {
    headers: { authorization: `Bearer ${account.accessToken}` },
  });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

test("what plugins do with messages", async (t: TestContext) => {
  const server = await needSynapse(t);
  if (server === undefined) return;
  const [bot, account] = [await server.register("bot"), await server.register("ann")];
  await using ann = await MatrixPerson.join(server, account);
  await using bed = await backendbed({
    timeoutMs: 30_000,
    backend: matrixBackend,
    config: {
      ...{ homeserver: server.url, access_token: bot.accessToken },
      accept_invites_from: [account.userId],
    },
  });
  let rooms = 0;
  for (const [name, run] of Object.entries({ ...CASES, ...PRIVATE_CASES })) {
    await t.test(name, async () => {
      rooms++;
      const alias = `room${rooms}`;
      const made = { preset: "public_chat", room_alias_name: alias };
      const { room_id: roomId } = await server.call(account, "POST", "v3/createRoom", made);
      const channel = `#${alias}:${server.serverName}`;
      await bed.join(channel);
      const id = (await bed.channels()).find((each) => [channel, roomId].includes(each.id))?.id;
      await run({ server, ann, account, bot, bed, channel: id ?? channel, roomId });
    });
  }
});
