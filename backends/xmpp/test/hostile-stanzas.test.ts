/** Whatever a server or a stranger sends is read without an error, and only sound events come of it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plainText, utf8Length } from "@seabird-chat/protocol";
import { Element } from "@xmpp/xml";
import fc from "fast-check";
import type { Inbound, StanzaEvent } from "../src/inbound.ts";
import { NS, type Stanza } from "../src/stanza.ts";
import { InboundFixture, parse, ROOM } from "./inbound-fixture.ts";

const NAMES = [
  ...["body", "subject", "thread", "x", "item", "actor", "reason", "status", "delay", "replace"],
  ...[
    "retract",
    "moderated",
    "apply-to",
    "reactions",
    "reaction",
    "reply",
    "fallback",
    "reference",
  ],
  ...["stanza-id", "origin-id", "occupant-id", "composing", "gone", "url", "desc", "file-sharing"],
  ...["file", "sources", "url-data", "size", "dimensions", "spoiler", "unstyled", "encrypted"],
  ...["message", "presence", "iq", "constructor", "__proto__", "a:body", ":", "xmlns"],
];
const NAMESPACES = [
  ...Object.values(NS),
  ...["jabber:client", "urn:xmpp:sfs:0", "urn:xmpp:file:metadata:0", "urn:xmpp:spoiler:0"],
  ...["http://jabber.org/protocol/url-data", "urn:xmpp:feature-fallback:0", "urn:xmpp:later:9", ""],
];
const ATTRIBUTES = [
  ...["from", "to", "id", "type", "by", "for", "start", "end", "begin", "uri", "stamp", "jid"],
  ...["nick", "code", "target", "xml:lang", "role", "affiliation", "__proto__", "constructor"],
];
const TEXTS = [
  ...["groupchat", "chat", "error", "unavailable", "mention", "", " ", "0", "1", "5", "-1", "1e9"],
  ...["99999999999999999999", "NaN", "110", "303", "307", "own-1", "m1", "lobby@rooms.x/Ann"],
  ...["lobby@rooms.x", "lobby@rooms.x/bot", "ann@x", "ANN@X/1", "@", "/", "a@b@c", "bot@x"],
  ...["xmpp:ann@x", "xmpp:%E0%A4%A", "https://u.x/a.png", "https://u:p@x/", "http://[", "data:,a"],
  ...[
    "2026-01-02T03:04:05Z",
    "0000-01-01T00:00:00Z",
    "2026-02-31T00:00:00+99:99",
    "urn:xmpp:reply:0",
  ],
  ...[
    "\ud800",
    "\u0000\u001b[2J",
    "x".repeat(600),
    "🦀".repeat(200),
    "> > *a* _b_ `c`\n```\nd",
    "/me ",
  ],
  ...["]]>&<\"'", "\u202e", "9".repeat(400), "lobby@rooms.x/\ud800", "lobby@rooms.x/a\nb"],
];

/** What a parser never gives, but a change of it might. */
const WRONG: readonly unknown[] = [undefined, null, 7, Number.NaN, {}, [], true, () => "x"];

const texts = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: "binary", maxLength: 20 }));
const values = fc.oneof(
  { arbitrary: texts, weight: 9 },
  { arbitrary: fc.constantFrom(...WRONG), weight: 1 },
);
const attributes = fc.array(fc.tuple(fc.constantFrom(...ATTRIBUTES), values), { maxLength: 5 });

const { element: inner } = fc.letrec<{ element: Stanza; child: unknown }>((tie) => ({
  element: fc
    .record({
      name: fc.constantFrom(...NAMES),
      ns: fc.option(fc.constantFrom(...NAMESPACES), { nil: undefined }),
      attributes,
      children: fc.array(tie("child"), { maxLength: 4 }),
    })
    .map(({ name, ns, attributes: attrs, children }) =>
      build(name, [...(ns === undefined ? [] : [["xmlns", ns] as const]), ...attrs], children),
    ),
  child: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    { arbitrary: values, weight: 2 },
    { arbitrary: tie("element"), weight: 3 },
  ),
}));

const ids = fc.oneof(fc.constantFrom("m1", "m2", "own-1"), values);

/** An element that has a meaning, though its values may have none. */
const known = fc
  .tuple(
    fc.constantFrom<readonly [name: string, ns: string, child?: string]>(
      ...([
        ["body", "jabber:client"],
        ["body", "jabber:client"],
        ["replace", NS.correct],
      ] as const),
      ...([
        ["retract", NS.retract],
        ["retract", NS.retract, "moderated"],
      ] as const),
      ...([
        ["apply-to", NS.fasten, "retract"],
        ["apply-to", NS.fasten, "moderated"],
      ] as const),
      ...([
        ["reactions", NS.reactions, "reaction"],
        ["reply", NS.reply],
      ] as const),
      ...([
        ["fallback", NS.fallback, "body"],
        ["reference", NS.reference],
      ] as const),
      ...([
        ["x", NS.oob, "url"],
        ["x", NS.mucUser, "item"],
        ["x", NS.mucUser, "status"],
      ] as const),
      ...([
        ["delay", NS.delay],
        ["stanza-id", NS.ids],
        ["occupant-id", NS.occupantId],
      ] as const),
      ["composing", NS.chatStates],
    ),
    fc.record({ id: ids, from: values, by: values, for: values, type: values, uri: values }),
    fc.array(values, { minLength: 1, maxLength: 2 }),
    fc.record({ code: values, nick: values, jid: values, start: values, end: values, by: values }),
  )
  .map(([[name, ns, child], attrs, content, inside]) => {
    const of: Record<string, string> = { retract: NS.retract0, moderated: NS.moderate };
    const nested = build(
      child ?? "",
      Object.entries({ xmlns: of[child ?? ""] ?? ns, ...inside }),
      content,
    );
    return build(
      name,
      Object.entries({ xmlns: ns, ...attrs }),
      child === undefined ? content : [nested],
    );
  });

const stanzas = fc
  .record({
    name: fc.constantFrom("message", "message", "message", "presence", "presence", "iq", "x"),
    from: fc.oneof(fc.constantFrom(`${ROOM}/Ann`, `${ROOM}/Bob`, ROOM, "ann@x/1"), values),
    type: fc.oneof(fc.constantFrom("groupchat", "groupchat", "chat", "unavailable"), values),
    id: ids,
    attributes,
    children: fc.array(fc.oneof(inner, known, known), { maxLength: 6 }),
  })
  .map(({ name, from, type, id, attributes: more, children }) => {
    const attrs = [...more, ["from", from], ["type", type], ["id", id]] as const;
    return build(name, [["xmlns", "jabber:client"], ...attrs], children);
  });

function build(
  name: string,
  attrs: readonly (readonly [string, unknown])[],
  children: readonly unknown[],
): Stanza {
  const element = new Element(name, Object.fromEntries(attrs)) as Stanza;
  element.children = [...children] as Stanza["children"];
  for (const child of children) if (child instanceof Element) child.parent = element;
  return element;
}

const network = () => new InboundFixture({ occupants: [{ nick: "Ann", account: "ann@x" }] });

describe("10,000 hostile stanzas", () => {
  it("are read without an error, and what comes of them is sound", () => {
    // One network for all, so that they meet what earlier ones have left.
    const all = network();
    const kinds = new Set<string>();
    fc.assert(
      fc.property(stanzas, (stanza) => {
        const inbound = all.take(stanza);
        assertSound(inbound);
        for (const { kind } of inbound.events) kinds.add(kind);
      }),
      { numRuns: 10_000 },
    );
    // Those that do nothing would prove nothing.
    assert.ok(kinds.size >= 6, [...kinds].join());
  });

  it("are so, too, once a parser has read them", () => {
    const all = network();
    fc.assert(
      fc.property(stanzas, (stanza) => {
        for (const each of parsed(stanza)) assertSound(all.take(each));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** None, if it is no XML that a server could send. */
function parsed(stanza: Stanza): Stanza[] {
  try {
    return parse(stanza.toString());
  } catch {
    return [];
  }
}

describe("large stanzas", () => {
  // A square of these lengths would not end today.
  const many = 50_000;
  const message = (...children: unknown[]) => {
    const attrs = [
      ["from", `${ROOM}/Ann`],
      ["type", "groupchat"],
      ["id", "1"],
    ] as const;
    return build("message", [["xmlns", "jabber:client"], ...attrs], children);
  };
  const times = (name: string, ns: string, attrs: Record<string, string> = {}, text = "") =>
    Array.from({ length: many }, () =>
      build(name, Object.entries({ xmlns: ns, ...attrs }), [text]),
    );
  const body = (text: string) => build("body", [], [text]);
  const long = "🦀 *a* ".repeat(many / 4);
  const reference = { type: "mention", uri: "xmpp:ann@x", begin: "0", end: "9" };
  const fallback = build(
    "fallback",
    [
      ["xmlns", NS.fallback],
      ["for", NS.reply],
    ],
    [...times("body", NS.fallback, { start: "3", end: "90000" })],
  );

  for (const [name, stanza] of [
    ["bodies", message(...times("body", "jabber:client", {}, "a"))],
    ["references", message(body(long), ...times("reference", NS.reference, reference))],
    [
      "fallbacks",
      message(
        body(long),
        fallback,
        build(
          "reply",
          [
            ["xmlns", NS.reply],
            ["id", "1"],
          ],
          [],
        ),
      ),
    ],
    ["stanza ids", message(body("a"), ...times("stanza-id", NS.ids, { by: "x", id: "y" }))],
    ["files", message(...times("x", NS.oob))],
    [
      "reactions",
      message(
        build(
          "reactions",
          [
            ["xmlns", NS.reactions],
            ["id", "1"],
          ],
          times("reaction", NS.reactions, {}, "a"),
        ),
      ),
    ],
    [
      "texts",
      message(
        build(
          "body",
          [],
          Array.from({ length: many }, () => "a*"),
        ),
      ),
    ],
  ] as const) {
    it(`are read in linear time: ${name}`, () => assertSound(network().take(stanza)));
  }

  it("may be nested as deep as a parser lets them", () => {
    let deep = build("body", [], ["a"]);
    for (let level = 0; level < 1_000; level += 1) deep = build("body", [], [deep]);
    assertSound(network().take(message(deep)));
  });
});

function assertSound({ events, remember = [], reactions, encryptedFrom }: Inbound): void {
  for (const event of events) assertSoundEvent(event);
  for (const { id, originId = id, userId } of remember) {
    for (const each of [id, originId]) assertId(each);
    assertAddress(userId);
  }
  for (const emoji of reactions?.emojis ?? []) assertId(emoji);
  if (encryptedFrom !== undefined) assertAddress(encryptedFrom);
}

function assertSoundEvent(event: StanzaEvent): void {
  switch (event.kind) {
    case "message":
    case "lateMessage":
    case "action":
    case "privateMessage":
    case "privateAction":
      assertMessage(event.message);
      break;
    case "edited":
      assertMessage(event.edit);
      assertId(event.edit.id);
      break;
    case "deleted":
      for (const id of event.deletion.ids) assertId(id);
      assertUser(event.deletion.by ?? { id: "nobody@x" });
      break;
    case "reaction":
      assertId(event.reaction.messageId);
      assertUser(event.reaction.user);
      break;
    case "typing":
      assertUser(event.typing.user);
      break;
    case "memberJoined":
    case "memberLeft":
    case "memberRemoved":
      assertUser(event.member.user);
      break;
    case "userChanged":
      assertUser(event.change.before);
      assertUser(event.change.user);
      break;
    case "changed":
      assert.equal(event.channel.id, ROOM);
      assert.doesNotMatch(event.channel.topic ?? "", /\p{Cc}/u);
      break;
    default:
      event satisfies never;
  }
}

type Message = Extract<StanzaEvent, { kind: "privateMessage" }>["message"];

function assertMessage({ text, block, id, user, sentAt }: Message): void {
  assert.notEqual((block === undefined ? (text ?? "") : plainText(block)).trim(), "");
  assert.ok((block === undefined ? (text ?? "") : plainText(block)).isWellFormed());
  if (id !== undefined) assertId(id);
  assertUser(user);
  assert.ok(sentAt === undefined || !Number.isNaN(Number(sentAt)));
}

function assertId(id: string): void {
  assert.ok(id !== "" && utf8Length(id) <= 512 && id.isWellFormed() && !/\p{Cc}/u.test(id), id);
}

function assertUser(user: unknown): void {
  assert.ok(typeof user === "object" && user !== null && "id" in user);
  assertAddress(user.id);
  const { displayName = "a", account = "a@x" } = user as { displayName?: string; account?: string };
  assert.ok(displayName !== "" && !/\p{Cc}/u.test(displayName), displayName);
  assertAddress(account);
}

function assertAddress(id: unknown): void {
  assert.ok(typeof id === "string" && id.isWellFormed() && !/\p{Cc}/u.test(id), String(id));
  assert.match(id, /^[^@]+@/);
}
