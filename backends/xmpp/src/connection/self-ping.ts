/** Asks rooms that are silent whether the bot is still in them (XEP-0410): a server may lose track of it. */
import type { Clock } from "@seabird-chat/sdk/backend";
import { NS, xml } from "../stanza.ts";
import type { Room } from "../state/room.ts";
import type { RoomRegistry } from "../state/room-registry.ts";
import { StanzaError, type StanzaSender } from "./hooks.ts";

/** Milliseconds that an answer may take; none tells nothing (XEP-0410, 3.2). */
const ANSWER_WITHIN_MS = 30_000;
/** Rooms that are asked at once. */
const MAX_AT_ONCE = 20;

/** Errors of one who is in the room, by the client behind the nick or on the way (XEP-0410, 3.2). */
const IN_IT = new Set(["service-unavailable", "feature-not-implemented", "item-not-found"]);
const UNKNOWN = new Set(["remote-server-not-found", "remote-server-timeout"]);

export class SelfPing {
  readonly #sender: StanzaSender;
  readonly #rooms: RoomRegistry;
  readonly #clock: Clock;
  readonly #silentMs: number;
  readonly #lost: (room: Room) => void;
  readonly #asked = new Set<Room>();
  #cancel: () => void = () => undefined;

  /** `lost`: the bot is not in this room any more. */
  constructor(deps: {
    sender: StanzaSender;
    rooms: RoomRegistry;
    clock: Clock;
    silentMs: number;
    lost: (room: Room) => void;
  }) {
    this.#sender = deps.sender;
    this.#rooms = deps.rooms;
    this.#clock = deps.clock;
    this.#silentMs = deps.silentMs;
    this.#lost = deps.lost;
    this.#again();
  }

  /** Asks all rooms now, as after an outage. */
  all(): void {
    for (const room of this.#rooms.all()) room.heardAtMs = Number.NEGATIVE_INFINITY;
    this.#check();
  }

  close(): void {
    this.#cancel();
  }

  #again(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(this.#silentMs / 2, () => this.#check());
  }

  #check(): void {
    this.#again();
    this.#next();
  }

  #next(): void {
    const before = this.#clock.now() - this.#silentMs;
    for (const room of this.#rooms.all()) {
      if (this.#asked.size >= MAX_AT_ONCE) return;
      if (room.isJoined && room.heardAtMs < before && !this.#asked.has(room)) void this.#ask(room);
    }
  }

  async #ask(room: Room): Promise<void> {
    this.#asked.add(room);
    const { nick } = room;
    const to = `${room.address}/${nick}`;
    const ping = xml("iq", { type: "get", to }, xml("ping", { xmlns: NS.ping }));
    try {
      await this.#sender.request(ping, AbortSignal.timeout(ANSWER_WITHIN_MS));
    } catch (reason) {
      if (!(reason instanceof StanzaError) || UNKNOWN.has(reason.condition)) return;
      // A nick that changed meanwhile is nobody's.
      const isSame = this.#rooms.room(room.address) === room && room.isJoined && room.nick === nick;
      if (isSame && !IN_IT.has(reason.condition)) this.#lost(room);
    } finally {
      room.heardAtMs = this.#clock.now();
      this.#asked.delete(room);
      this.#next();
    }
  }
}
