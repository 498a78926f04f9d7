/** What comes from the network, handed to all who read it: core, requests, rooms. */
import type { BackendHost } from "@seabird-chat/sdk/backend";
import type { Invitations } from "./connection/invitations.ts";
import type { WantedRooms } from "./connection/wanted-rooms.ts";
import { attributeOf, childOf, timeOf } from "./inbound/read-stanza.ts";
import { type InboundView, toNetworkEvents } from "./inbound.ts";
import type { MessageActions } from "./message-actions.ts";
import { report } from "./report.ts";
import type { TopicChanges } from "./requests/topic-changes.ts";
import { NS, type Stanza } from "./stanza.ts";
import { readInvitation } from "./state/invites.ts";
import { ReactionSets } from "./state/reaction-sets.ts";
import type { RecentMessages } from "./state/recent-messages.ts";
import type { Room } from "./state/room.ts";
import type { RoomRegistry } from "./state/room-registry.ts";

export interface IncomingStanzasDeps {
  readonly host: BackendHost;
  /** The bot's own bare address. */
  readonly self: string;
  readonly rooms: RoomRegistry;
  readonly wanted: WantedRooms;
  readonly invitations: Invitations;
  readonly messages: MessageActions;
  readonly topics: TopicChanges;
  readonly recent: RecentMessages;
  /** The room is set in another way now. */
  readonly reconfigured: (room: Room) => void;
}

export class IncomingStanzas {
  readonly #deps: IncomingStanzasDeps;
  readonly #reactions = new ReactionSets();
  readonly #view: InboundView;
  /** When the bot began to listen, in the time of servers: what was said before is history. */
  readonly #sinceMs = Date.now();
  #room: Room | undefined;

  constructor(deps: IncomingStanzasDeps) {
    this.#deps = deps;
    const { host, self, rooms, recent } = deps;
    this.#view = {
      self,
      get nowMs() {
        return host.clock.wallMs();
      },
      room: (address) => rooms.room(address),
      earlier: (conversation, id) => recent.get(conversation, id),
      reactions: (of) => this.#reactions.of(of),
    };
  }

  /** The room whose stanza is read now. */
  get room(): Room | undefined {
    return this.#room;
  }

  /** Never throws. */
  receive(stanza: Stanza): void {
    try {
      this.#read(stanza);
    } catch (reason) {
      this.#deps.host.log.error({ reason }, "a stanza could not be read");
    }
  }

  #read(stanza: Stanza): void {
    const { host, rooms, wanted, messages, topics, invitations } = this.#deps;
    const room = rooms.room(attributeOf(stanza, "from"));
    this.#room = room;
    if (room) room.heardAtMs = host.clock.now();
    messages.receive(stanza);
    topics.receive(stanza);
    const invitation = readInvitation(stanza);
    // The words beside an invitation are for clients that know none.
    if (invitation !== undefined) void invitations.receive(invitation);
    else if (!this.#isHistory(stanza)) this.#report(stanza);
    if (room === undefined) return;
    if (stanza.name === "presence") wanted.receive(room, stanza, room.presence(stanza));
    else this.#message(room, stanza);
  }

  #message(room: Room, stanza: Stanza): void {
    room.message(stanza);
    // XEP-0045, 10.9.
    const statuses = childOf(stanza, "x", NS.mucUser)?.getChildren("status") ?? [];
    const isNew = statuses.some((each) => attributeOf(each, "code") === "104");
    if (isNew) this.#deps.reconfigured(room);
  }

  #report(stanza: Stanza): void {
    const { host, recent } = this.#deps;
    const inbound = toNetworkEvents(stanza, this.#view);
    const { events, remember = [], reactions, left, encryptedFrom } = inbound;
    for (const event of events) report(host, event);
    for (const message of remember) recent.remember(message);
    if (left !== undefined) recent.authorLeft(left.room, left.userId);
    if (reactions !== undefined) this.#reactions.replace(reactions);
    if (encryptedFrom !== undefined) {
      host.log.warn({ from: encryptedFrom }, "an encrypted message cannot be read");
    }
  }

  /** What a server has kept since before the bot began to listen. */
  #isHistory(stanza: Stanza): boolean {
    if (stanza.name !== "message") return false;
    const stamp = timeOf(attributeOf(childOf(stanza, "delay", NS.delay), "stamp"));
    return stamp !== undefined && stamp.getTime() < this.#sinceMs;
  }
}
