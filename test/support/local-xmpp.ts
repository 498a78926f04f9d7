/** XMPP on this machine: prosody, and slixmpp as the person. */
import type { Element } from "@xmpp/xml";
import type { HeardMessage, LocalNetwork } from "./local-network.ts";
import { needProsody } from "./prosody.ts";
import type { TestScope } from "./servers.ts";
import { TcpProxy } from "./tcp-proxy.ts";
import { xmppChannelPerson } from "./xmpp-channel-person.ts";
import { XmppPerson } from "./xmpp-person.ts";

const BOT = "seabird";
const NS = {
  correct: "urn:xmpp:message-correct:0",
  ids: "urn:xmpp:sid:0",
  files: "jabber:x:oob",
} as const;

/** Undefined after telling the test to skip. */
export async function startLocalXmpp(t: TestScope): Promise<LocalNetwork | undefined> {
  const server = await needProsody(t);
  if (server === undefined) return undefined;
  const link = await TcpProxy.start(server.port, t);
  const [bot, ann] = [await server.register(BOT), await server.register("ann")];
  const room = `tea@${server.archivedRooms}`;
  const person = await XmppPerson.login(server, ann);
  t.after(() => person[Symbol.asyncDispose]());
  await person.joins(room, "ann");
  const heard = new HeardStanzas(person, room);
  let lastSaid = "";
  /** By message: what the person has reacted with; a reaction names all of them (XEP-0444). */
  const reactions = new Map<string, Set<string>>();
  return {
    type: "xmpp",
    settings: {
      address: bot.address,
      password: bot.password,
      service: `xmpp://127.0.0.1:${link.port}`,
      // The server's certificate is its own.
      tls: { ca: server.certificate },
      channels: [room],
    },
    channel: room,
    link,
    person: xmppChannelPerson({
      ...{ server, person, room, bot: BOT },
      after: (close) => t.after(close),
    }),
    keepsMessages: false,
    async say(text) {
      lastSaid = await person.says(room, text);
    },
    edit: (text) =>
      person.sends(
        `<message to="${room}" type="groupchat" id="edit-${Math.random()}"><body>${text}</body>` +
          `<replace xmlns="${NS.correct}" id="${lastSaid}"/></message>`,
      ),
    async react(id, emoji, { removed } = { removed: false }) {
      const all = reactions.get(id) ?? new Set();
      reactions.set(id, all);
      all[removed ? "delete" : "add"](emoji);
      const list = [...all].map((each) => `<reaction>${each}</reaction>`).join("");
      await person.sends(
        `<message to="${room}" type="groupchat" id="reaction-${Math.random()}">` +
          `<reactions xmlns="urn:xmpp:reactions:0" id="${id}">${list}</reactions>` +
          `<store xmlns="urn:xmpp:hints"/></message>`,
      );
    },
    open: ({ files: [url = ""] = [] }) => fetch(url),
    heard: (from) => heard.from(from),
  };
}

/** Each stanza is read once. */
class HeardStanzas {
  readonly #person: XmppPerson;
  readonly #from: string;
  readonly #heard: HeardMessage[] = [];
  #read = 0;

  constructor(person: XmppPerson, room: string) {
    this.#person = person;
    this.#from = `${room}/${BOT}`;
  }

  from(index: number): readonly HeardMessage[] {
    for (; this.#read < this.#person.heard.length; this.#read++) {
      const stanza = this.#person.heard[this.#read];
      if (stanza?.name !== "message" || stanza.attrs["from"] !== this.#from) continue;
      const text = stanza.getChildText("body");
      if (text !== null) this.#heard.push(toHeard(stanza, text));
    }
    return this.#heard.slice(index);
  }
}

/** A room's own id of a message, where there is one, is what others name it by; edits name the sender's. */
function toHeard(stanza: Element, text: string): HeardMessage {
  const sentId: string = stanza.attrs["id"] ?? "";
  const id = stanza.getChild("stanza-id", NS.ids)?.attrs["id"] ?? sentId;
  const edits = stanza.getChild("replace", NS.correct)?.attrs["id"];
  const url = stanza.getChild("x", NS.files)?.getChildText("url");
  return {
    id,
    sentId,
    text,
    ...(edits !== undefined && { edits }),
    ...(typeof url === "string" && { files: [url] }),
  };
}
