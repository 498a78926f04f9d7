/** What the bot does with messages, and what it makes of the answers. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { attachment, container, mention, text } from "@seabird-chat/protocol";
import {
  type Block,
  type OutgoingMessage,
  Refused,
  type RequestInfo,
  type Target,
  Unconfirmed,
} from "@seabird-chat/sdk/backend";
import { FakeClock } from "@seabird-chat/testkit";
import { type Outcome, ScriptedSender } from "../test/scripted-sender.ts";
import { StanzaCut, StanzaError } from "./connection/hooks.ts";
import { MessageActions } from "./message-actions.ts";
import { capabilitiesOf } from "./network-capabilities.ts";
import { NS, type Stanza, xml } from "./stanza.ts";
import { MAX_REACTED_MESSAGES, OwnReactions } from "./state/own-reactions.ts";
import { RecentMessages } from "./state/recent-messages.ts";
import type { RoomView } from "./state/rooms.ts";
import { MAX_SENT_MESSAGES, SentMessages } from "./state/sent-messages.ts";

const ADDRESS = "lobby@rooms.example.org";
const ROOM: Target = { kind: "channel", id: ADDRESS };
const ANN: Target = { kind: "user", id: "ann@example.net" };
const CAROL: Target = { kind: "user", id: "carol@example.org" };

function setUp(features: readonly string[] = []) {
  const clock = new FakeClock();
  const sender = new ScriptedSender();
  let ids = 0;
  sender.nextRoomId = () => `s${++ids}`;
  const bo = { nick: "bo", account: "bo@example.org", role: "participant", affiliation: "none" };
  const room: RoomView = {
    address: ADDRESS,
    nick: "bot",
    occupantId: undefined,
    isJoined: true,
    features: new Set([NS.ids, ...features]),
    name: "lobby",
    topic: "",
    occupant: (nick) => (nick === "bo" ? bo : undefined),
    occupants: () => [bo],
  };
  const recent = new RecentMessages();
  const warnings: string[] = [];
  const warn = (_: object, words: string) => warnings.push(words);
  const log = { debug() {}, info() {}, warn, error() {} };
  const actions = new MessageActions({
    reactions: new OwnReactions("bot@example.org"),
    sender,
    rooms: { room: (address) => (address === ADDRESS ? room : undefined) },
    recent,
    clock,
    log: log as never,
    openAttachment: () => assert.fail("nothing is at core"),
    uploadAddresses: () => [],
  });
  sender.receive = (stanza) => actions.receive(stanza);
  const request = (): RequestInfo => ({
    requestId: "r1",
    tags: {},
    signal: new AbortController().signal,
    receivedAtMs: clock.now(),
    deadlineMs: clock.now() + 10_000,
  });
  const message = (block: Block, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    ...request(),
    kind: "message",
    text: block.plain,
    block,
    startThread: false,
    ...more,
  });
  const say = (to: Target, words: string, more: Partial<OutgoingMessage> = {}) =>
    actions.send(to, message(text(words), more));
  return { actions, sender, clock, recent, request, message, say, warnings };
}

const refused = (message: string | RegExp) => ({ name: "Refused", message });
const unconfirmed = (message: string | RegExp) => ({ ...refused(message), isUnconfirmed: true });

suite("sends", () => {
  test("a room sends the message back, and its id is the message's", async () => {
    const { say } = setUp();
    assert.deepEqual(await say(ROOM, "hi"), { ids: ["s1"], degraded: [] });
  });

  test("without ids of the room, the one that it was sent with counts", async () => {
    const { say, sender } = setUp();
    sender.nextRoomId = undefined;
    const { ids } = await say(ROOM, "hi");
    assert.deepEqual(ids, [sender.sent[0]?.attrs["id"]]);
  });

  test("a room that gives the message another name of its sender's has taken it too", async () => {
    const { say, sender } = setUp();
    sender.nextRoomId = undefined;
    sender.renamed = "r1";
    assert.deepEqual((await say(ROOM, "hi")).ids, ["r1"]);
  });

  test("what was sent before a part is refused stays, and the refusal says so", async () => {
    const { actions, sender, message } = setUp();
    sender.outcomes.push("accepted", { condition: "policy-violation" });
    const file = attachment({ url: "https://example.org/cat.png" });
    const sent = actions.send(ROOM, message(container([text("look"), file])));
    await assert.rejects(sent, unconfirmed(/^1 of 2 parts were sent: a rule of the server/));
  });

  test("an id that is too long for core is none", async () => {
    const { say, sender } = setUp();
    sender.nextRoomId = () => "x".repeat(513);
    assert.deepEqual((await say(ROOM, "hi")).ids, [sender.sent[0]?.attrs["id"]]);
  });

  test("to a person it is done when both servers answer what came behind it", async () => {
    const { say, sender, recent } = setUp();
    const { ids = [] } = await say(ANN, "psst");
    const [id = ""] = ids;
    assert.deepEqual(ids, [sender.sent[0]?.attrs["id"]]);
    const asked = sender.asked.map(({ attrs }) => attrs["to"]).sort();
    assert.deepEqual(asked, ["example.net", "example.org"]);
    assert.equal(recent.get(ANN, id)?.text, "psst");
    await say(CAROL, "psst");
    assert.equal(sender.asked.length, 3, "the bot's own server is asked once");
  });

  test("a server that cannot be pinged has answered too", async () => {
    const { say, sender } = setUp();
    sender.answer = () => new StanzaError("service-unavailable", "cancel", "");
    await say(ANN, "psst");
  });

  test("a silent server of the other side is not waited for", async () => {
    const { say, sender, clock } = setUp();
    sender.answer = (iq) => (iq.attrs["to"] === "example.net" ? undefined : xml("iq", {}));
    const sent = say(ANN, "psst");
    await clock.advance(3_000);
    assert.equal((await sent).ids?.length, 1);
  });

  for (const [outcome, reason] of [
    [
      { condition: "forbidden", text: "Visitors may\nnot speak" },
      "Visitors may not speak (the bot lacks the right to do that)",
    ],
    [{ condition: "item-not-found" }, "there is nobody with that address"],
    [{ condition: "unheard-of" }, "the server refused it"],
  ] as const satisfies readonly (readonly [Outcome, string])[]) {
    test(`${outcome.condition} is refused in words`, async () => {
      const { say, sender } = setUp();
      sender.outcomes.push(outcome, outcome);
      await assert.rejects(say(ROOM, "hi"), refused(reason));
      await assert.rejects(say(ANN, "hi"), refused(reason));
      await say(ROOM, "again");
    });
  }

  test("an answer from somebody else, or with another id, is none", async () => {
    const { actions, say, sender, clock } = setUp();
    sender.outcomes.push("silence");
    const sent = assert.rejects(say(ROOM, "hi"), unconfirmed(/did not confirm it in time/));
    await clock.advance(0);
    const id = sender.sent[0]?.attrs["id"];
    const error = xml("error", {}, xml("forbidden", { xmlns: NS.stanzaErrors }));
    actions.receive(xml("message", { type: "error", from: "eve@example.org", id }, error));
    actions.receive(xml("message", { type: "error", from: ADDRESS, id: "other" }, error));
    actions.receive(xml("message", { type: "chat", from: ADDRESS, id }));
    actions.receive(xml("presence", { type: "error", from: ADDRESS, id }, error));
    await clock.advance(9_500);
    await sent;
  });

  test("what waits when the session ends is refused", async () => {
    const { actions, say, sender, clock } = setUp();
    sender.outcomes.push("silence");
    const sent = assert.rejects(say(ROOM, "hi"), unconfirmed("the connection was lost"));
    await clock.advance(0);
    actions.lost("the connection was lost");
    await sent;
    sender.isConnected = false;
    const notSent = await say(ROOM, "hi").catch((reason: unknown) => reason);
    assert.ok(notSent instanceof Refused && !(notSent instanceof Unconfirmed));
    assert.equal(notSent.message, "not connected");
  });

  test("one that is cut while it is written may be sent by the session that goes on", async () => {
    const { say, sender } = setUp();
    sender.send = async () => {
      throw new StanzaCut("not connected any more");
    };
    await assert.rejects(
      say(ROOM, "hi"),
      unconfirmed(/^not connected any more; it may or may not/),
    );
  });

  test("the messages of a conversation keep their order, and wait for no other", async () => {
    const { say, sender, clock } = setUp();
    sender.outcomes.push("silence", "accepted");
    const endings: string[] = [];
    const done = (words: string) => (reason?: unknown) =>
      endings.push(reason instanceof Error ? `${words}: ${reason.message.slice(0, 30)}` : words);
    const all = [
      say(ROOM, "one").then(() => done("one")(), done("one")),
      say(CAROL, "two").then(() => done("two")(), done("two")),
      say(ROOM, "three").then(() => done("three")(), done("three")),
    ];
    while (endings.length === 0) await clock.advance(0);
    assert.deepEqual(endings, ["two"]);
    assert.deepEqual(sender.bodies(), ["one", "two"]);
    await clock.advance(9_500);
    await Promise.all(all);
    // The third came at the same time, and its time is up too.
    assert.deepEqual(
      endings.slice(1).map((each) => each.split(":")[0]),
      ["one", "three"],
    );
  });

  test("more than servers like at once waits a moment", async () => {
    const { say, sender, clock } = setUp();
    const rooms = Array.from({ length: 25 }, (_, index) => `p${index}@example.org`);
    const all = rooms.map((id) => say({ kind: "user", id }, "hi"));
    await clock.advance(0);
    assert.equal(sender.sent.length, 20);
    await clock.advance(500);
    await Promise.all(all);
    assert.equal(sender.sent.length, 25);
  });

  test("what the bot cannot send says why", async () => {
    const { actions, say, message, sender } = setUp();
    const nowhere: Target = { kind: "channel", id: "nowhere@rooms.example.org" };
    await assert.rejects(say(nowhere, "hi"), refused("the bot is not in this room"));
    await assert.rejects(say(ROOM, " \n"), refused("the message is empty"));
    const long = "x".repeat(50_000);
    await assert.rejects(say(ROOM, long), refused(/50000 bytes; at most 48000 fit on XMPP/));
    const file = attachment({ url: "https://example.org/cat.png" });
    const many = container(Array.from({ length: 11 }, () => file));
    await assert.rejects(actions.send(ROOM, message(many)), refused(/11 files; at most 10/));
    assert.deepEqual(sender.sent, []);
  });

  test("people are named by their nick, by address and by account", async () => {
    const { actions, message, sender } = setUp();
    const everyone = mention("everyone", "@all");
    const named = [`${ADDRESS}/bo`, "bo@example.org", `${ADDRESS}/gone`].flatMap((userId) => [
      mention({ userId }, "somebody"),
      " ",
    ]);
    const { degraded } = await actions.send(ROOM, message(container([...named, everyone])));
    assert.deepEqual(sender.bodies(), ["bo bo somebody @all"]);
    assert.deepEqual(degraded, ["mention"]);
  });

  test("each file is a message of its own, and one that is nowhere is its name", async () => {
    const { actions, message, sender } = setUp();
    const block = container([
      "look: ",
      attachment({ url: "https://example.org/cat.png", name: "cat.png" }),
      attachment({ name: "lost.png" }),
    ]);
    const { ids, degraded } = await actions.send(ROOM, message(block));
    assert.deepEqual(sender.bodies(), ["look: lost.png", "https://example.org/cat.png"]);
    assert.deepEqual([ids, degraded], [["s1", "s2"], ["attachment"]]);
  });
});

test("of a file that nobody takes the name is sent, and the log has the reason", async () => {
  const { actions, message, sender, warnings } = setUp();
  sender.answer = () => new StanzaError("service-unavailable", "cancel", "");
  const file = attachment({ name: "cat.png", id: "core/1" });
  assert.equal(file.inner.case, "attachment");
  if (file.inner.case === "attachment") file.inner.value.corePath = "/media/KEY/cat.png";
  const { ids, degraded } = await actions.send(ROOM, message(container(["look:", file])));
  assert.deepEqual(sender.bodies(), ["look:", "cat.png"]);
  assert.deepEqual([ids?.length, degraded], [2, ["attachment"]]);
  assert.match(warnings.join(), /of a file only the name is sent/);
});

suite("answers", () => {
  test("what is not said of the message is known from before", async () => {
    const { say, recent, sender } = setUp();
    const userId = `${ADDRESS}/bo`;
    recent.remember({ conversation: ROOM, id: "s0", userId, isOwn: false, text: "tea?" });
    const { degraded } = await say(ROOM, "yes", { replyTo: { messageId: "s0" } });
    assert.deepEqual(degraded, []);
    assert.deepEqual(sender.bodies(), ["> b\u200bo:\n> tea?\nyes"]);
    assert.equal(sender.sent[0]?.getChild("reply")?.attrs["to"], userId);
  });

  test("to a message of another conversation they are quotes", async () => {
    const { say, sender } = setUp();
    const replyTo = { messageId: "s0", author: "ann@example.net", text: "tea?", conversation: ANN };
    const { degraded } = await say(ROOM, "yes", { replyTo });
    assert.deepEqual(degraded, ["reply"]);
    assert.equal(sender.sent[0]?.getChild("reply"), undefined);
    assert.match(sender.bodies()[0] ?? "", /^> .*\n> tea\?\nyes$/);
  });
});

suite("edits", () => {
  test("a correction names the id that the first version was sent with", async () => {
    const { actions, say, message, sender } = setUp();
    const { ids = [] } = await say(ROOM, "one");
    for (const words of ["two", "three"]) {
      const { ids: now } = await actions.edit(ROOM, ids, message(text(words)));
      assert.deepEqual(now, ids);
    }
    const [first, ...corrections] = sender.sent;
    const replaced = corrections.map((each) => each.getChild("replace", NS.correct)?.attrs["id"]);
    assert.deepEqual(replaced, [first?.attrs["id"], first?.attrs["id"]]);
  });

  test("parts that are too many go, and those that are new come", async () => {
    const { actions, say, message, sender } = setUp();
    const file = (name: string) => attachment({ url: `https://example.org/${name}` });
    const { ids = [] } = await say(ROOM, "one");
    const more = message(container(["two", file("a.png")]));
    const { ids: both = [] } = await actions.edit(ROOM, ids, more);
    assert.deepEqual(both, ["s1", "s3"]);
    const { ids: one } = await actions.edit(ROOM, both, message(text("three")));
    assert.deepEqual(one, ["s1"]);
    assert.equal(sender.sent.at(-1)?.getChild("retract", NS.retract)?.attrs["id"], "s3");
  });

  test("a message that the bot does not remember as its own is refused", async () => {
    const { actions, message } = setUp();
    const edit = actions.edit(ROOM, ["s0"], message(text("two")));
    await assert.rejects(edit, refused("the bot remembers no message of its own with this id"));
  });
});

suite("deletions", () => {
  test("the bot takes back its own, and a room with moderation those of others", async () => {
    const { actions, say, sender, request } = setUp([NS.moderate]);
    const { ids = [] } = await say(ROOM, "one");
    const failed = await actions.delete(ROOM, [...ids, "other"], { ...request(), reason: "spam" });
    assert.deepEqual({ ...failed }, {});
    assert.equal(sender.sent[1]?.getChild("retract", NS.retract)?.attrs["id"], "s1");
    const moderate = sender.asked[0]?.getChild("moderate", NS.moderate);
    assert.equal(moderate?.attrs["id"], "other");
    assert.equal(moderate?.getChildText("reason"), "spam");
  });

  test("an older room is asked in its words", async () => {
    const { actions, sender, request } = setUp([NS.moderate0]);
    await actions.delete(ROOM, ["other"], { ...request(), reason: "" });
    assert.ok(sender.asked[0]?.getChild("apply-to", NS.fasten));
  });

  test("what stays has a reason", async () => {
    const { actions, say, sender, request } = setUp();
    const { ids = [] } = await say(ROOM, "one");
    sender.outcomes.push({ condition: "forbidden" });
    const failed = await actions.delete(ROOM, ["other", ...ids], { ...request(), reason: "" });
    assert.match(failed["other"] ?? "", /no message of its own .* no moderation/);
    assert.equal(failed["s1"], "the bot lacks the right to do that");
    const moderated = setUp([NS.moderate]);
    moderated.sender.answer = () => new StanzaError("forbidden", "auth", "only moderators may");
    const asked = await moderated.actions.delete(ROOM, ["x"], { ...request(), reason: "" });
    assert.equal(asked["x"], "only moderators may (the bot lacks the right to do that)");
  });
});

suite("reactions", () => {
  const react = async (
    { actions, request }: ReturnType<typeof setUp>,
    words: string | undefined,
    removed = false,
  ) => {
    const emoji = words === undefined ? undefined : { text: words, id: "", url: "" };
    await actions.react(ROOM, "s0", { emoji, removed }, request());
  };
  const sets = ({ sender }: ReturnType<typeof setUp>) =>
    sender.sent.map((stanza: Stanza) =>
      (stanza.getChild("reactions")?.getChildren("reaction") ?? []).map((each) => each.text()),
    );

  test("each time all of them are sent", async () => {
    const world = setUp();
    await react(world, "👍");
    await react(world, "🎉");
    await react(world, "👍");
    await react(world, "🎉", true);
    await react(world, undefined, true);
    assert.deepEqual(sets(world), [["👍"], ["👍", "🎉"], ["🎉", "👍"], ["👍"], []]);
  });

  test("one that was refused is not remembered", async () => {
    const world = setUp();
    world.sender.outcomes.push({ condition: "not-acceptable", text: "only hearts" });
    await assert.rejects(react(world, "👍"), refused(/^only hearts/));
    await react(world, "💜");
    assert.deepEqual(sets(world).at(-1), ["💜"]);
  });

  test("what is no emoji, or not there, is refused", async () => {
    const world = setUp();
    for (const words of ["", "ok", ":parrot:", "👍 yes", "1"]) {
      await assert.rejects(react(world, words), refused(/only the emoji of Unicode/));
    }
    await assert.rejects(react(world, "👍", true), refused(/remembers no reaction/));
    await assert.rejects(react(world, undefined, true), refused(/remembers no reaction/));
    for (const words of ["❤", "❤️", "👩‍👩‍👧‍👦", "🇪🇺", "1️⃣", "👍🏽"]) await react(world, words);
  });
});

suite("typing", () => {
  test("is said once in a while, and its end if nothing was sent", async () => {
    const { actions, say, sender, clock } = setUp();
    const states = () => sender.sent.map((each) => each.getChildElements()[0]?.name);
    await actions.setTyping(ROOM, false);
    await actions.setTyping(ROOM, true);
    await actions.setTyping(ROOM, true);
    await actions.setTyping(ROOM, false);
    assert.deepEqual(states(), ["composing", "paused"]);
    await actions.setTyping(ROOM, true);
    await say(ROOM, "hi");
    await actions.setTyping(ROOM, false);
    assert.deepEqual(states().slice(2), ["composing", "body"]);
    await actions.setTyping(ROOM, true);
    await clock.advance(5_000);
    await actions.setTyping(ROOM, true);
    assert.deepEqual(states().slice(4), ["composing", "composing"]);
  });
});

test("a server without a service for files is known by its answers, and one that is silent is not", async () => {
  const { actions, sender } = setUp();
  let changes = 0;
  const learn = () => actions.learnFiles(() => changes++);
  sender.answer = () => new StanzaError("remote-server-timeout", "wait", "");
  await learn();
  assert.deepEqual([actions.takesFiles, changes], [true, 0]);
  sender.answer = (iq) => xml("iq", {}, iq.getChildElements()[0] ?? "");
  await learn();
  assert.deepEqual([actions.takesFiles, changes], [false, 1]);
  assert.equal(capabilitiesOf([], actions.takesFiles).attachment, "partial");
  assert.equal(capabilitiesOf([], true).attachment, "full");
});

test("what is remembered is bounded: the oldest goes first", () => {
  const sent = new SentMessages();
  for (let n = 0; n <= MAX_SENT_MESSAGES; n++) sent.remember(ROOM, `s${n}`, `m${n}`);
  assert.deepEqual([sent.sentIdOf(ROOM, "s0"), sent.sentIdOf(ROOM, "s1")], [undefined, "m1"]);
  assert.equal(sent.sentIdOf(ANN, "s1"), undefined);
  const reactions = new OwnReactions("bot@example.org");
  for (let n = 0; n <= MAX_REACTED_MESSAGES; n++) reactions.set(ROOM, `s${n}`, ["👍"]);
  assert.deepEqual([reactions.to(ROOM, "s0"), reactions.to(ROOM, "s1")], [[], ["👍"]]);
});
