/** Which rooms the bot goes into by itself: the configured ones, and those that replace others. */
import { type BackendHost, BoundedMap, pause } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { MatrixError } from "./connection/matrix-error.ts";
import type { SavedSession } from "./connection/saved-session.ts";
import type { DirectRooms } from "./direct-rooms.ts";
import { errorText } from "./refusal.ts";
import type { MatrixSettings } from "./settings.ts";
import type { Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";

export interface RoomJoinsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly saved: SavedSession;
  readonly direct: Pick<DirectRooms, "mark">;
  readonly host: Pick<BackendHost, "clock" | "log" | "random" | "signal">;
  readonly settings: () => MatrixSettings;
  /** Resolves when `/sync` has said that the bot is in it. */
  readonly arrival: (roomId: string, signal: AbortSignal) => Promise<void>;
  /** A room is another channel now, or none. */
  readonly renamed: (before: string, room: Room | undefined) => void;
}

/** Channels that are looked up, or joined, at once. */
const AT_ONCE = 4;
/** Milliseconds for a join: a server that is new to a room fetches it from others first. */
export const JOIN_MS = 120_000;
const FIRST_RETRY_MS = 30_000;
const MAX_RETRY_MS = 30 * 60_000;
/** Rooms whose replacement was followed, so that a circle of them ends. */
const MAX_FOLLOWED = 10_000;

export class RoomJoins {
  readonly #deps: RoomJoinsDeps;
  readonly #followed = new BoundedMap<string, true>(MAX_FOLLOWED);

  constructor(deps: RoomJoinsDeps) {
    this.#deps = deps;
  }

  /** Learns which rooms the configured channels are; before the first sync, so that ids are right at once. */
  async lookUp(channels: readonly string[]): Promise<void> {
    const { rooms, saved } = this.#deps;
    const known = saved.current?.rooms ?? {};
    const found = new Map<string, string>();
    await each(channels, async (channel) => {
      const before = Object.hasOwn(known, channel) ? known[channel] : undefined;
      const now = channel.startsWith("!") ? (before ?? channel) : await this.#resolve(channel);
      const roomId = now ?? before;
      if (roomId !== undefined) found.set(channel, roomId);
    });
    // In the order of the settings, since the first of two names of a room is the channel's id.
    for (const channel of channels) {
      const roomId = found.get(channel);
      if (roomId !== undefined) this.#learn(channel, roomId);
    }
    const wanted = this.#deps.settings().channels;
    const kept = wanted.flatMap((channel) => {
      const roomId = rooms.roomIdOf(channel);
      return roomId === undefined ? [] : [[channel, roomId] as const];
    });
    saved.change({ rooms: Object.fromEntries(kept) });
  }

  /** Undefined: it cannot be looked up now; the join says why. */
  async #resolve(alias: string): Promise<string | undefined> {
    try {
      return await this.#deps.client.resolveAlias(alias, { signal: this.#deps.host.signal });
    } catch (reason) {
      this.#deps.host.signal.throwIfAborted();
      this.#deps.host.log.debug({ alias, reason: errorText(reason) }, "cannot look up the alias");
      return undefined;
    }
  }

  /** Joins those that the bot is not in. Resolves when each was joined or refused; later tries go on. */
  async joinAll(channels: readonly string[]): Promise<void> {
    const { rooms, host } = this.#deps;
    const missing = channels.filter((channel) => rooms.byChannel(channel) === undefined);
    let joined = channels.length - missing.length;
    await each(missing, async (channel) => {
      if (await this.#join(channel, 1)) joined += 1;
    });
    const of = `joined ${joined} of ${channels.length} channel${channels.length === 1 ? "" : "s"}`;
    if (channels.length > 0) host.log[joined < channels.length ? "warn" : "info"](of);
  }

  /** Whether it was joined now. */
  async #join(channel: string, attempt: number): Promise<boolean> {
    const { client, host, rooms, saved } = this.#deps;
    const { clock, log, signal } = host;
    try {
      const deadlineMs = clock.now() + JOIN_MS;
      const via = serverOf(channel);
      const target = rooms.roomIdOf(channel) ?? channel;
      const roomId = await client.join(channel.startsWith("#") ? channel : target, via, {
        ...{ signal, deadlineMs },
      });
      this.#learn(channel, roomId);
      saved.change({ rooms: { ...saved.current?.rooms, [channel]: roomId } });
      await this.#deps.arrival(roomId, signal);
      return true;
    } catch (reason) {
      if (signal.aborted) return false;
      const retryInMs = isTemporary(reason) ? retryMs(attempt, host.random) : undefined;
      log.warn({ channel, reason: errorText(reason), retryInMs }, "cannot join the room");
      if (retryInMs !== undefined) void this.#joinLater(channel, attempt + 1, retryInMs);
      return false;
    }
  }

  async #joinLater(channel: string, attempt: number, retryInMs: number): Promise<void> {
    const { clock, signal } = this.#deps.host;
    await pause(clock, retryInMs, signal);
    const isWanted = this.#deps.settings().channels.includes(channel);
    const isIn = this.#deps.rooms.byChannel(channel) !== undefined;
    if (!signal.aborted && isWanted && !isIn) await this.#join(channel, attempt);
  }

  /** Its id may have been another one, if it was in a room before its alias was known. */
  #learn(channel: string, roomId: string): void {
    const { renamed, rooms } = this.#deps;
    const before = rooms.channelId(roomId);
    rooms.learn(channel, roomId);
    const room = rooms.get(roomId);
    if (room !== undefined && before !== rooms.channelId(roomId)) renamed(before, room);
  }

  /** Takes other channels: leaves what is no longer configured, joins what is new. */
  async change(before: readonly string[], after: readonly string[]): Promise<void> {
    const { client, host, rooms } = this.#deps;
    for (const channel of before.filter((each) => !after.includes(each))) {
      const room = rooms.byChannel(channel);
      rooms.unlearn(channel);
      if (room === undefined) continue;
      const { roomId } = room;
      if (rooms.isConfigured(roomId)) {
        if (rooms.channelId(roomId) !== channel) this.#deps.renamed(channel, room);
        continue;
      }
      rooms.remove(roomId);
      this.#deps.renamed(channel, undefined);
      await client.leave(roomId, "", { signal: host.signal }).catch((reason) => {
        host.log.warn({ channel, reason: errorText(reason) }, "cannot leave the room");
      });
    }
    const added = after.filter((channel) => !before.includes(channel));
    await this.lookUp(added);
    await this.joinAll(added);
  }

  /** A room's state has changed, or the bot has come into it: follows to the room that replaced it (tombstone). */
  changed(room: Room): void {
    const { rooms } = this.#deps;
    for (const old of rooms.all()) if (old.replacedBy === room.roomId) this.#moved(old, room);
    if (room.replacedBy === undefined || rooms.get(room.roomId) !== room) return;
    const next = rooms.get(room.replacedBy);
    if (next === undefined) void this.#follow(room, room.replacedBy);
    else this.#moved(room, next);
  }

  /** What comes of it is seen when the new room is there. */
  async #follow(room: Room, replacedBy: string): Promise<void> {
    const { client, host, rooms } = this.#deps;
    if (this.#followed.has(room.roomId)) return;
    this.#followed.set(room.roomId, true);
    try {
      if (this.#followed.has(replacedBy)) throw new Error("the rooms replace each other");
      const deadlineMs = host.clock.now() + JOIN_MS;
      const via = room.replacedOn === undefined ? [] : [room.replacedOn];
      await client.join(replacedBy, via, { signal: host.signal, deadlineMs });
    } catch (reason) {
      if (!host.signal.aborted) this.#staysBehind(room, rooms.channelId(room.roomId), reason);
    }
  }

  #staysBehind(room: Room, channel: string, reason: unknown): void {
    if (room.staysBehind) return;
    room.staysBehind = true;
    const fields = { channel, room: room.replacedBy, reason: errorText(reason) };
    this.#deps.host.log.warn(fields, "cannot follow to the room that replaced this one");
    this.#deps.renamed(channel, room);
  }

  /** The new room goes on as the same channel, if it says that it replaces the old one. */
  #moved(old: Room, room: Room): void {
    const { client, direct, host, renamed, rooms, saved } = this.#deps;
    const { roomId } = old;
    if (rooms.get(roomId) !== old || old === room) return;
    const channel = rooms.channelId(roomId);
    if (room.predecessor !== roomId) {
      this.#staysBehind(old, channel, new Error("that room does not name this one"));
      return;
    }
    const person = rooms.directUser(roomId);
    if (person !== undefined) void direct.mark(room.roomId, person);
    const isConfigured = rooms.isConfigured(roomId);
    rooms.remove(roomId);
    if (isConfigured) {
      rooms.learn(channel, room.roomId);
      saved.change({ rooms: { ...saved.current?.rooms, [channel]: room.roomId } });
    }
    host.log.info({ channel, room: room.roomId }, "the room was replaced by another one");
    // It may have been announced before it was known whose place it takes.
    renamed(isConfigured ? room.roomId : channel, room);
    const why = "the room was replaced";
    client.leave(roomId, why, { signal: host.signal }).catch((reason: unknown) => {
      host.log.debug({ room: roomId, reason: errorText(reason) }, "cannot leave the old room");
    });
  }
}

/** Runs work on each, a few at once. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const left = [...items];
  const run = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

/** Milliseconds before the next attempt; half of it is random. */
export function retryMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}

/** Whether another attempt may go better. */
export function isTemporary(reason: unknown): boolean {
  return !(reason instanceof MatrixError) || reason.status >= 500 || reason.status === 429;
}

/** The server in an id: who is asked for the room. */
export function serverOf(id: string): readonly string[] {
  const at = id.indexOf(":");
  return at < 0 ? [] : [id.slice(at + 1)];
}
