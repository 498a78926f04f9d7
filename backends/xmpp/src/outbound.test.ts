/** Requests of core as stanzas. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bold, container, mention, spoiler, text } from "@seabird-chat/protocol";
import type { Target } from "@seabird-chat/sdk/backend";
import fc from "fast-check";
import { blockToBody, type RenderedBody } from "./format.ts";
import {
  type Address,
  addressOf,
  fileStanza,
  MAX_STANZA_BYTES,
  moderationQuery,
  reactionsStanza,
  retractionStanza,
  textStanza,
  typingStanza,
} from "./outbound.ts";
import { NS } from "./stanza.ts";

const ROOM = "lobby@rooms.example.org";
const IN_ROOM: Address = { to: ROOM, type: "groupchat", isOccupant: false };
const TO_ANN: Address = { to: "ann@example.org", type: "chat", isOccupant: false };

const send = (
  rendered: RenderedBody,
  more: Omit<Partial<Parameters<typeof textStanza>[1]>, "rendered"> = {},
) => textStanza(IN_ROOM, { id: "m1", kind: "message", rendered, ...more });
const plain = (words: string) => blockToBody(text(words));

suite("addresses", () => {
  const addressed = (kind: Target["kind"], id: string) =>
    addressOf({ kind, id }, (room) => room === ROOM);

  test("a room, a person in it, and a person by account", () => {
    assert.deepEqual(addressed("channel", ROOM), IN_ROOM);
    assert.deepEqual(addressed("user", "ann@example.org"), TO_ANN);
    const ann = `${ROOM}/Ann with/a slash@and more`;
    assert.deepEqual(addressed("user", ann), { to: ann, type: "chat", isOccupant: true });
  });

  for (const [kind, id, reason] of [
    ["channel", "other@rooms.example.org", /the bot is not in this room/],
    ["channel", "rooms.example.org", /not the address of a room/],
    ["channel", `${ROOM}/ann`, /not the address of a room/],
    ["user", ROOM, /is a room and not a person/],
    ["user", "example.org", /not the address of a person/],
    ["user", "ann@example.org/phone", /not the address of a person/],
    ["user", "", /not an address/],
    ["user", "ann@", /not an address/],
    ["user", "ann@example.org/", /not an address/],
    ["user", "ann@b@c", /not an address/],
    ["user", "an n@example.org", /not an address/],
    ["user", "<ann>@example.org", /not an address/],
    ["user", `${ROOM}/a\u0000b`, /not an address/],
    ["user", `${"a".repeat(1_024)}@example.org`, /not an address/],
  ] as const) {
    test(`${kind} ${JSON.stringify(id.slice(0, 40))} is refused`, () => {
      assert.throws(() => addressed(kind, id), { name: "Refused", message: reason });
    });
  }
});

suite("texts", () => {
  test("a message has its text, and an id that later ones may name", () => {
    assert.equal(
      String(send(plain("hi & <bye>"))),
      `<message to="${ROOM}" type="groupchat" id="m1"><body>hi &amp; &lt;bye&gt;</body>` +
        '<active xmlns="http://jabber.org/protocol/chatstates"/>' +
        '<origin-id xmlns="urn:xmpp:sid:0" id="m1"/></message>',
    );
  });

  test("through a room it is a private message", () => {
    const address: Address = { to: `${ROOM}/ann`, type: "chat", isOccupant: true };
    const stanza = textStanza(address, { id: "m1", kind: "message", rendered: plain("hi") });
    assert.equal(stanza.attrs["type"], "chat");
    assert.ok(stanza.getChild("x", NS.mucUser));
  });

  test("an action begins with /me, and a message that does is none", () => {
    const body = (kind: "message" | "action", words: string) =>
      send(plain(words), { kind }).getChildText("body");
    assert.equal(body("action", "waves"), "/me waves");
    assert.equal(body("message", "/me waves"), "\u200b/me waves");
    assert.equal(body("message", "/mean"), "/mean");
  });

  test("formatting is styling, and what only looks like it is marked", () => {
    const styled = send(blockToBody(container(["so ", bold("what")])));
    assert.equal(styled.getChildText("body"), "so *what*");
    assert.equal(styled.getChild("unstyled"), undefined);
    assert.ok(send(plain("2 *3* 4")).getChild("unstyled", NS.styling));
    assert.ok(send(blockToBody(spoiler("the end"))).getChild("spoiler", NS.spoiler));
  });

  test("a mention is a nick, and a reference to it in code points", () => {
    const block = container(["🦀 ", mention({ userId: `${ROOM}/Ann B` }, "@ann"), "!"]);
    const stanza = send(blockToBody(block, { nameOf: () => "Ann B" }));
    assert.equal(stanza.getChildText("body"), "🦀 Ann B!");
    assert.deepEqual(stanza.getChild("reference", NS.reference)?.attrs, {
      xmlns: NS.reference,
      type: "mention",
      begin: "2",
      end: "7",
      uri: `xmpp:${ROOM}/Ann%20B`,
    });
  });

  test("an answer names its message, and quotes it for clients that do not know answers", () => {
    const block = container([mention({ userId: `${ROOM}/bo` }, "bo"), " yes"]);
    const stanza = send(blockToBody(block, { nameOf: () => "bo" }), {
      replyTo: {
        messageId: "s7",
        author: { id: `${ROOM}/ann`, displayName: "ann" },
        text: "tea?\nor 🦀",
      },
    });
    const quote = "> a\u200bnn:\n> tea?\n> or 🦀\n";
    assert.equal(stanza.getChildText("body"), `${quote}bo yes`);
    assert.deepEqual(stanza.getChild("reply", NS.reply)?.attrs, {
      xmlns: NS.reply,
      id: "s7",
      to: `${ROOM}/ann`,
    });
    const fallback = stanza.getChild("fallback", NS.fallback);
    assert.equal(fallback?.attrs["for"], NS.reply);
    const end = String([...quote].length);
    assert.deepEqual(fallback?.getChild("body")?.attrs, { start: "0", end });
    assert.equal(stanza.getChild("reference")?.attrs["begin"], end);
  });

  test("an answer in an action quotes nothing, and one without words nothing either", () => {
    const replyTo = { messageId: "s7", author: "ann@example.org", text: "tea?" };
    const action = send(plain("nods"), { kind: "action", replyTo });
    assert.equal(action.getChildText("body"), "/me nods");
    assert.equal(action.getChild("reply")?.attrs["id"], "s7");
    const unknown = send(plain("yes"), { replyTo: { messageId: "s7" } });
    assert.equal(unknown.getChildText("body"), "yes");
    assert.equal(unknown.getChild("fallback"), undefined);
  });

  test("a message of another conversation is only quoted", () => {
    const quotes = { messageId: "x", author: `${ROOM}/ann`, text: "tea?" };
    const stanza = send(plain("yes"), { quotes });
    assert.equal(stanza.getChildText("body"), "> a\u200bnn:\n> tea?\nyes");
    assert.equal(stanza.getChild("reply"), undefined);
  });

  test("a correction names what it corrects", () => {
    const stanza = send(plain("tea"), { replaces: "m0" });
    assert.deepEqual(stanza.getChild("replace", NS.correct)?.attrs, {
      xmlns: NS.correct,
      id: "m0",
    });
  });

  test("what is empty or too long for a server is refused", () => {
    assert.throws(() => send(plain("")), { name: "Refused", message: "the message is empty" });
    assert.throws(() => send(plain("&".repeat(MAX_STANZA_BYTES / 5))), {
      name: "Refused",
      message: /^the message is \d+ bytes; at most 60000 fit on XMPP$/,
    });
  });

  test("no text breaks the stream: XML holds it all", () => {
    // XML 1.0, 2.2.
    const outside = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
    const words = fc.string({ unit: "binary", maxLength: 50 });
    fc.assert(
      fc.property(words, words, words, (body, name, quote) => {
        const rendered = plain(`${body}.`);
        const author = { id: "a@b", displayName: name };
        const replyTo = { messageId: name, author, text: quote };
        const stanza = String(send(rendered, { replyTo }));
        assert.ok(stanza.isWellFormed());
        assert.doesNotMatch(stanza, outside);
        const file = { url: "https://a.b/", description: body, isSpoiler: true, replyTo };
        assert.doesNotMatch(String(fileStanza(IN_ROOM, { id: "m", ...file })), outside);
        assert.doesNotMatch(String(reactionsStanza(IN_ROOM, "m", name, [body])), outside);
        assert.doesNotMatch(String(moderationQuery("m", body, "1")), outside);
      }),
    );
  });
});

suite("other messages", () => {
  test("a file is its url alone, so that clients show it", () => {
    const url = "https://files.example.org/a?b&c";
    const stanza = fileStanza(IN_ROOM, { id: "m1", url, description: "a cat", isSpoiler: true });
    assert.equal(stanza.getChildText("body"), url);
    assert.equal(stanza.getChild("x", NS.oob)?.getChildText("url"), url);
    assert.equal(stanza.getChild("x", NS.oob)?.getChildText("desc"), "a cat");
    assert.ok(stanza.getChild("spoiler", NS.spoiler));
  });

  test("a retraction has words for clients that do not know it", () => {
    const stanza = retractionStanza(TO_ANN, "m2", "m1");
    assert.equal(stanza.getChild("retract", NS.retract)?.attrs["id"], "m1");
    assert.equal(stanza.getChild("fallback", NS.fallback)?.attrs["for"], NS.retract);
    assert.match(stanza.getChildText("body") ?? "", /^\/me retracted/);
  });

  test("a moderation has the form that the room knows", () => {
    assert.equal(
      String(moderationQuery("s1", "spam", "1")),
      '<moderate xmlns="urn:xmpp:message-moderate:1" id="s1">' +
        '<retract xmlns="urn:xmpp:message-retract:1"/><reason>spam</reason></moderate>',
    );
    assert.equal(
      String(moderationQuery("s1", "", "0")),
      '<apply-to xmlns="urn:xmpp:fasten:0" id="s1"><moderate xmlns="urn:xmpp:message-moderate:0">' +
        '<retract xmlns="urn:xmpp:message-retract:0"/></moderate></apply-to>',
    );
  });

  test("reactions are the whole set, and none is an empty one", () => {
    const emojis = (stanza: ReturnType<typeof reactionsStanza>) =>
      stanza
        .getChild("reactions", NS.reactions)
        ?.getChildren("reaction")
        .map((each) => each.text());
    assert.deepEqual(emojis(reactionsStanza(IN_ROOM, "m2", "s1", ["👍", "🎉"])), ["👍", "🎉"]);
    assert.deepEqual(emojis(reactionsStanza(IN_ROOM, "m2", "s1", [])), []);
  });

  test("typing is a state that no server keeps", () => {
    const stanza = typingStanza(IN_ROOM, "m1", true);
    assert.ok(stanza.getChild("composing", NS.chatStates));
    assert.ok(stanza.getChild("no-store", NS.hints));
    assert.ok(typingStanza(IN_ROOM, "m1", false).getChild("paused", NS.chatStates));
  });
});
