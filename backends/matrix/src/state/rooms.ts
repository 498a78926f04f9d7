/** The rooms that the bot is in, the channels that they are, and whose private rooms they are. */
import {
  type BackendChannel,
  type BackendUser,
  BoundedMap,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { RoomView } from "../inbound.ts";
import { type JsonObject, listIn } from "../json-value.ts";
import { RecentEvents } from "./recent-events.ts";
import { Room } from "./room.ts";

/** People whose latest private room is remembered; the one who was silent for longest is forgotten. */
const MAX_PEOPLE = 10_000;
/** Private rooms that are remembered of `m.direct`. */
const MAX_DIRECT = 20_000;

export class Rooms {
  readonly recent = new RecentEvents();
  /** The bot's own id, such as `@bot:example.org`. */
  readonly ownUserId: string;
  readonly #byId = new Map<string, Room>();
  /** By room id: the alias or id that it was configured by. */
  readonly #channelIds = new Map<string, string>();
  /** By configured alias or id: the room. */
  readonly #roomIds = new Map<string, string>();
  /** By room id: the person whose private room it is, of `m.direct`. */
  #direct = new Map<string, string>();
  /** The same as the bot knows it, before the server has it. */
  readonly #ownDirect = new BoundedMap<string, string>(MAX_DIRECT);
  /** By person: the room where they wrote last. */
  readonly #lastDirect = new BoundedMap<string, string>(MAX_PEOPLE);

  constructor(ownUserId: string) {
    this.ownUserId = ownUserId;
  }

  get(roomId: string): Room | undefined {
    return this.#byId.get(roomId);
  }

  all(): readonly Room[] {
    return [...this.#byId.values()];
  }

  /** The room, made if it is not known. */
  add(roomId: string): Room {
    const known = this.#byId.get(roomId);
    if (known !== undefined) return known;
    const room = new Room(roomId);
    this.#byId.set(roomId, room);
    return room;
  }

  remove(roomId: string): void {
    this.#byId.delete(roomId);
    this.#ownDirect.delete(roomId);
  }

  /** The room of a channel that is no thread, also by its room id; undefined: the bot is not in it. */
  byChannel(channelId: string): Room | undefined {
    return this.#byId.get(this.#roomIds.get(channelId) ?? channelId);
  }

  /** The alias that it was configured by, else its id. */
  channelId(roomId: string): string {
    return this.#channelIds.get(roomId) ?? roomId;
  }

  /** `configured`: an alias, or the id of a room that this one replaces. Of several the first counts. */
  learn(configured: string, roomId: string): void {
    this.unlearn(configured);
    this.#roomIds.set(configured, roomId);
    const isFirst = !this.#channelIds.has(roomId);
    if (configured !== roomId && isFirst) this.#channelIds.set(roomId, configured);
  }

  unlearn(configured: string): void {
    const roomId = this.#roomIds.get(configured) ?? "";
    this.#roomIds.delete(configured);
    if (this.#channelIds.get(roomId) !== configured) return;
    this.#channelIds.delete(roomId);
    const names = [...this.#roomIds].filter(([other, its]) => its === roomId && other !== roomId);
    const [next] = names[0] ?? [];
    if (next !== undefined) this.#channelIds.set(roomId, next);
  }

  /** The room of a configured alias or id. */
  roomIdOf(configured: string): string | undefined {
    return this.#roomIds.get(configured);
  }

  /** Whether it is one of the configured channels. */
  isConfigured(roomId: string): boolean {
    return this.#channelIds.has(roomId) || this.#roomIds.get(roomId) === roomId;
  }

  /** The person whose private room it is; undefined: it is a channel. */
  directUser(roomId: string): string | undefined {
    if (this.isConfigured(roomId)) return undefined;
    const room = this.#byId.get(roomId);
    const made = room?.maker === this.ownUserId ? room.madeFor : undefined;
    const person = this.#ownDirect.get(roomId) ?? this.#direct.get(roomId) ?? made;
    // With a third person in it, it is private to nobody.
    return (room?.memberCount ?? 0) > 2 ? undefined : person;
  }

  /** Whether the account's list of private rooms has it, or will have. */
  isListed(roomId: string): boolean {
    return this.#ownDirect.has(roomId) || this.#direct.has(roomId);
  }

  /** Before the server has it. */
  setDirect(roomId: string, userId: string): void {
    this.#ownDirect.set(roomId, userId);
  }

  /** Takes the content of `m.direct`. */
  replaceDirect(content: JsonObject): void {
    const pairs = Object.entries(content).flatMap(([userId, rooms]) =>
      listIn(rooms).map((roomId) => [roomId, userId] as const),
    );
    const known = pairs.filter((pair): pair is [string, string] => typeof pair[0] === "string");
    this.#direct = new Map(known.slice(0, MAX_DIRECT));
  }

  /** Where somebody wrote last to the bot alone, or another private room of theirs. */
  directRoom(userId: string): Room | undefined {
    const last = this.#lastDirect.get(userId);
    const all = [...this.#ownDirect.keys(), ...this.#direct.keys()];
    for (const roomId of last === undefined ? all : [last, ...all]) {
      const room = this.#byId.get(roomId);
      if (room !== undefined && this.#isWith(room, userId)) return room;
    }
    return undefined;
  }

  /** Whether it is a private room with somebody who has not left it. */
  #isWith(room: Room, userId: string): boolean {
    if (this.directUser(room.roomId) !== userId || room.replacedBy !== undefined) return false;
    const membership = room.members.get(userId)?.membership;
    return membership !== "leave" && membership !== "ban";
  }

  /** Somebody wrote to the bot alone. */
  wrote(userId: string, roomId: string): void {
    this.#lastDirect.delete(userId);
    this.#lastDirect.set(userId, roomId);
  }

  /** As it is announced. */
  channelOf(room: Room): BackendChannel {
    const id = this.channelId(room.roomId);
    return {
      ...{ id, displayName: room.displayName(this.ownUserId) ?? id, topic: room.topic },
      // A private room to which others were invited.
      isPrivate: this.#direct.has(room.roomId) && !this.isConfigured(room.roomId),
    };
  }

  conversationOf({ roomId }: Room): Target {
    const person = this.directUser(roomId);
    return person === undefined
      ? { kind: "channel", id: this.channelId(roomId) }
      : { kind: "user", id: person };
  }

  view(room: Room, hasThread: (rootEventId: string) => boolean): RoomView {
    const { roomId } = room;
    const conversation = this.conversationOf(room);
    return {
      ...{ roomId, conversation, ownUserId: this.ownUserId, hasThread },
      ...(conversation.kind === "channel" && { channel: this.channelOf(room) }),
      user: (userId) => toUser(room, userId),
      membership: (userId) => room.members.get(userId)?.membership,
      channelOf: (roomIdOrAlias) => {
        const known = this.byChannel(roomIdOrAlias);
        return known && this.channelId(known.roomId);
      },
      earlier: (eventId) => this.recent.get(roomId, eventId),
    };
  }
}

/** Ids are vouched for by their servers, so that an account needs no other name. */
export function toUser(room: Room, userId: string): BackendUser {
  const displayName = room.members.get(userId)?.displayName;
  return displayName === undefined ? { id: userId } : { id: userId, displayName };
}
