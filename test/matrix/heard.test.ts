/** What a person with a foreign client does in a room, as plugins hear it, by way of Synapse. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Backendbed, backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { MatrixPerson } from "../support/matrix-person.ts";
import { type MatrixAccount, needSynapse, type Synapse } from "../support/synapse.ts";

/** Messages of a room that a bot is handed at its start; older ones it has to look up. */
const MANY = 30;

interface Stage {
  readonly server: Synapse;
  readonly bed: Backendbed;
  readonly ann: MatrixPerson;
  readonly room: string;
  /** The room by its alias. */
  readonly channel: string;
  /** Sends an event; resolves with its id. */
  send(content: object, type?: string): Promise<string>;
}

async function setUp(t: TestContext): Promise<Stage | undefined> {
  const server = await needSynapse(t);
  if (server === undefined) return undefined;
  const [account, bot] = [await server.register("ann"), await server.register("ember")];
  const ann = await MatrixPerson.join(server, account);
  t.after(() => ann[Symbol.asyncDispose]());
  const channel = `#lobby:${server.serverName}`;
  const { room_id: room } = await server.call(account, "POST", "v3/createRoom", {
    ...{ preset: "public_chat", name: "Lobby", room_alias_name: "lobby" },
  });
  const send = async (content: object, type = "m.room.message"): Promise<string> =>
    (await ann.call("send", { room, type, content })).event_id;
  const bed = await backendbed({
    backend: matrixBackend,
    config: { homeserver: server.url, access_token: bot.accessToken, channels: [channel] },
  });
  t.after(() => bed.close());
  await bed.until("the channel", async () => (await bed.channels()).length > 0);
  return { server, bed, ann, room, channel, send };
}

const html = (body: string, formatted_body: string) => ({
  ...{ msgtype: "m.text", body },
  ...{ format: "org.matrix.custom.html", formatted_body },
});

test("what people do on Synapse, with matrix-nio, is heard", async (t) => {
  const stage = await setUp(t);
  if (stage === undefined) return;
  const { server, bed, ann, room, channel, send } = stage;

  await t.test("a command with formatting and a mention", async () => {
    const bot = `@ember:${server.serverName}`;
    const pill = `<a href="https://matrix.to/#/${bot}">ember</a>`;
    const id = await send({
      ...html("!greet ember **well**", `!greet ${pill} <strong>well</strong>`),
      "m.mentions": { user_ids: [bot] },
    });
    const heard = await bed.nextEvent();
    assert.deepEqual([heard.kind, heard.command, heard.arg], ["command", "greet", "ember well"]);
    assert.deepEqual([heard.id, heard.channel], [id, channel]);
    assert.equal(heard.user.id, ann.userId);
    await send({ ...html("ember: hi", `${pill}: hi`), "m.mentions": { user_ids: [bot] } });
    const mention = await bed.nextEvent();
    assert.deepEqual([mention.kind, mention.text], ["mention", "hi"]);
  });

  await t.test("lists, code and hostile HTML", async () => {
    await send(
      html("x", "<p>a</p><ul><li><b>b</b></li></ul><pre><code>c\n</code></pre><script>d</script>"),
    );
    assert.equal((await bed.nextEvent()).text, "a\nb\nc");
    await send(html("plain", "<script>alert(1)</script>"));
    assert.equal((await bed.nextEvent()).text, "plain");
  });

  await t.test("an action; and a notice, which is no command", async () => {
    await send({ msgtype: "m.emote", body: "waves" });
    const action = await bed.nextEvent();
    assert.deepEqual([action.kind, action.text], ["action", "waves"]);
    await send({ msgtype: "m.notice", body: "!roll" });
    const notice = await bed.nextEvent();
    assert.deepEqual([notice.kind, notice.text, notice.user.isBot], ["message", "!roll", true]);
  });

  await t.test("an answer, a thread, and a persona", async () => {
    const root = await send({ msgtype: "m.text", body: "tea?" });
    assert.equal((await bed.nextEvent()).id, root);
    const answer = { "m.relates_to": { "m.in_reply_to": { event_id: root } } };
    await send({ msgtype: "m.text", body: "> <@ann:x> tea?\n\nyes", ...answer });
    const answered = await bed.nextEvent();
    assert.deepEqual([answered.text, answered.replyTo], ["yes", root]);
    const inThread = { "m.relates_to": { rel_type: "m.thread", event_id: root } };
    await send({ msgtype: "m.text", body: "green", ...inThread });
    const threaded = await bed.nextEvent();
    assert.deepEqual([threaded.text, threaded.channel], ["green", `${channel}/${root}`]);
    const { parentId, rootMessageId } = await bed.core.channelInfo(
      `${bed.id}/${encodeURIComponent(`${channel}/${root}`)}`,
    );
    assert.deepEqual([parentId, rootMessageId], [`${bed.id}/%23lobby%3Aseabird%2Etest`, root]);
    const profile = { id: "cat", displayname: "Cat", has_fallback: true };
    await send({
      msgtype: "m.text",
      body: "Cat: meow",
      "com.beeper.per_message_profile": profile,
    });
    const persona = await bed.nextEvent();
    assert.deepEqual([persona.text, persona.user.displayName], ["meow", "Cat"]);
    assert.equal(persona.user.id, ann.userId);
  });

  await t.test("an edit, a reaction and its removal, a deletion", async () => {
    const id = await send({ msgtype: "m.text", body: "tee" });
    await bed.nextEvent();
    await send({
      ...{ msgtype: "m.text", body: "* tea" },
      "m.new_content": html("tea", "<em>tea</em>"),
      "m.relates_to": { rel_type: "m.replace", event_id: id },
    });
    const edited = await bed.nextReport("messageEdited");
    assert.deepEqual([edited.text, edited.message.id], ["tea", id]);
    const annotates = { rel_type: "m.annotation", event_id: id, key: "🍵" };
    const reaction = await send({ "m.relates_to": annotates }, "m.reaction");
    const reacted = await bed.nextReport("reaction");
    assert.deepEqual([reacted.messageId, reacted.emoji?.text, reacted.removed], [id, "🍵", false]);
    await ann.call("room_redact", { room_id: room, event_id: reaction });
    const removed = await bed.nextReport("reaction");
    assert.deepEqual([removed.messageId, removed.emoji?.text, removed.removed], [id, "🍵", true]);
    await ann.call("room_redact", { room_id: room, event_id: id, reason: "cold" });
    const deleted = await bed.nextReport("messageDeleted");
    assert.deepEqual([deleted.messageIds, deleted.reason], [[id], "cold"]);
  });

  await t.test("a sticker, and a place", async () => {
    await send({ body: "hi", url: "mxc://seabird.test/x", info: { w: 7 } }, "m.sticker");
    const [sticker] = (await bed.nextEvent()).attachments;
    assert.deepEqual([sticker?.name, sticker?.width], ["hi", 7]);
    await send({ msgtype: "m.location", body: "here", geo_uri: "geo:1,2" });
    assert.equal((await bed.nextEvent()).text, "here (geo:1,2)");
  });

  await t.test("people who come, change their name, and go", () => comesAndGoes(stage));

  await t.test("an edit of a message from before the start is its author's", () =>
    editsWhatIsOld(stage),
  );
});

async function comesAndGoes({ server, bed, ann, room }: Stage) {
  const account = await server.register("bob");
  const path = `v3/rooms/${encodeURIComponent(room)}`;
  const call = (who: MatrixAccount, action: string, body: object = {}) =>
    server.call(who, "POST", action, body);
  await call(account, `${path}/join`);
  const joined = await bed.nextReport("member");
  assert.deepEqual([joined.change, joined.user.displayName], ["joined", "bob"]);
  const profile = `v3/profile/${encodeURIComponent(account.userId)}/displayname`;
  await server.call(account, "PUT", profile, { displayname: "Bob" });
  const renamed = await bed.nextReport("userChanged");
  assert.deepEqual([renamed.before.displayName, renamed.user.displayName], ["bob", "Bob"]);
  await call(account, `${path}/leave`, { reason: "tea" });
  const left = await bed.nextReport("member");
  assert.deepEqual([left.change, left.reason], ["left", "tea"]);
  assert.ok(left.channelId.endsWith("seabird%2Etest"));
  await call(account, `${path}/join`);
  assert.equal((await bed.nextReport("member")).change, "joined");
  await ann.call("room_kick", { room_id: room, user_id: account.userId, reason: "spam" });
  const removed = await bed.nextReport("member");
  assert.deepEqual([removed.change, removed.reason], ["removed", "spam"]);
  assert.equal(removed.by?.displayName, "ann");
  await ann.call("room_ban", { room_id: room, user_id: account.userId });
  await ann.call("room_unban", { room_id: room, user_id: account.userId });
  await call(account, `${path}/join`);
  assert.equal((await bed.nextReport("member")).change, "joined");
}

async function editsWhatIsOld({ server }: Stage): Promise<void> {
  const [ann, bob] = [await server.register("anna"), await server.register("bill")];
  const bot = await server.register("ash");
  const { room_id: room } = await server.call(ann, "POST", "v3/createRoom", {
    ...{ preset: "public_chat", room_alias_name: "old" },
  });
  const rooms = `v3/rooms/${encodeURIComponent(room)}`;
  await server.call(bob, "POST", `${rooms}/join`, {});
  let transactions = 0;
  const send = async (who: MatrixAccount, content: object, type = "m.room.message") => {
    transactions += 1;
    const path = `${rooms}/send/${type}/t${transactions}`;
    return (await server.call(who, "PUT", path, content)).event_id as string;
  };
  const old = await send(ann, { msgtype: "m.text", body: "old" });
  for (let n = 0; n < MANY; n++) await send(ann, { msgtype: "m.text", body: `${n}` });
  const channel = `#old:${server.serverName}`;
  await using bed = await backendbed({
    backend: matrixBackend,
    config: { homeserver: server.url, access_token: bot.accessToken, channels: [channel] },
  });
  await bed.until("the channel", async () => (await bed.channels()).length > 0);
  const edit = (body: string) => ({
    ...{ msgtype: "m.text", body: `* ${body}`, "m.new_content": { msgtype: "m.text", body } },
    "m.relates_to": { rel_type: "m.replace", event_id: old },
  });
  await send(bob, edit("by somebody else"));
  await send(ann, edit("new"));
  const edited = await bed.nextReport("messageEdited");
  assert.deepEqual([edited.text, edited.message.id], ["new", old]);
  const answers = { "m.relates_to": { "m.in_reply_to": { event_id: old } } };
  await send(bob, { msgtype: "m.text", body: "so?", ...answers });
  assert.equal((await bed.nextEvent()).replyTo, old);
}
