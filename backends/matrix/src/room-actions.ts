/** What the bot does with rooms when core asks: goes in, leaves, sets topics. */
import { Refused, type RequestInfo } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { refusing } from "./refusal.ts";
import type { RoomSync } from "./room-sync.ts";
import type { Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";
import { parseThreadId, type Threads } from "./state/threads.ts";

export interface RoomActionsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly threads: Threads;
  readonly sync: Pick<RoomSync, "leaveChannel">;
}

export class RoomActions {
  readonly #deps: RoomActionsDeps;
  /** Those who wait for a room to appear. */
  readonly #arrivals = new Map<string, Set<() => void>>();

  constructor(deps: RoomActionsDeps) {
    this.#deps = deps;
  }

  /** Resolves when the room was heard of, so that a message to it finds it. */
  async join(channelName: string, request: RequestInfo): Promise<void> {
    if (!/^[#!][^\s\p{Cc}]{1,254}$/u.test(channelName)) throw new Refused(NO_CHANNEL);
    const at = channelName.indexOf(":");
    const via = at < 0 ? [] : [channelName.slice(at + 1)];
    const roomId = await refusing(() => this.#deps.client.join(channelName, via, request));
    await this.arrival(roomId, request.signal);
  }

  /** A thread is only no channel any more, until it is used again. */
  async leave(channelId: string, reason: string, request: RequestInfo): Promise<void> {
    const { client, rooms, sync, threads } = this.#deps;
    const thread = parseThreadId(channelId);
    if (thread !== undefined) {
      threads.left(thread);
      return;
    }
    const { roomId } = this.known(channelId);
    await refusing(() => client.leave(roomId, reason, request));
    rooms.remove(roomId);
    sync.leaveChannel(channelId);
  }

  async setTopic(channelId: string, topic: string, request: RequestInfo): Promise<void> {
    if (parseThreadId(channelId) !== undefined) throw new Refused("threads have no topics");
    const room = this.known(channelId);
    const content = { topic: topic.toWellFormed() };
    const state = { roomId: room.roomId, type: "m.room.topic", content };
    await refusing(() => this.#deps.client.setState(state, request));
    // Until the server reports it, whatever else happens in the room would tell core the old one.
    room.topic = content.topic;
  }

  /**
   * The room of a channel that is no thread. Throws Refused if the bot is not in it, and for the private
   * room with a person: who may write to channels alone would reach that person.
   */
  known(channelId: string): Room {
    const { rooms } = this.#deps;
    const room = rooms.byChannel(channelId);
    if (room === undefined) throw new Refused("the bot is not in this room");
    if (rooms.directUser(room.roomId) !== undefined) throw new Refused(NO_PERSON);
    return room;
  }

  /** The server has said that the bot is in a room. */
  arrived(roomId: string): void {
    for (const resolve of this.#arrivals.get(roomId) ?? []) resolve();
  }

  /** Resolves when the server has said so. Rejects with Refused when the signal is aborted. */
  async arrival(roomId: string, signal: AbortSignal): Promise<void> {
    if (this.#deps.rooms.get(roomId) !== undefined) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = this.#arrivals.get(roomId) ?? new Set();
    this.#arrivals.set(roomId, waiting.add(resolve));
    const late = () => reject(new Refused("joined, but the server does not report the room yet"));
    signal.addEventListener("abort", late, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", late);
      waiting.delete(resolve);
      if (waiting.size === 0) this.#arrivals.delete(roomId);
    }
  }
}

const NO_PERSON = "this is a private room with a person, and no channel; write to the person";
const NO_CHANNEL =
  "give an alias such as #lobby:example.org, or a room id such as !abc:example.org";
