/** Events of Matrix rooms as events for core. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bold, contentBlock, list, mention, text } from "@seabird-chat/protocol";
import {
  ann,
  bob,
  body,
  event,
  inPrivate,
  message,
  read,
  room,
  sentAt,
} from "../test/room-fixture.ts";
import { toLookedUp, toLookUp, toRemember, toRememberAnew } from "./inbound.ts";

suite("messages", () => {
  test("text, with and without formatting", () => {
    assert.deepEqual(read(body), [{ kind: "message", message }]);
    const html = { format: "org.matrix.custom.html", formatted_body: "<b>hi</b>" };
    const { text: _, ...rest } = message;
    assert.deepEqual(read({ ...body, ...html }), [
      { kind: "message", message: { ...rest, block: bold("hi") } },
    ]);
  });

  test("actions; and notices, by programs, which are never commands", () => {
    assert.deepEqual(read({ msgtype: "m.emote", body: "waves" }), [
      { kind: "action", message: { ...message, text: "waves" } },
    ]);
    assert.deepEqual(read({ msgtype: "m.notice", body: "!roll" }), [
      { kind: "notice", message: { ...message, user: { ...ann, isBot: true }, text: "!roll" } },
    ]);
  });

  test("private messages, which carry the room that an answer goes to", () => {
    const { channel: _, ...rest } = message;
    const privately = { ...rest, referrer: "!r:a.example" };
    assert.deepEqual(read(body, {}, inPrivate), [{ kind: "privateMessage", message: privately }]);
    assert.deepEqual(read({ ...body, msgtype: "m.emote" }, {}, inPrivate), [
      { kind: "privateAction", message: privately },
    ]);
  });

  test("a kind that is not known is its text, one about encryption is nothing", () => {
    assert.deepEqual(read({ msgtype: "org.example.poll", body: "hi" }), [
      { kind: "message", message },
    ]);
    assert.deepEqual(read({ msgtype: "m.key.verification.request", body: "hi" }), []);
  });

  test("the bot's own messages are not told", () => {
    assert.deepEqual(read(body, { sender: "@bot:a.example" }), []);
  });

  test("what cannot be read is nothing", () => {
    for (const content of [{}, { msgtype: "m.text" }, { body: "hi" }, { msgtype: 7, body: "hi" }]) {
      assert.deepEqual(read(content), []);
    }
    for (const more of [{ sender: "ann" }, { event_id: "1" }, { type: 7 }, { content: [] }]) {
      assert.deepEqual(read(body, more), []);
    }
    for (const type of ["m.room.encrypted", "m.call.invite", "m.room.tombstone", "__proto__"]) {
      assert.deepEqual(read(body, { type }), []);
    }
  });

  test("a time that is none is left out", () => {
    for (const origin_server_ts of ["7", -1, 1e300, Number.NaN, null]) {
      assert.deepEqual(read(body, { origin_server_ts }), [
        { kind: "message", message: { ...message, sentAt: undefined } },
      ]);
    }
  });
});

suite("answers and threads", () => {
  const answer = { "m.in_reply_to": { event_id: "$ann" } };

  test("an answer names what it answers, as far as it is remembered", () => {
    const replyTo = { messageId: "$ann", author: ann, text: "what Ann said\nand more" };
    const content = { ...body, body: "> <@ann:a.example> q\n\nhi", "m.relates_to": answer };
    assert.deepEqual(read(content), [{ kind: "message", message: { ...message, replyTo } }]);
    const unknown = { ...body, "m.relates_to": { "m.in_reply_to": { event_id: "$x" } } };
    assert.deepEqual(read(unknown), [
      { kind: "message", message: { ...message, replyTo: { messageId: "$x" } } },
    ]);
  });

  const inThread = { rel_type: "m.thread", event_id: "$ann" };
  const channel = "#lobby:a.example/$ann";

  test("a thread is a channel, announced when it is first used", () => {
    const parent = { parentId: "#lobby:a.example", rootMessageId: "$ann" };
    assert.deepEqual(read({ ...body, "m.relates_to": inThread }), [
      { kind: "joined", channel: { id: channel, displayName: "what Ann said", ...parent } },
      { kind: "message", message: { ...message, channel } },
    ]);
    assert.deepEqual(read({ ...body, "m.relates_to": { ...inThread, event_id: "$bob" } }), [
      { kind: "message", message: { ...message, channel: "#lobby:a.example/$bob" } },
    ]);
  });

  test("what clients without threads show as an answer is none", () => {
    const relation = { ...inThread, ...answer, event_id: "$bob", is_falling_back: true };
    const [heard] = read({ ...body, "m.relates_to": relation });
    assert.ok(heard?.kind === "message" && heard.message.replyTo === undefined);
    const [real] = read({ ...body, "m.relates_to": { ...relation, is_falling_back: false } });
    assert.ok(real?.kind === "message");
    assert.deepEqual(real.message.replyTo, {
      ...{ messageId: "$ann", author: ann, text: "what Ann said\nand more" },
      conversation: room.conversation,
    });
  });

  test("an answer within a thread is in no other conversation", () => {
    const relation = { ...inThread, "m.in_reply_to": { event_id: "$in" } };
    const [, heard] = read({ ...body, "m.relates_to": relation });
    assert.ok(heard?.kind === "message");
    assert.deepEqual(heard.message.replyTo, { messageId: "$in", author: ann, text: "t" });
    const [outside] = read({ ...body, "m.relates_to": { "m.in_reply_to": { event_id: "$in" } } });
    assert.ok(outside?.kind === "message");
    assert.deepEqual(outside.message.replyTo?.conversation, { kind: "channel", id: channel });
  });

  test("in private there are no threads", () => {
    const [heard, ...more] = read({ ...body, "m.relates_to": inThread }, {}, inPrivate);
    assert.equal(heard?.kind, "privateMessage");
    assert.deepEqual(more, []);
  });

  test("edits, reactions and deletions of a message in a thread are there too", () => {
    const conversation = { kind: "channel", id: channel };
    const replaces = { rel_type: "m.replace", event_id: "$in" };
    const edit = { ...body, "m.new_content": body, "m.relates_to": replaces };
    const annotates = { rel_type: "m.annotation", event_id: "$in", key: "👍" };
    const events = [
      ...read(edit),
      ...read({ "m.relates_to": annotates }, { type: "m.reaction" }),
      ...read({}, { type: "m.room.redaction", redacts: "$in" }),
    ];
    const where = events.map((each) =>
      each.kind === "edited"
        ? each.edit.conversation
        : each.kind === "reaction"
          ? each.reaction.conversation
          : each.kind === "deleted" && each.deletion.conversation,
    );
    assert.deepEqual(where, [conversation, conversation, conversation]);
  });
});

suite("edits", () => {
  const conversation = room.conversation;
  const edit = (event_id: string, new_content: unknown) => ({
    ...{ msgtype: "m.text", body: "* new", "m.new_content": new_content },
    "m.relates_to": { rel_type: "m.replace", event_id },
  });
  const fresh = { msgtype: "m.text", body: "new" };

  test("have the new content and the id of what they edit", () => {
    assert.deepEqual(read(edit("$ann", fresh)), [
      { kind: "edited", edit: { conversation, user: ann, text: "new", id: "$ann", sentAt } },
    ]);
  });

  test("by somebody else, of an unknown message, or of nothing, are none", () => {
    assert.deepEqual(read(edit("$bob", fresh)), []);
    assert.deepEqual(read(edit("$unknown", fresh)), []);
    assert.deepEqual(read(edit("$up", fresh)), []);
    for (const content of [undefined, null, "new", [], { body: 7 }]) {
      assert.deepEqual(read(edit("$ann", content)), []);
    }
  });
});

suite("reactions and deletions", () => {
  const conversation = room.conversation;
  const reaction = (relation: object, more: object = {}) =>
    read(
      { "m.relates_to": { rel_type: "m.annotation", ...relation }, ...more },
      { type: "m.reaction" },
    );

  test("an emoji is the same with and without a request for colours that it has anyway", () => {
    for (const [key, text] of [
      ["👍\uFE0F", "👍"],
      ["👍🏽", "👍🏽"],
      ["❤\uFE0F", "❤\uFE0F"],
      ["❤", "❤"],
    ]) {
      const [event] = reaction({ event_id: "$bob", key });
      assert.ok(event?.kind === "reaction");
      assert.deepEqual(event.reaction.emoji, { text });
    }
  });

  test("a reaction", () => {
    assert.deepEqual(reaction({ event_id: "$bob", key: "👍" }), [
      {
        kind: "reaction",
        reaction: { conversation, messageId: "$bob", user: ann, emoji: { text: "👍" } },
      },
    ]);
  });

  test("one of the network's own is named by its picture", () => {
    const relation = { event_id: "$bob", key: "mxc://a.example/x" };
    const emoji = { text: ":parrot:", id: "mxc://a.example/x" };
    assert.deepEqual(reaction(relation, { shortcode: ":parrot:" }), [
      { kind: "reaction", reaction: { conversation, messageId: "$bob", user: ann, emoji } },
    ]);
  });

  test("without message or emoji it is none", () => {
    for (const relation of [
      { key: "👍" },
      { event_id: "$bob" },
      { event_id: "$bob", key: "" },
      { event_id: "$bob", key: "\x1b[2J" },
      { event_id: "$bob", key: "x".repeat(513) },
      { event_id: "$bob", key: "👍", rel_type: "m.other" },
    ]) {
      assert.deepEqual(reaction(relation), []);
    }
  });

  test("a deleted message, by whom and why", () => {
    const about = { type: "m.room.redaction", sender: "@bob:a.example" };
    const deletion = { conversation, ids: ["$ann"], by: bob };
    assert.deepEqual(read({ reason: "spam" }, { ...about, redacts: "$ann" }), [
      { kind: "deleted", deletion: { ...deletion, reason: "spam" } },
    ]);
    assert.deepEqual(read({ redacts: "$ann" }, about), [{ kind: "deleted", deletion }]);
    assert.deepEqual(read({}, about), []);
  });

  test("a deleted reaction is one that was taken back, a deleted edit is nothing", () => {
    const about = { type: "m.room.redaction", sender: "@bob:a.example" };
    const removed = {
      conversation,
      messageId: "$bob",
      user: ann,
      emoji: { text: "👍" },
      removed: true,
    };
    assert.deepEqual(read({}, { ...about, redacts: "$up" }), [
      { kind: "reaction", reaction: removed },
    ]);
    assert.deepEqual(read({}, { ...about, redacts: "$edit" }), []);
  });
});

suite("personas of others (MSC4144)", () => {
  const profile = { id: "cat-1", displayname: "cat", has_fallback: true };
  const tags = { "matrix/persona": "cat-1" };
  const user = { id: "@ann:a.example", displayName: "cat" };

  test("have their name, and the id of who sent it", () => {
    for (const field of ["m.per_message_profile", "com.beeper.per_message_profile"]) {
      assert.deepEqual(read({ ...body, body: "cat: hi", [field]: profile }), [
        { kind: "message", message: { ...message, user, tags } },
      ]);
    }
  });

  test("without a name, or one that is too long, it is the sender's", () => {
    for (const displayname of ["", 7, "x".repeat(256)]) {
      const content = { ...body, "m.per_message_profile": { displayname } };
      assert.deepEqual(read(content), [{ kind: "message", message }]);
    }
  });
});

suite("what is remembered, and what has to be looked up", () => {
  const remembered = { kind: "message", id: "$1", userId: "@ann:a.example", text: "hi" } as const;

  test("messages with their text and thread, the bot's own too", () => {
    assert.deepEqual(toRemember(event(body)), remembered);
    const own = event(body, { sender: "@bot:a.example" });
    assert.deepEqual(toRemember(own), { ...remembered, userId: "@bot:a.example" });
    const relation = { rel_type: "m.thread", event_id: "$ann" };
    const inThread = toRemember(event({ ...body, "m.relates_to": relation }));
    assert.deepEqual(inThread, { ...remembered, threadRootId: "$ann" });
    const long = toRemember(event({ ...body, body: "é".repeat(200) }));
    assert.equal(long?.kind === "message" && long.text, "é".repeat(150));
  });

  test("reactions and edits", () => {
    const annotates = { rel_type: "m.annotation", event_id: "$bob", key: "👍" };
    assert.deepEqual(toRemember(event({ "m.relates_to": annotates }, { type: "m.reaction" })), {
      ...{ kind: "reaction", id: "$1", userId: "@ann:a.example" },
      ...{ messageId: "$bob", emoji: { text: "👍" } },
    });
    const replaces = { rel_type: "m.replace", event_id: "$bob" };
    const edit = event({ ...body, "m.relates_to": replaces });
    const expected = { kind: "other", id: "$1", userId: "@ann:a.example" };
    assert.deepEqual(toRemember(edit), expected);
  });

  test("nothing else", () => {
    for (const other of [undefined, 7, [], {}, event({}, { type: "m.room.topic" })]) {
      assert.equal(toRemember(other), undefined);
    }
  });

  test("an edited message has its new text, a deleted one none", () => {
    const edit = (event_id: string, more: object = {}) =>
      event(
        {
          ...{ ...body, body: "* new", "m.new_content": { msgtype: "m.text", body: "new" } },
          "m.relates_to": { rel_type: "m.replace", event_id },
        },
        more,
      );
    const before = room.earlier("$ann");
    assert.deepEqual(toRememberAnew(edit("$ann"), room), { ...before, text: "new" });
    const deleted = event({}, { type: "m.room.redaction", redacts: "$ann" });
    assert.deepEqual(toRememberAnew(deleted, room), { ...before, text: "" });
    for (const other of [edit("$bob"), edit("$x"), edit("$up"), event(body), undefined]) {
      assert.equal(toRememberAnew(other, room), undefined);
    }
  });

  test("what was looked up is something, whatever it is", () => {
    assert.deepEqual(toLookedUp(event(body)), remembered);
    const topic = event({}, { type: "m.room.topic", state_key: "" });
    assert.deepEqual(toLookedUp(topic), { kind: "other", id: "$1", userId: "@ann:a.example" });
    assert.equal(toLookedUp({}), undefined);
  });

  test("an unknown message that somebody edits, answers or reacts to is looked up", () => {
    const relating = (relation: object, more: object = {}) =>
      toLookUp(event({ ...body, "m.relates_to": relation }, more), room);
    assert.equal(relating({ rel_type: "m.replace", event_id: "$x" }), "$x");
    assert.equal(relating({ "m.in_reply_to": { event_id: "$x" } }), "$x");
    const annotates = { rel_type: "m.annotation", event_id: "$x", key: "👍" };
    assert.equal(relating(annotates, { type: "m.reaction" }), "$x");
    assert.equal(relating({ rel_type: "m.replace", event_id: "$ann" }), undefined);
    assert.equal(relating({}), undefined);
    const redaction = (redacts: string) =>
      toLookUp(event({}, { type: "m.room.redaction", redacts }), room);
    assert.deepEqual([redaction("$x"), redaction("$up")], ["$x", undefined]);
    const own = { sender: "@bot:a.example" };
    assert.equal(relating({ rel_type: "m.replace", event_id: "$x" }, own), undefined);
  });
});

test("a command in HTML keeps its formatting and mentions", () => {
  const formatted_body =
    'hi <a href="https://matrix.to/#/@bob:a.example">Bob</a><ul><li>x</li></ul>';
  const [heard] = read({ ...body, format: "org.matrix.custom.html", formatted_body });
  assert.deepEqual(
    heard?.kind === "message" && heard.message.block,
    contentBlock([text("hi "), mention({ userId: "@bob:a.example" }, "Bob"), "\n", list(["x"])]),
  );
});
