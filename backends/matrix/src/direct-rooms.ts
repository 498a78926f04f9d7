/** Where an answer to a person goes: the room where they wrote, the last one, or a new one. */
import { Refused, type RequestInfo } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import type { RoomJoins } from "./room-joins.ts";
import type { Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";

export interface DirectRoomsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly joins: Pick<RoomJoins, "markDirect">;
}

export class DirectRooms {
  readonly #deps: DirectRoomsDeps;
  /** By person: the room that is being made. */
  readonly #making = new Map<string, Promise<Room>>();

  constructor(deps: DirectRoomsDeps) {
    this.#deps = deps;
  }

  /** `referrer`: of the message that is answered; it begins with the room's id. Throws Refused. */
  async roomOf(userId: string, request: RequestInfo, referrer = ""): Promise<Room> {
    const { rooms } = this.#deps;
    const answered = rooms.get(referrer.split("/", 1)[0] ?? "");
    if (answered !== undefined && rooms.directUser(answered.roomId) === userId) return answered;
    const known = rooms.directRoom(userId);
    if (known !== undefined) return known;
    if (!/^@[^\s\p{Cc}:]*:[^\s\p{Cc}]+$/u.test(userId) || userId.length > 255) {
      throw new Refused("that is not a user id such as @ann:example.org");
    }
    const making = this.#making.get(userId) ?? this.#make(userId, request);
    this.#making.set(userId, making);
    try {
      return await making;
    } finally {
      this.#making.delete(userId);
    }
  }

  async #make(userId: string, request: RequestInfo): Promise<Room> {
    const { client, joins, rooms } = this.#deps;
    const roomId = await client.createRoom(
      { preset: "trusted_private_chat", is_direct: true, invite: [userId] },
      request,
    );
    rooms.setDirect(roomId, userId);
    const room = rooms.add(roomId);
    await joins.markDirect(roomId, userId);
    return room;
  }
}
