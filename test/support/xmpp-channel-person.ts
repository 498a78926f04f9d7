/** A person in a room on XMPP: slixmpp, whose stanzas are shown as its own replies and edits are. */
import type { Element } from "@xmpp/xml";
import { NS } from "../../backends/xmpp/src/stanza.ts";
import type { ChannelPerson, Seen } from "./channel-person.ts";
import type { Prosody } from "./prosody.ts";
import { escapeXml, XmppPerson } from "./xmpp-person.ts";

export interface XmppChannelPersonDeps {
  readonly server: Prosody;
  readonly person: XmppPerson;
  readonly room: string;
  /** The bot's nick. */
  readonly bot: string;
  /** Closes what was opened at the end of the test. */
  readonly after: (close: () => Promise<void>) => void;
}

export function xmppChannelPerson(deps: XmppChannelPersonDeps): ChannelPerson {
  const { server, person, room, bot, after } = deps;
  const seen = new SeenStanzas(deps);
  /** By message: what the person has reacted with; a reaction names all of them (XEP-0444). */
  const reactions = new Map<string, Set<string>>();
  let sent = 0;
  const send = (inner: string, type = "groupchat", to = room) =>
    person.sends(`<message to="${to}" type="${type}" id="does-${++sent}">${inner}</message>`);
  const body = (text: string) => `<body>${escapeXml(text)}</body>`;
  return {
    seen: () => seen.all(),
    say: (text) => send(body(text)),
    act: (text) => send(body(`/me ${text}`)),
    format: ([bold, italics, struck, code]) =>
      send(body(`*${bold}* _${italics}_ ~${struck}~ \`${code}\``)),
    reply: (id, text) =>
      send(`${body(text)}<reply xmlns="${NS.reply}" id="${id}" to="${room}/x"/>`),
    edit: (id, text) =>
      send(`${body(text)}<replace xmlns="${NS.correct}" id="${seen.sentIdOf(id)}"/>`),
    remove: (id) => send(`<retract xmlns="${NS.retract}" id="${id}"/>`),
    async react(id, emoji, removed) {
      const all = reactions.get(id) ?? new Set();
      reactions.set(id, all);
      all[removed ? "delete" : "add"](emoji);
      const list = [...all].map((each) => `<reaction>${each}</reaction>`).join("");
      await send(`<reactions xmlns="${NS.reactions}" id="${id}">${list}</reactions>`);
    },
    mentionAnn: (text) =>
      send(
        `${body(`ann: ${text}`)}<reference xmlns="${NS.reference}" type="mention" begin="0" end="3" uri="xmpp:${room}/ann"/>`,
      ),
    type: () => send(`<composing xmlns="${NS.chatStates}"/>`),
    whisper: (text) => send(`${body(text)}<x xmlns="${NS.mucUser}"/>`, "chat", `${room}/${bot}`),
    setTopic: (topic) => send(`<subject>${escapeXml(topic)}</subject>`),
    shareTopic: () => person.asks(subjectForAll(room)),
    async bringBob() {
      const bob = await XmppPerson.login(server, await server.register("bob"));
      after(() => bob[Symbol.asyncDispose]());
      await bob.joins(room, "bob");
    },
  };
}

function subjectForAll(room: string): string {
  const field = (name: string, value: string) =>
    `<field var="${name}"><value>${value}</value></field>`;
  return (
    `<iq type="set" to="${room}" id="subject"><query xmlns="${NS.mucOwner}">` +
    `<x xmlns="jabber:x:data" type="submit">` +
    field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig") +
    `${field("muc#roomconfig_changesubject", "1")}</x></query></iq>`
  );
}

/** Each stanza is read once. */
class SeenStanzas {
  readonly #deps: XmppChannelPersonDeps;
  readonly #seen: Seen[] = [];
  /** By the room's id: the sender's, which corrections name. */
  readonly #sentIds = new Map<string, string>();
  readonly #reactions = new Map<string, ReadonlySet<string>>();
  #read = 0;

  constructor(deps: XmppChannelPersonDeps) {
    this.#deps = deps;
  }

  all(): readonly Seen[] {
    const { person, room, bot } = this.#deps;
    for (; this.#read < person.heard.length; this.#read++) {
      const stanza = person.heard[this.#read];
      const from: string = stanza?.attrs["from"] ?? "";
      const isOfRoom = stanza?.name === "message" && stanza.attrs["type"] === "groupchat";
      if (!isOfRoom || !from.startsWith(`${room}/`)) continue;
      const isBot = from === `${room}/${bot}`;
      for (const seen of this.#toSeen(stanza, isBot)) this.#seen.push({ isBot, ...seen });
    }
    return this.#seen;
  }

  sentIdOf(id: string): string {
    return this.#sentIds.get(id) ?? id;
  }

  #toSeen(stanza: Element, isBot: boolean): readonly Omit<Seen, "isBot">[] {
    const subject = stanza.getChildText("subject");
    if (subject !== null && stanza.getChild("body") === undefined) {
      return [{ does: "sets the topic", id: "", text: subject }];
    }
    const reactions = stanza.getChild("reactions", NS.reactions);
    if (reactions !== undefined) return this.#reacted(reactions, isBot);
    const retracted = stanza.getChild("retract", NS.retract)?.attrs["id"];
    if (retracted !== undefined) return [{ does: "deletes", id: "", text: "", target: retracted }];
    const text = shownText(stanza);
    if (text === undefined) {
      const isTyping = stanza.getChild("composing", NS.chatStates) !== undefined;
      return isTyping ? [{ does: "types", id: "", text: "" }] : [];
    }
    const sentId: string = stanza.attrs["id"] ?? "";
    const id: string = stanza.getChild("stanza-id", NS.ids)?.attrs["id"] ?? sentId;
    this.#sentIds.set(id, sentId);
    const replaced = stanza.getChild("replace", NS.correct)?.attrs["id"];
    if (replaced !== undefined) {
      const [target = replaced] = [...this.#sentIds].find(([, sent]) => sent === replaced) ?? [];
      return [{ does: "edits", id, text, target }];
    }
    const target = stanza.getChild("reply", NS.reply)?.attrs["id"];
    const [, acted] = /^\/me (.*)$/s.exec(text) ?? [];
    return [{ does: acted === undefined ? "says" : "acts", id, text: acted ?? text, target }];
  }

  #reacted(reactions: Element, isBot: boolean): readonly Omit<Seen, "isBot">[] {
    const target: string = reactions.attrs["id"];
    const key = `${isBot} ${target}`;
    const before = this.#reactions.get(key) ?? new Set();
    const now = new Set(reactions.getChildren("reaction").map((each) => each.text()));
    this.#reactions.set(key, now);
    const of = (does: Seen["does"], emojis: Iterable<string>) =>
      [...emojis].map((text) => ({ does, id: "", text, target }));
    return [...of("reacts", now.difference(before)), ...of("takes back", before.difference(now))];
  }
}

/** Without what stands for a reply (XEP-0428). Whom it notifies is shown too, since none may be. */
function shownText(stanza: Element): string | undefined {
  const body = stanza.getChildText("body");
  if (body === null || body === undefined) return undefined;
  const range = stanza
    .getChildren("fallback", NS.fallback)
    .find((each) => each.attrs["for"] === NS.reply)
    ?.getChild("body")?.attrs;
  const signs = [...body];
  if (range !== undefined) signs.splice(Number(range["start"]), range["end"] - range["start"]);
  const notified = stanza
    .getChildren("reference", NS.reference)
    .filter(({ attrs }) => attrs["type"] === "mention")
    .map(({ attrs }) => attrs["uri"]);
  return signs.join("") + (notified.length > 0 ? ` (notifies ${notified})` : "");
}
