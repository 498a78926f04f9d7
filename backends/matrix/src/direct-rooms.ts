/** Private rooms: where an answer to a person goes, and the account's list of them (`m.direct`). */
import { type BackendHost, BoundedMap, Refused, type RequestInfo } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { MatrixError } from "./connection/matrix-error.ts";
import type { CallOptions } from "./connection/matrix-http.ts";
import { type JsonObject, listIn, objectIn } from "./json-value.ts";
import { errorText } from "./refusal.ts";
import { MADE_FOR, type Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";

export interface DirectRoomsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly host: Pick<BackendHost, "log" | "signal">;
}

/** The one whose room failed longest ago is forgotten. */
const MAX_FAILED = 1_000;

export class DirectRooms {
  readonly #deps: DirectRoomsDeps;
  /** By person: the room that is being made. */
  readonly #making = new Map<string, Promise<Room>>();
  /** People whom no room could be made for: a server may have made it before it could not invite them. */
  readonly #failed = new BoundedMap<string, true>(MAX_FAILED);
  /** Changes of the list, one after the other: each reads it first. */
  #marking: Promise<void> = Promise.resolve();

  constructor(deps: DirectRoomsDeps) {
    this.#deps = deps;
  }

  /** Learns the list: a server need not send it again to who goes on from a position. */
  async load(): Promise<void> {
    const { host, rooms } = this.#deps;
    rooms.replaceDirect(await this.#list({ signal: host.signal }));
  }

  /** `referrer`: the room of the message that is answered. Throws Refused. */
  async roomOf(userId: string, request: RequestInfo, referrer = ""): Promise<Room> {
    const { rooms } = this.#deps;
    const answered = rooms.get(referrer);
    if (answered !== undefined && rooms.directUser(referrer) === userId) return answered;
    const known = rooms.directRoom(userId);
    if (known !== undefined) return known;
    if (!/^@[^\s\p{Cc}:]*:[^\s\p{Cc}]+$/u.test(userId) || userId.length > 255) {
      throw new Refused("that is not a user id such as @ann:example.org");
    }
    if (userId === rooms.ownUserId) throw new Refused("that is the bot itself");
    const making = this.#making.get(userId) ?? this.#make(userId, request);
    this.#making.set(userId, making);
    try {
      return await making;
    } catch (reason) {
      this.#making.delete(userId);
      this.#failed.set(userId, true);
      for (const room of rooms.all()) this.arrived(room);
      throw reason;
    } finally {
      this.#making.delete(userId);
    }
  }

  /** A room has changed: one that was made without an answer is kept, one without the person left. */
  arrived({ roomId, members, madeFor = "" }: Room): void {
    const { client, host, rooms } = this.#deps;
    const isOurs = madeFor !== "" && rooms.directUser(roomId) === madeFor;
    if (!isOurs || this.#making.has(madeFor) || rooms.isListed(roomId)) return;
    const membership = members.get(madeFor)?.membership;
    if (membership === "invite" || membership === "join") void this.mark(roomId, madeFor);
    else if (this.#failed.has(madeFor)) {
      client.leave(roomId, "", { signal: host.signal }).catch(() => undefined);
    }
  }

  async #make(userId: string, request: RequestInfo): Promise<Room> {
    const { client, rooms } = this.#deps;
    const roomId = await client.createRoom(
      {
        ...{ preset: "trusted_private_chat", is_direct: true, invite: [userId] },
        creation_content: { [MADE_FOR]: userId },
      },
      request,
    );
    this.#failed.delete(userId);
    rooms.setDirect(roomId, userId);
    void this.mark(roomId, userId);
    return rooms.add(roomId);
  }

  /** Adds it to the list, so that the account's other clients show it among private conversations. Never rejects. */
  mark(roomId: string, userId: string): Promise<void> {
    this.#deps.rooms.setDirect(roomId, userId);
    this.#marking = this.#marking
      .then(() => this.#add(roomId, userId))
      .catch((reason: unknown) => {
        const { log, signal } = this.#deps.host;
        if (signal.aborted) return;
        log.warn({ room: roomId, reason: errorText(reason) }, "cannot mark the room as private");
      });
    return this.#marking;
  }

  async #add(roomId: string, userId: string): Promise<void> {
    const { client, host, rooms } = this.#deps;
    const call = { signal: host.signal };
    const all = await this.#list(call);
    const known = Object.hasOwn(all, userId) ? listIn(all[userId]) : [];
    if (known.includes(roomId)) return;
    const content = { ...all, [userId]: [...known, roomId] };
    await client.setAccountData({ userId: rooms.ownUserId, type: "m.direct", content }, call);
  }

  async #list(call: CallOptions): Promise<JsonObject> {
    const { client, rooms } = this.#deps;
    try {
      return objectIn(await client.accountData(rooms.ownUserId, "m.direct", call));
    } catch (reason) {
      if (reason instanceof MatrixError && reason.errcode === "M_NOT_FOUND") return {};
      throw reason;
    }
  }
}
