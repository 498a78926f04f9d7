/** What each kind of stanza becomes, and what strangers cannot make of it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  attachment,
  blockquote,
  bold,
  mention,
  Presentation,
  spoiler,
  text,
} from "@seabird-chat/protocol";
import { InboundFixture, ROOM } from "../test/inbound-fixture.ts";
import { NS } from "./stanza.ts";

const channel = { kind: "channel", id: ROOM } as const;
const user = (nick: string) => ({ id: `${ROOM}/${nick}`, displayName: nick });
const ann = user("Ann");
const directAnn = { id: "ann@x", displayName: "ann", account: "ann@x" };

/** A message of somebody in the room, with the room's id of it. */
const said = (nick: string, inner: string, id = "m1") =>
  `<message from="${ROOM}/${nick}" to="bot@x/1" type="groupchat" id="own-${id}">${inner}
    <occupant-id xmlns="${NS.occupantId}" id="o-${nick.toLowerCase()}"/>
    <stanza-id xmlns="${NS.ids}" by="${ROOM}" id="${id}"/></message>`;
const chat = (inner: string, id = "c1") =>
  `<message from="Ann@x/phone" to="bot@x" type="chat" id="${id}">${inner}</message>`;
const body = (of: string) => `<body>${of}</body>`;

const read = (stanzas: string, network = new InboundFixture()) => network.read(stanzas).events;

describe("messages", () => {
  it("of a room have the room's id, and their sender the address there", () => {
    const { events, remember } = new InboundFixture().read(said("Ann", body("hi")));
    const message = { user: ann, text: "hi", block: undefined, id: "m1", channel: ROOM };
    assert.deepEqual(events, [{ kind: "message", message }]);
    assert.deepEqual(remember, [
      {
        ...{ conversation: channel, id: "m1", originId: "own-m1", userId: ann.id },
        ...{ occupantId: "o-ann", isOwn: false, text: "hi" },
      },
    ]);
  });

  it("name the account where the room shows it", () => {
    const network = new InboundFixture({ occupants: [{ nick: "Ann", account: "Ann@x" }] });
    const [event] = read(said("Ann", body("hi")), network);
    assert.ok(event?.kind === "message");
    assert.deepEqual(event.message.user, { ...ann, account: "ann@x" });
  });

  it("of the bot itself are remembered only", () => {
    const { events, remember } = new InboundFixture().read(said("bot", body("hi")));
    assert.deepEqual(events, []);
    assert.deepEqual(
      remember?.map(({ id, isOwn }) => ({ id, isOwn })),
      [{ id: "m1", isOwn: true }],
    );
  });

  it("to the bot alone are private", () => {
    const message = { user: directAnn, text: "psst", block: undefined, id: "c1" };
    assert.deepEqual(read(chat(body("psst"))), [{ kind: "privateMessage", message }]);
    const inRoom = `<message from="${ROOM}/Ann" to="bot@x/1" type="chat" id="p1">${body("psst")}
      <x xmlns="${NS.mucUser}"/></message>`;
    assert.deepEqual(read(inRoom), [
      { kind: "privateMessage", message: { ...message, user: ann, id: "p1" } },
    ]);
  });

  it("with /me are actions", () => {
    const [event] = read(said("Ann", body("/me waves *much*")));
    assert.ok(event?.kind === "action");
    assert.deepEqual(event.message.block, text`waves ${bold("much")}`);
    assert.equal(read(chat(body("/me waves")))[0]?.kind, "privateAction");
    assert.equal(read(chat(body("/mean")))[0]?.kind, "privateMessage");
  });

  it("are styled, unless they say that they are not", () => {
    const content = (inner: string) => {
      const [event] = read(chat(inner));
      assert.ok(event?.kind === "privateMessage");
      return event.message.block ?? event.message.text;
    };
    assert.deepEqual(content(body("*a*")), bold("a"));
    assert.equal(content(`${body("*a*")}<unstyled xmlns="${NS.styling}"/>`), "*a*");
    assert.deepEqual(content(`${body("a")}<spoiler xmlns="urn:xmpp:spoiler:0"/>`), spoiler("a"));
    assert.deepEqual(
      content(`${body("a")}<spoiler xmlns="urn:xmpp:spoiler:0">The end:</spoiler>`),
      text`The end: ${spoiler("a")}`,
    );
    assert.equal(content(`<body xml:lang="de">nein</body>${body("no")}`), "no");
  });

  it("have files, by their url or with what is known of them", () => {
    const oob = (url: string) => `<x xmlns="${NS.oob}"><url>${url}</url></x>`;
    const content = (inner: string) => {
      const [event] = read(chat(inner));
      return event?.kind === "privateMessage"
        ? (event.message.block ?? event.message.text)
        : undefined;
    };
    const file = {
      ...{ url: "https://u.x/1/a%20b.PNG", name: "a b.PNG" },
      ...{ contentType: "image/png", presentation: Presentation.IMAGE },
    };
    assert.deepEqual(content(body(file.url) + oob(file.url)), attachment(file));
    assert.deepEqual(content(body("look") + oob(file.url)), text`look\n${attachment(file)}`);
    const shared = `<file-sharing xmlns="urn:xmpp:sfs:0"><file xmlns="urn:xmpp:file:metadata:0">
      <name>s.jpg</name><media-type>image/jpeg</media-type><size>30</size><width>4</width>
      <height>5</height><desc>the summit</desc></file><sources><url-data
      xmlns="http://jabber.org/protocol/url-data" target="https://u.x/2"/></sources></file-sharing>`;
    assert.deepEqual(
      content(body("https://u.x/2") + oob("https://u.x/2") + shared),
      attachment({
        ...{ url: "https://u.x/2", name: "s.jpg", contentType: "image/jpeg", sizeBytes: 30 },
        ...{ width: 4, height: 5, description: "the summit", presentation: Presentation.IMAGE },
      }),
    );
    for (const url of ["aesgcm://u.x/1#00", "https://u:p@x/", "javascript:alert(1)", "no"]) {
      assert.equal(content(body(url) + oob(url)), url);
    }
  });

  it("mention whom their references name", () => {
    const network = new InboundFixture({ occupants: [{ nick: "Bob", account: "bob@x" }] });
    const reference = (uri: string, begin: number, end: number) =>
      `<reference xmlns="${NS.reference}" type="mention" begin="${begin}" end="${end}" uri="${uri}"/>`;
    const inner = `${body("🦀 Bob, Zoë: *x*")}${reference("xmpp:bob@x", 2, 5)}
      ${reference(`xmpp:${ROOM}/Zo%C3%AB`, 7, 10)}${reference("xmpp:zed@x", 90, 99)}`;
    const [event] = read(said("Ann", inner), network);
    assert.ok(event?.kind === "message");
    const [bob, zoe] = [
      mention({ userId: `${ROOM}/Bob` }, "Bob"),
      mention({ userId: `${ROOM}/Zoë` }, "Zoë"),
    ];
    assert.deepEqual(event.message.block, text`🦀 ${bob}, ${zoe}: ${bold("x")}`);
  });

  it("answer another one, without the quote for older clients", () => {
    const network = new InboundFixture();
    const reply = (id: string, to: string) => `<reply xmlns="${NS.reply}" id="${id}" to="${to}"/>`;
    const fallback = (end: number) =>
      `<fallback xmlns="${NS.fallback}" for="${NS.reply}"><body start="0" end="${end}"/></fallback>`;
    network.read(said("Bob", body("tea or coffee 🦀")));
    const quote = "> tea or coffee 🦀\n";
    const inner = body(`&gt; tea or coffee 🦀\n*tea*`) + fallback([...quote].length);
    const [event] = read(said("Ann", inner + reply("m1", `${ROOM}/Bob`), "m2"), network);
    assert.ok(event?.kind === "message");
    assert.deepEqual(event.message.block, bold("tea"));
    const author = user("Bob");
    assert.deepEqual(event.message.replyTo, { messageId: "m1", author, text: "tea or coffee 🦀" });
    // Without a reply that names a message the quote is all there is to tell what is answered.
    const [quoted] = read(said("Ann", inner, "m3"), network);
    assert.ok(quoted?.kind === "message");
    assert.deepEqual(quoted.message.block, text`${blockquote("tea or coffee 🦀")}\n${bold("tea")}`);
    const [unknown] = read(said("Ann", body("yes") + reply("m9", `${ROOM}/Bob`), "m4"), network);
    assert.ok(unknown?.kind === "message");
    assert.deepEqual(unknown.message.replyTo, { messageId: "m9", author });
  });

  it("that are encrypted are left out, and their sender is named", () => {
    const omemo = `${body("I sent you an OMEMO message")}<encrypted xmlns="eu.siacs.conversations.axolotl"/>`;
    assert.deepEqual(new InboundFixture().read(chat(omemo)), {
      events: [],
      encryptedFrom: "ann@x",
    });
  });

  it("of a room's history are none, and those that a lost session missed have their time", () => {
    const delay = (from: string, stamp: string) =>
      `${body("!hi")}<delay xmlns="${NS.delay}" from="${from}" stamp="${stamp}"/>`;
    assert.deepEqual(read(said("Ann", delay(ROOM, "2026-01-02T03:04:59Z"))), []);
    const [recent] = read(said("Ann", delay("x", "2026-01-02T03:04:59Z")));
    assert.ok(recent?.kind === "message");
    assert.deepEqual(recent.message.sentAt, new Date("2026-01-02T03:04:59Z"));
    // Nobody waits for the answer to a command of an hour ago.
    assert.equal(read(said("Ann", delay("x", "2026-01-02T02:04:59Z")))[0]?.kind, "lateMessage");
    assert.equal(read(chat(delay("x", "2026-01-02T02:04:59Z")))[0]?.kind, "privateMessage");
    const [timeless] = read(said("Ann", delay("x", "2026-02-31T99:00:00Z")));
    assert.ok(timeless?.kind === "message" && timeless.message.sentAt === undefined);
  });

  for (const [name, stanza] of [
    ["errors", `<message from="ann@x" type="error">${body("a")}</message>`],
    ["headlines", `<message from="ann@x" type="headline">${body("a")}</message>`],
    ["notices of a room", `<message from="${ROOM}" type="groupchat">${body("a")}</message>`],
    ["other rooms", `<message from="b@rooms.x/Ann" type="groupchat">${body("a")}</message>`],
    [
      "people in a room that the bot left",
      `<message from="b@rooms.x/Ann" type="chat">${body("a")}<x xmlns="${NS.mucUser}"/></message>`,
    ],
    ["servers", `<message from="x">${body("a")}</message>`],
    ["itself", `<message from="bot@x/2" type="chat">${body("a")}</message>`],
    ["nobody", `<message>${body("a")}</message>`],
    ["an empty body", chat(body(" \n"))],
    ["a body of another namespace", chat(`<body xmlns="http://www.w3.org/1999/xhtml">a</body>`)],
  ] as const) {
    it(`are none: ${name}`, () => assert.deepEqual(read(stanza), []));
  }
});

describe("ids", () => {
  it("are the sender's where the room gives none, though somebody writes one", () => {
    const network = new InboundFixture({ features: ["http://jabber.org/protocol/muc"] });
    const [event] = read(said("Ann", body("hi"), "forged"), network);
    assert.ok(event?.kind === "message");
    assert.equal(event.message.id, "own-forged");
  });

  it("of somebody else's message are not taken over", () => {
    const network = new InboundFixture({ features: [] });
    network.read(said("Ann", body("pay me")));
    const [forged] = read(said("Eve", body("hi")), network);
    assert.ok(forged?.kind === "message" && forged.message.id === undefined);
    const edit = `${body("pay Eve")}<replace xmlns="${NS.correct}" id="own-m1"/>`;
    assert.equal(read(said("Eve", edit, "m2"), network)[0]?.kind, "message");
    assert.equal(read(said("Ann", edit, "m3"), network)[0]?.kind, "edited");
  });

  it("that are too long or no text are none", () => {
    const long = "x".repeat(513);
    const [event] = read(chat(body("a"), long));
    assert.ok(event?.kind === "privateMessage" && event.message.id === undefined);
  });
});

describe("corrections", () => {
  const replace = (id: string) => `<replace xmlns="${NS.correct}" id="${id}"/>`;

  it("are edits of the first message, however often, whatever the nick is now", () => {
    const network = new InboundFixture();
    network.read(said("Ann", body("helo")));
    const renamed = said("Ann", body("hello") + replace("own-m1"), "m2").replace("/Ann", "/Anna");
    const edit = { conversation: channel, user: user("Anna"), text: "hello", block: undefined };
    assert.deepEqual(read(renamed, network), [{ kind: "edited", edit: { ...edit, id: "m1" } }]);
    const [second] = read(said("Ann", body("*hello*") + replace("own-m1"), "m3"), network);
    assert.ok(second?.kind === "edited" && second.edit.id === "m1");
    assert.deepEqual(second.edit.block, bold("hello"));
    // Other clients may name the message by its correction.
    const reply = `${body("hi")}<reply xmlns="${NS.reply}" id="m3" to="${ROOM}/Ann"/>`;
    const [answer] = read(said("Bob", reply, "m4"), network);
    assert.ok(answer?.kind === "message");
    assert.deepEqual(answer.message.replyTo, { messageId: "m1", author: ann, text: "hello" });
  });

  it("of somebody else's or unknown messages are messages", () => {
    const network = new InboundFixture();
    network.read(said("Ann", body("hi")));
    const [other] = read(said("Eve", body("ha") + replace("own-m1"), "m2"), network);
    assert.ok(other?.kind === "message" && other.message.id === "m2");
    const [unknown] = read(said("Ann", body("ha") + replace("own-m9"), "m3"), network);
    assert.ok(unknown?.kind === "message" && unknown.message.id === "m3");
  });

  it("are not by who has the nick afterwards, where rooms have no occupant ids", () => {
    const network = new InboundFixture({ occupants: [{ nick: "Ann" }], features: [] });
    network.read(said("Ann", body("hi")));
    const edit = body("ha") + replace("own-m1");
    assert.equal(read(said("Ann", edit, "m2"), network)[0]?.kind, "edited");
    network.read(`<presence from="${ROOM}/Ann" type="unavailable"/>`);
    assert.equal(read(said("Ann", edit, "m3"), network)[0]?.kind, "message");
  });

  it("work in private", () => {
    const network = new InboundFixture();
    network.read(chat(body("helo")));
    const [event] = read(chat(body("hello") + replace("c1"), "c2"), network);
    assert.ok(event?.kind === "edited");
    assert.deepEqual(event.edit.conversation, { kind: "user", id: "ann@x" });
    assert.equal(event.edit.id, "c1");
  });
});

describe("retractions", () => {
  const versions = {
    "urn:xmpp:message-retract:1": (id: string) => `<retract xmlns="${NS.retract}" id="${id}"/>`,
    "urn:xmpp:message-retract:0": (id: string) =>
      `<apply-to xmlns="${NS.fasten}" id="${id}"><retract xmlns="${NS.retract0}"/></apply-to>`,
  };
  for (const [version, retract] of Object.entries(versions)) {
    it(`delete the sender's own message only: ${version}`, () => {
      const network = new InboundFixture();
      network.read(said("Ann", body("oops")));
      const fallback = `${body("Ann retracted a message")}<fallback xmlns="${NS.fallback}"/>`;
      assert.deepEqual(read(said("Eve", retract("m1") + fallback, "m2"), network), []);
      assert.deepEqual(read(said("Ann", retract("m9") + fallback, "m2"), network), []);
      const deletion = { conversation: channel, ids: ["m1"], by: ann };
      for (const id of ["m1", "own-m1"]) {
        const events = read(said("Ann", retract(id) + fallback, "m3"), network);
        assert.deepEqual(events, [{ kind: "deleted", deletion }]);
      }
    });
  }

  const moderations = {
    "urn:xmpp:message-moderate:1": (by: string) =>
      `<retract xmlns="${NS.retract}" id="m1"><moderated xmlns="${NS.moderate}" by="${by}"/>
        <reason>spam</reason></retract>`,
    "urn:xmpp:message-moderate:0": (by: string) =>
      `<apply-to xmlns="${NS.fasten}" id="m1"><moderated xmlns="${NS.moderate0}" by="${by}">
        <retract xmlns="${NS.retract0}"/><reason>spam</reason></moderated></apply-to>`,
  };
  for (const [version, moderated] of Object.entries(moderations)) {
    it(`by moderators come from the room itself: ${version}`, () => {
      const network = new InboundFixture();
      const room = (inner: string) => `<message from="${ROOM}" type="groupchat">${inner}</message>`;
      network.read(said("Eve", body("buy")));
      const deletion = { conversation: channel, ids: ["m1"], by: user("Mod"), reason: "spam" };
      const events = read(room(moderated(`${ROOM}/Mod`)), network);
      assert.deepEqual(events, [{ kind: "deleted", deletion }]);
      // The bot did it: core publishes that.
      assert.deepEqual(read(room(moderated(`${ROOM}/bot`)), network), []);
      // Anybody can write one.
      assert.deepEqual(read(said("Ann", moderated(`${ROOM}/Mod`), "m2"), network), []);
    });
  }
});

describe("reactions", () => {
  const react = (id: string, ...emojis: string[]) =>
    `<reactions xmlns="${NS.reactions}" id="${id}">${emojis
      .map((each) => `<reaction>${each}</reaction>`)
      .join("")}</reactions>`;

  it("are what differs from the set before", () => {
    const network = new InboundFixture();
    const steps = [
      [
        ["👍", "🐢", "👍"],
        ["+👍", "+🐢"],
      ],
      [
        ["🐢", "👋"],
        ["-👍", "+👋"],
      ],
      [["🐢", "👋"], []],
      [[], ["-🐢", "-👋"]],
    ] as const;
    for (const [emojis, expected] of steps) {
      const events = read(said("Ann", react("m1", ...emojis) + body("👍"), "r"), network);
      const changes = events.map((event) => {
        assert.ok(event.kind === "reaction");
        const { messageId, emoji, removed, user: who, conversation } = event.reaction;
        assert.deepEqual(
          { messageId, who, conversation },
          { messageId: "m1", who: ann, conversation: channel },
        );
        return `${removed ? "-" : "+"}${emoji}`;
      });
      assert.deepEqual(changes, expected);
    }
  });

  it("are everybody's own, and the bot's own are no news", () => {
    const network = new InboundFixture();
    network.read(said("Ann", react("m1", "👍")));
    assert.equal(read(said("Bob", react("m1", "👍")), network).length, 1);
    assert.deepEqual(read(said("bot", react("m1", "👍")), network), []);
  });

  it("that are too many or too long are left out", () => {
    const emojis = Array.from({ length: 200 }, (_, index) => `e${index}`);
    assert.equal(read(said("Ann", react("m1", ...emojis))).length, 100);
    assert.deepEqual(read(said("Ann", react("m1", "x".repeat(513), ""))), []);
  });
});

describe("typing", () => {
  const state = (name: string) => `<${name} xmlns="${NS.chatStates}"/>`;

  it("begins and stops", () => {
    const typing = { conversation: channel, user: ann, isActive: true, expiresMs: 30_000 };
    assert.deepEqual(read(said("Ann", state("composing"))), [{ kind: "typing", typing }]);
    for (const stop of ["active", "paused", "inactive", "gone"]) {
      const [event] = read(chat(state(stop)));
      assert.ok(event?.kind === "typing" && event.typing.isActive === false);
    }
    assert.deepEqual(read(said("bot", state("composing"))), []);
    assert.equal(read(chat(body("a") + state("active")))[0]?.kind, "privateMessage");
  });
});

describe("topics", () => {
  it("are subjects without a body, the room's own too", () => {
    const subject = "<subject>tea\n at five</subject>";
    const changed = [{ kind: "changed", channel: { id: ROOM, topic: "tea  at five" } }];
    assert.deepEqual(read(said("Ann", subject)), changed);
    const delay = `<delay xmlns="${NS.delay}" from="${ROOM}" stamp="2026-01-02T03:04:59Z"/>`;
    assert.deepEqual(
      read(`<message from="${ROOM}" type="groupchat">${subject}${delay}</message>`),
      changed,
    );
    assert.equal(read(said("Ann", subject + body("a")))[0]?.kind, "message");
    assert.deepEqual(read(chat(subject)), []);
  });
});

describe("presence", () => {
  const people = [{ nick: "Ann", account: "ann@x" }, { nick: "Bob" }];
  const presence = (nick: string, type: string, inner = "") =>
    `<presence from="${ROOM}/${nick}" ${type && `type="${type}"`}>${inner}</presence>`;
  const x = (item: string, ...codes: number[]) =>
    `<x xmlns="${NS.mucUser}">${item}${codes.map((code) => `<status code="${code}"/>`).join("")}</x>`;
  const seen = (stanza: string, isJoined = true) =>
    read(stanza, new InboundFixture({ occupants: people, isJoined }));
  const annThere = { ...ann, account: "ann@x" };

  it("tells who comes, with the account if the room shows it", () => {
    const cid = { ...user("Cid"), account: "cid@x" };
    assert.deepEqual(seen(presence("Cid", "", x(`<item jid="Cid@x/1"/>`))), [
      { kind: "memberJoined", member: { channel: ROOM, user: cid } },
    ]);
  });

  it("tells who goes, and who was removed by whom", () => {
    const left = seen(presence("Ann", "unavailable", "<status>bye</status>"));
    assert.deepEqual(left, [
      { kind: "memberLeft", member: { channel: ROOM, user: annThere, reason: "bye" } },
    ]);
    const item = `<item><actor nick="Bob"/><reason>spam</reason></item>`;
    for (const status of [301, 307, 321, 322]) {
      const member = { channel: ROOM, user: annThere, reason: "spam", by: user("Bob") };
      assert.deepEqual(seen(presence("Ann", "unavailable", x(item, status))), [
        { kind: "memberRemoved", member },
      ]);
    }
    const byAddress = x(`<item><actor jid="Mod@x/1"/></item>`, 307);
    const [removed] = seen(presence("Ann", "unavailable", byAddress));
    assert.ok(removed?.kind === "memberRemoved");
    assert.deepEqual(removed.member.by, { id: "mod@x", account: "mod@x" });
    const technical = presence("Ann", "unavailable", x("", 307, 333));
    assert.equal(seen(technical)[0]?.kind, "memberLeft");
  });

  it("tells new nicks and accounts", () => {
    const renamed = presence("Ann", "unavailable", x(`<item nick="Anna"/>`, 303));
    const change = { before: annThere, user: { ...user("Anna"), account: "ann@x" } };
    assert.deepEqual(seen(renamed), [{ kind: "userChanged", change }]);
    const [account] = seen(presence("Bob", "", x(`<item jid="bob@x/1"/>`)));
    assert.ok(account?.kind === "userChanged");
    assert.deepEqual(account.change, {
      before: user("Bob"),
      user: { ...user("Bob"), account: "bob@x" },
    });
  });

  it("tells nothing of the bot, of who was there before it, and of what changes nothing", () => {
    assert.deepEqual(seen(presence("bot", "", x("<item/>", 110))), []);
    assert.deepEqual(seen(presence("other", "", x("<item/>", 110, 210))), []);
    assert.deepEqual(seen(presence("Cid", ""), false), []);
    assert.deepEqual(
      seen(presence("Ann", "", `<show>away</show>${x(`<item jid="ann@x/2"/>`)}`)),
      [],
    );
    assert.deepEqual(seen(presence("Zed", "unavailable")), []);
    assert.deepEqual(seen(presence("Ann", "error")), []);
    assert.deepEqual(read(`<presence from="ann@x/1"/>`), []);
  });
});

it("other stanzas are none", () => {
  assert.deepEqual(read(`<iq from="ann@x" type="get"><query xmlns="${NS.discoInfo}"/></iq>`), []);
});
