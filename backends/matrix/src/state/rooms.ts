/** The rooms that the bot is in, the channels that they are, and whose private rooms they are. */
import type { BackendUser, Target } from "@seabird-chat/sdk/backend";
import type { RoomView } from "../inbound.ts";
import { RecentEvents } from "./recent-events.ts";
import { Room } from "./room.ts";

export class Rooms {
  readonly recent = new RecentEvents();
  readonly #byId = new Map<string, Room>();
  /** By room id: the alias by which it was configured. */
  readonly #aliases = new Map<string, string>();
  /** By room id: the person whose private room it is (`m.direct`). */
  readonly #direct = new Map<string, string>();
  /** By person: the room where they wrote last. */
  readonly #lastDirect = new Map<string, string>();
  ownUserId = "";

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
    this.recent.forget(roomId);
  }

  /** The room of a channel that is no thread, also by its room id; undefined: the bot is not in it. */
  byChannel(channelId: string): Room | undefined {
    const direct = this.#byId.get(channelId);
    if (direct !== undefined) return direct;
    for (const [roomId, alias] of this.#aliases) {
      if (alias === channelId) return this.#byId.get(roomId);
    }
    return undefined;
  }

  /** The alias that it was configured by, else its id. */
  channelId(roomId: string): string {
    return this.#aliases.get(roomId) ?? roomId;
  }

  learnAlias(alias: string, roomId: string): void {
    this.#aliases.set(roomId, alias);
  }

  /** The person whose private room it is; undefined: it is a channel. */
  directUser(roomId: string): string | undefined {
    return this.#direct.get(roomId);
  }

  setDirect(roomId: string, userId: string): void {
    this.#direct.set(roomId, userId);
  }

  /** Where somebody wrote last to the bot alone, or another private room of theirs. */
  directRoom(userId: string): Room | undefined {
    const last = this.#byId.get(this.#lastDirect.get(userId) ?? "");
    if (last !== undefined) return last;
    for (const [roomId, person] of this.#direct) {
      const room = person === userId ? this.#byId.get(roomId) : undefined;
      if (room !== undefined) return room;
    }
    return undefined;
  }

  wrote(userId: string, roomId: string): void {
    this.#lastDirect.set(userId, roomId);
  }

  view(room: Room, hasThread: (rootEventId: string) => boolean): RoomView {
    const conversation: Target = this.#direct.has(room.roomId)
      ? { kind: "user", id: this.#direct.get(room.roomId) ?? "" }
      : { kind: "channel", id: this.channelId(room.roomId) };
    return {
      ...{ roomId: room.roomId, conversation, ownUserId: this.ownUserId, hasThread },
      user: (userId) => toUser(room, userId),
      membership: (userId) => room.members.get(userId)?.membership,
      channelOf: (roomIdOrAlias) => {
        const known = this.byChannel(roomIdOrAlias);
        return known && this.channelId(known.roomId);
      },
      earlier: (eventId) => this.recent.get(room.roomId, eventId),
    };
  }
}

/** Ids are vouched for by their servers, so that an account needs no other name. */
export function toUser(room: Room, userId: string): BackendUser {
  const displayName = room.members.get(userId)?.displayName;
  return displayName === undefined ? { id: userId } : { id: userId, displayName };
}
