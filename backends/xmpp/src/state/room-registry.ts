/** The rooms that the bot is in or joins. */
import { parseAddress } from "../inbound/read-stanza.ts";
import { Room } from "./room.ts";
import type { RoomsView } from "./rooms.ts";

/** As many as the settings and invitations bring; `WantedRooms` bounds those. */
export class RoomRegistry implements RoomsView {
  readonly #rooms = new Map<string, Room>();

  room(address: string): Room | undefined {
    return this.#rooms.get(parseAddress(address)?.bare ?? "");
  }

  all(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  /** The bot is about to join. */
  joining(address: string, nick: string): Room {
    const known = this.#rooms.get(address);
    const room = known ?? new Room(address, nick);
    room.reset(nick);
    this.#rooms.set(address, room);
    return room;
  }

  forget(address: string): void {
    this.#rooms.delete(address);
  }
}
