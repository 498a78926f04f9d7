/** XMPP for the contract: prosody, and a person whose client is slixmpp. */
import {
  blockquote,
  bold,
  container,
  fencedCode,
  inlineCode,
  italics,
  strikethrough,
  text,
} from "@seabird-chat/protocol";
import { backendbed, type ContractNetwork, type ContractPerson } from "@seabird-chat/testkit";
import type { Element } from "@xmpp/xml";
import { xmppBackend } from "../../backends/xmpp/src/backend.ts";
import { NS } from "../../backends/xmpp/src/stanza.ts";
import { type Prosody, startProsody, type XmppAccount } from "../support/prosody.ts";
import { needPrograms } from "../support/servers.ts";
import { escapeXml, XmppPerson } from "../support/xmpp-person.ts";
import type { ContractServer } from "./contract-server.ts";

const NICK = "alice";

interface Stage {
  readonly server: Prosody;
  readonly account: XmppAccount;
  /** Another one after an outage. */
  alice: XmppPerson;
}

/** One server and one person for all cases; each case has a bot and rooms of its own. */
export function xmppServer(): ContractServer {
  let stage: Stage | undefined;
  let cases = 0;
  return {
    async start(t) {
      const programs = needPrograms(t, "prosody", "slixmpp", "openssl");
      if (programs === undefined) return undefined;
      stage ??= await openStage(await startProsody(programs));
      cases++;
      return await enterNetwork(stage, cases);
    },
    async close() {
      await stage?.alice[Symbol.asyncDispose]();
      await stage?.server.close();
    },
  };
}

async function openStage(server: Prosody): Promise<Stage> {
  try {
    const account = await server.register(NICK);
    return { server, account, alice: await XmppPerson.login(server, account) };
  } catch (reason) {
    await server.close();
    throw reason;
  }
}

async function enterNetwork(stage: Stage, number: number): Promise<ContractNetwork> {
  const { server, account } = stage;
  const self = `bot${number}`;
  const bot = await server.register(self);
  const channel = `test${number}@${server.archivedRooms}`;
  const joinable = `other${number}@${server.archivedRooms}`;
  const enter = async () => {
    for (const room of [channel, joinable]) {
      await stage.alice.joins(room, NICK);
      await letAllSetTopics(stage.alice, room);
    }
  };
  await enter();
  const watcher = new BotWatcher(stage, self);
  const send = (to: string, content: string, type = "groupchat") =>
    stage.alice.sends(`<message to="${to}" type="${type}" id="${nextId()}">${content}</message>`);
  const whisper = (line: string) =>
    send(`${channel}/${self}`, `${body(line)}<x xmlns="${NS.mucUser}"/>`, "chat");
  const person: ContractPerson = {
    id: `${channel}/${NICK}`,
    name: NICK,
    say: (room, line) => send(room, body(line)),
    act: (room, line) => send(room, body(`/me ${line}`)),
    whisper,
    whisperAction: (line) => whisper(`/me ${line}`),
    reply: (room, id, line) =>
      send(room, `${body(line)}<reply xmlns="${NS.reply}" id="${id}" to="${room}/${self}"/>`),
    async edit(room, id, line) {
      const sentId = await watcher.sentIdOf(room, id);
      await send(room, `${body(line)}<replace xmlns="${NS.correct}" id="${sentId}"/>`);
    },
    delete: (room, id) => send(room, `<retract xmlns="${NS.retract}" id="${id}"/>`),
    async react(room, id, emoji, removed) {
      const reaction = removed ? "" : `<reaction>${emoji}</reaction>`;
      await send(room, `<reactions xmlns="${NS.reactions}" id="${id}">${reaction}</reactions>`);
    },
    type: (room) => send(room, `<composing xmlns="${NS.chatStates}"/>`),
    async comeAgain(room) {
      await stage.alice.sends(`<presence to="${room}/${NICK}" type="unavailable"/>`);
      await stage.alice.joins(room, NICK);
    },
    async postFile(room, { name, bytes }) {
      const url = escapeXml(await upload(stage, name, bytes));
      await send(room, `<body>${url}</body><x xmlns="${NS.oob}"><url>${url}</url></x>`);
    },
    seen: (room) => watcher.seen(room),
    seenInPrivate: () => watcher.seenInPrivate(),
    seenEdits: (room) => watcher.edits(room),
    seenDeletions: (room) => watcher.deletions(room),
    seenReactions: (room) => watcher.reactions(room),
    seenFiles: (room) => watcher.files(room),
  };
  return {
    start: (options) =>
      backendbed({
        ...options,
        backend: xmppBackend,
        config: {
          address: bot.address,
          password: bot.password,
          service: server.url,
          tls: { ca: server.certificate },
          channels: [channel],
        },
      }),
    self,
    channel,
    unknownChannel: `nowhere@${server.archivedRooms}`,
    joinable,
    person,
    topic: (room) => watcher.topic(room),
    roundTrips: [
      text`plain and ${bold("bold")} text`,
      container([italics("one"), " ", strikethrough("two"), " three"]),
      text`${bold(italics("both"))} and ${inlineCode("a < b && c")}`,
      container([blockquote("said before"), "\n", fencedCode("a < b\n  c", "js")]),
    ],
    outage: {
      begin: async () => server.signal("SIGKILL"),
      async end() {
        await stage.alice[Symbol.asyncDispose]();
        await server.restart();
        stage.alice = await XmppPerson.login(server, account);
        await enter();
      },
    },
    connections: () => watcher.presences(channel),
    close: () => undefined,
  };
}

let ids = 0;

function nextId(): string {
  ids += 1;
  return `alice-${ids}`;
}

function body(line: string): string {
  return `<body>${escapeXml(line)}</body>`;
}

/** Who was in the room first owns it; after an outage that may be the bot, who need not ask. */
async function letAllSetTopics(alice: XmppPerson, room: string): Promise<void> {
  const field = (name: string, value: string) =>
    `<field var="${name}"><value>${value}</value></field>`;
  const kind = "http://jabber.org/protocol/muc#roomconfig";
  await alice.asks(
    `<iq type="set" to="${room}" id="${nextId()}"><query xmlns="${NS.mucOwner}">` +
      `<x xmlns="jabber:x:data" type="submit">${field("FORM_TYPE", kind)}` +
      `${field("muc#roomconfig_changesubject", "1")}</x></query></iq>`,
  );
}

async function upload({ server, alice }: Stage, name: string, bytes: Uint8Array): Promise<string> {
  const answer = await alice.asks(
    `<iq type="get" to="${server.upload}" id="${nextId()}"><request xmlns="${NS.upload}" ` +
      `filename="${name}" size="${bytes.length}" content-type="text/plain"/></iq>`,
  );
  const slot = answer.getChild("slot", NS.upload);
  const put = slot?.getChild("put");
  const headers = Object.fromEntries(
    (put?.getChildren("header") ?? []).map((each) => [each.attrs["name"], each.text()]),
  );
  headers["content-type"] = "text/plain";
  const uploaded = { method: "PUT", headers, body: Uint8Array.from(bytes) };
  const { status } = await fetch(put?.attrs["url"], uploaded);
  if (status !== 201) throw new Error(`the upload service answered ${status}`);
  return slot?.getChild("get")?.attrs["url"];
}

/** What the person's client got of the bot. */
class BotWatcher {
  readonly #stage: Stage;
  readonly #nick: string;
  readonly #files = new Map<string, Uint8Array | undefined>();

  constructor(stage: Stage, nick: string) {
    this.#stage = stage;
    this.#nick = nick;
  }

  seen(room: string): string[] {
    return this.#texts(room).map((each) => each.getChildText("body") ?? "");
  }

  /** Whatever came to the person alone. */
  seenInPrivate(): string[] {
    return this.#stage.alice.heard.flatMap((each) =>
      each.name === "message" &&
      each.attrs["type"] === "chat" &&
      String(each.attrs["from"]).endsWith(`/${this.#nick}`)
        ? (each.getChildText("body") ?? [])
        : [],
    );
  }

  edits(room: string) {
    return this.#messages(room).flatMap((each) => {
      const replaced = each.getChild("replace", NS.correct)?.attrs["id"];
      const first = this.#messages(room).find(({ attrs }) => attrs["id"] === replaced);
      if (replaced === undefined || first === undefined) return [];
      return [{ id: idOf(first, room), text: each.getChildText("body") ?? "" }];
    });
  }

  deletions(room: string): string[] {
    return this.#messages(room).flatMap(
      (each) => each.getChild("retract", NS.retract)?.attrs["id"] ?? [],
    );
  }

  reactions(room: string) {
    const there = new Map<string, readonly string[]>();
    for (const each of this.#messages(room)) {
      const reactions = each.getChild("reactions", NS.reactions);
      const emojis = reactions?.getChildren("reaction").map((reaction) => reaction.text()) ?? [];
      if (reactions !== undefined) there.set(reactions.attrs["id"], emojis);
    }
    return [...there].flatMap(([id, emojis]) => emojis.map((emoji) => ({ id, emoji })));
  }

  /** Those that have been downloaded so far; begins with the others. */
  files(room: string): Uint8Array[] {
    const urls = this.#messages(room).flatMap(
      (each) => each.getChild("x", NS.oob)?.getChildText("url") ?? [],
    );
    for (const url of urls.filter((each) => !this.#files.has(each))) void this.#download(url);
    return urls.flatMap((url) => this.#files.get(url) ?? []);
  }

  topic(room: string): string | undefined {
    const isTopic = (each: Element) =>
      each.name === "message" &&
      String(each.attrs["from"]).startsWith(`${room}/`) &&
      each.getChild("subject") !== undefined &&
      each.getChild("body") === undefined;
    return this.#stage.alice.heard.findLast(isTopic)?.getChildText("subject") ?? undefined;
  }

  presences(room: string): number {
    const last = this.#stage.alice.heard.findLast(
      ({ name, attrs }) => name === "presence" && attrs["from"] === `${room}/${this.#nick}`,
    );
    return last === undefined || last.attrs["type"] === "unavailable" ? 0 : 1;
  }

  /** The id that the person sent a message with, by the room's id for it. */
  async sentIdOf(room: string, id: string): Promise<string> {
    const found = await this.#stage.alice.hears(
      `the room's message ${id}`,
      (each) => each.name === "message" && idOf(each, room) === id,
    );
    return found.attrs["id"];
  }

  async #download(url: string): Promise<void> {
    this.#files.set(url, undefined);
    const answer = await fetch(url);
    if (answer.ok) this.#files.set(url, await answer.bytes());
  }

  #texts(room: string): Element[] {
    return this.#messages(room).filter(
      (each) =>
        each.getChild("body") !== undefined &&
        each.getChild("replace", NS.correct) === undefined &&
        each.getChild("retract", NS.retract) === undefined,
    );
  }

  #messages(room: string): Element[] {
    return this.#stage.alice.heard.filter(
      ({ name, attrs }) =>
        name === "message" &&
        attrs["type"] === "groupchat" &&
        attrs["from"] === `${room}/${this.#nick}`,
    );
  }
}

function idOf(message: Element, room: string): string {
  const ids = message.getChildren("stanza-id", NS.ids);
  return ids.find(({ attrs }) => attrs["by"] === room)?.attrs["id"] ?? message.attrs["id"];
}
