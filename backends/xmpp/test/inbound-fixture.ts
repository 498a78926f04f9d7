/** A room with people in it, what the bot remembers, and stanzas as they come from the network. */
import { Parser } from "@xmpp/xml";
import { type Inbound, type InboundView, toNetworkEvents } from "../src/inbound.ts";
import { NS, type Stanza } from "../src/stanza.ts";
import { ReactionSets } from "../src/state/reaction-sets.ts";
import { RecentMessages } from "../src/state/recent-messages.ts";
import type { Occupant, RoomView } from "../src/state/rooms.ts";

export const ROOM = "lobby@rooms.x";
export const BOT = "bot@x";

/** The stanzas of a text, each with a stream around it. Throws for what is no XML. */
export function parse(text: string): Stanza[] {
  const parser = new Parser();
  const stanzas: Stanza[] = [];
  parser.on("element", (element) => stanzas.push(element as Stanza));
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(`<stream:stream xmlns="jabber:client" xmlns:stream="s">${text}`);
  return stanzas;
}

interface NetworkOptions {
  readonly occupants?: readonly Partial<Occupant>[];
  readonly features?: readonly string[];
  readonly isJoined?: boolean;
}

/** Reads stanzas one after the other, as `XmppNetwork` does. Presence changes nothing in the room. */
export class InboundFixture {
  readonly #recent = new RecentMessages();
  readonly #reactions = new ReactionSets();
  readonly view: InboundView;

  constructor({
    occupants = [],
    features = [NS.ids, NS.occupantId],
    isJoined = true,
  }: NetworkOptions = {}) {
    const people = occupants.map((each) => ({
      ...{ nick: "", role: "participant", affiliation: "none" },
      ...each,
    }));
    const room: RoomView = {
      ...{ address: ROOM, nick: "bot", occupantId: "o-bot", isJoined, name: "Lobby", topic: "" },
      features: new Set(features),
      occupant: (nick) => people.find((each) => each.nick === nick),
      occupants: () => people,
    };
    this.view = {
      self: BOT,
      nowMs: Date.UTC(2026, 0, 2, 3, 5),
      room: (address) => (address === ROOM ? room : undefined),
      earlier: (conversation, id) => this.#recent.get(conversation, id),
      reactions: (of) => this.#reactions.of(of),
    };
  }

  /** What the last of the stanzas means. */
  read(text: string): Inbound {
    const results = parse(text).map((stanza) => this.take(stanza));
    return results.at(-1) ?? { events: [] };
  }

  take(stanza: Stanza): Inbound {
    const inbound = toNetworkEvents(stanza, this.view);
    for (const message of inbound.remember ?? []) this.#recent.remember(message);
    if (inbound.left !== undefined) {
      this.#recent.authorLeft(inbound.left.room, inbound.left.userId);
    }
    if (inbound.reactions !== undefined) this.#reactions.replace(inbound.reactions);
    return inbound;
  }
}
