/** Takes what `/sync` says of the rooms: keeps their state, announces channels, and reports events. */
import { type BackendHost, BoundedMap } from "@seabird-chat/sdk/backend";
import type { OtherRoom, SyncResponse, SyncRoom } from "./connection/sync-response.ts";
import type { SyncOrigin } from "./connection.ts";
import { type EarlierEventsDeps, learnEarlier } from "./earlier-events.ts";
import { type MatrixEvent, toNetworkEvents, toRemember, toRememberAnew } from "./inbound.ts";
import { type JsonObject, numberIn, objectIn, textIn } from "./json-value.ts";
import { report } from "./report.ts";
import { Renames } from "./state/renames.ts";
import type { Room } from "./state/room.ts";
import { type Rooms, toUser } from "./state/rooms.ts";
import { parseThreadId, type Threads } from "./state/threads.ts";

export interface RoomSyncDeps extends EarlierEventsDeps {
  readonly rooms: Rooms;
  readonly threads: Threads;
  readonly host: Pick<BackendHost, "channels" | "clock" | "emit" | "log" | "members" | "network">;
  /** A room's state has changed, or the bot has come into it. */
  readonly changed: (room: Room) => void;
  readonly invited: (room: OtherRoom) => void;
  /** The bot has another name now; undefined: none. */
  readonly selfNamed: (displayName: string | undefined) => void;
}

/** Events that wait for core before more are read of the network: fewer than the SDK drops. */
const MAX_WAITING = 500;
/** An older command is reported as a message: nobody waits for its answer any more. */
const OLD_MS = 30_000;
/** Milliseconds after which somebody types no more; servers say it again before (specification). */
const TYPING_EXPIRES_MS = 30_000;
/** Invitations from before the first connection that are remembered. */
const MAX_INVITATIONS = 10_000;
/** Channels that a gap names. */
const MAX_NAMED = 5;

export class RoomSync {
  readonly #deps: RoomSyncDeps;
  readonly #renames = new Renames();
  /** Rooms to which the bot was invited before its first connection. */
  readonly #oldInvitations = new BoundedMap<string, true>(MAX_INVITATIONS);

  constructor(deps: RoomSyncDeps) {
    this.#deps = deps;
  }

  async take(response: SyncResponse, origin: SyncOrigin): Promise<void> {
    const { emit } = this.#deps.host;
    const { rooms, invited } = this.#deps;
    if (response.direct !== undefined) rooms.replaceDirect(response.direct);
    if (!origin.isFirst) await learnEarlier(response.joined, this.#deps);
    const gaps: string[] = [];
    for (const news of response.joined) {
      if (this.#joined(news, origin)) gaps.push(rooms.channelId(news.roomId));
      // While core is away the position stays, so that the server keeps what comes.
      if (emit.waiting > MAX_WAITING) await emit.flushed();
    }
    for (const room of response.left) this.#left(room);
    for (const room of response.invited) {
      if (origin.isFirst) this.#oldInvitations.set(room.roomId, true);
      invited(room);
    }
    if (gaps.length > 0) this.gap(gaps);
  }

  /** Events are missing: told as an outage, since that is what a plugin can act on. */
  gap(channels: readonly string[], why = "too many came while the bot was away"): void {
    const { log, network } = this.#deps.host;
    const more = channels.length - MAX_NAMED;
    const named = channels.slice(0, MAX_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
    const reason = `messages of ${named} are missing: ${why}`;
    log.warn({ channels: channels.slice(0, MAX_NAMED), count: channels.length }, reason);
    network.away(reason);
    network.back();
  }

  /** Whether events are missing. */
  #joined(news: SyncRoom, origin: SyncOrigin): boolean {
    const { rooms, changed } = this.#deps;
    const isNew = rooms.get(news.roomId) === undefined;
    const room = rooms.add(news.roomId);
    // Lazily loaded members of Synapse have what comes in the timeline already.
    const later = new Set(news.timeline.map((event) => event["event_id"]));
    for (const event of news.state) if (!later.has(event["event_id"])) room.apply(event);
    if (news.memberCount !== undefined) room.memberCount = news.memberCount;
    if (news.heroes !== undefined) room.heroes = news.heroes;
    const joinAt = news.timeline.findLastIndex((event) => this.#isOwnJoin(event));
    const reportFrom = origin.isFirst ? news.timeline.length : this.#newFrom(news, joinAt);
    for (const event of news.timeline.slice(0, reportFrom)) this.#keep(room, event);
    this.announce(room);
    for (const event of news.timeline.slice(reportFrom)) {
      try {
        this.#event(room, event, origin);
      } catch (reason) {
        // It must not take with it what came in the same answer.
        const { log } = this.#deps.host;
        log.error(
          { room: room.roomId, event: event["event_id"], reason },
          "cannot report an event",
        );
      }
    }
    if (news.typing !== undefined && !origin.isFirst) this.#typing(room, news.typing);
    changed(room);
    const isKnown = !isNew || origin.isCatchUp;
    return news.isLimited && isKnown && !origin.isFirst && joinAt < 0;
  }

  /**
   * What was said before the bot came is history. But who invites it into a private room does not wait
   * for it: there the invitation counts, unless it was there before the bot's first connection.
   */
  #newFrom({ roomId, timeline }: SyncRoom, joinAt: number): number {
    const isPrivate = this.#deps.rooms.directUser(roomId) !== undefined;
    if (joinAt < 0 || !isPrivate || this.#oldInvitations.delete(roomId)) return joinAt + 1;
    const before = timeline.slice(0, joinAt);
    const invitedAt = before.findLastIndex(
      (event) =>
        this.#isOwnMembership(event) && objectIn(event["content"])["membership"] === "invite",
    );
    return (invitedAt < 0 ? joinAt : invitedAt) + 1;
  }

  #isOwnMembership(event: JsonObject): boolean {
    return event["type"] === "m.room.member" && event["state_key"] === this.#deps.rooms.ownUserId;
  }

  #isOwnJoin(event: JsonObject): boolean {
    if (!this.#isOwnMembership(event)) return false;
    const before = objectIn(objectIn(event["unsigned"])["prev_content"])["membership"];
    return objectIn(event["content"])["membership"] === "join" && before !== "join";
  }

  #keep(room: Room, event: JsonObject): void {
    if (event["state_key"] !== undefined) room.apply(event);
    const { recent } = this.#deps.rooms;
    const earlier = (eventId: string) => recent.get(room.roomId, eventId);
    for (const each of [toRemember(event), toRememberAnew(event, { earlier })]) {
      if (each !== undefined) recent.remember(room.roomId, each);
    }
  }

  #event(room: Room, event: JsonObject, { isCatchUp }: SyncOrigin): void {
    const { host, rooms, threads } = this.#deps;
    const channelId = rooms.channelId(room.roomId);
    const hasThread = (rootEventId: string) => threads.has({ channelId, rootEventId });
    const isOld = isCatchUp && this.#ageMs(event) > OLD_MS;
    for (const each of toNetworkEvents(event, rooms.view(room, hasThread))) {
      if (each.kind === "userChanged" && !this.#renames.isNew(each.change)) continue;
      this.#learn(room, event, each);
      if (isOld && each.kind === "message") host.emit.plainMessage(each.message);
      else report(host, each);
    }
    this.#keep(room, event);
    if (event["state_key"] !== undefined) this.announce(room);
    if (this.#isOwnMembership(event)) this.#ownName(event);
  }

  #ownName(event: JsonObject): void {
    const { displayname: name, membership } = objectIn(event["content"]);
    const { displayname: before } = objectIn(objectIn(event["unsigned"])["prev_content"]);
    if (membership === "join" && name !== before) this.#deps.selfNamed(textIn(name));
  }

  /** Where somebody wrote last, and which threads are in use. */
  #learn({ roomId }: Room, event: JsonObject, reported: MatrixEvent): void {
    const { rooms, threads } = this.#deps;
    if (reported.kind === "privateMessage" || reported.kind === "privateAction") {
      rooms.wrote(textIn(event["sender"]) ?? "", roomId);
    }
    if (!("message" in reported) || !("channel" in reported.message)) return;
    const thread = parseThreadId(reported.message.channel);
    if (thread !== undefined) threads.used(thread, reported.message.id ?? thread.rootEventId);
  }

  /** By the server's own clock where it says it. */
  #ageMs(event: JsonObject): number {
    const age = numberIn(objectIn(event["unsigned"])["age"]);
    if (age !== undefined) return age;
    const sentAtMs = numberIn(event["origin_server_ts"]);
    return sentAtMs === undefined ? 0 : this.#deps.host.clock.wallMs() - sentAtMs;
  }

  /** Tells core of a channel that is new or has another name or topic. */
  announce(room: Room): void {
    const { host, rooms } = this.#deps;
    const { channels } = host;
    const channel = rooms.channelOf(room);
    const known = channels.get(channel.id);
    // The room that replaced it takes its place.
    if (room.replacedBy !== undefined && !room.staysBehind) return;
    if (rooms.directUser(room.roomId) !== undefined) {
      if (known !== undefined) channels.left(channel.id);
      return;
    }
    const isSame =
      known?.displayName === channel.displayName &&
      known?.topic === channel.topic &&
      known?.isPrivate === channel.isPrivate;
    if (known === undefined) channels.joined(channel);
    else if (!isSame) channels.changed(channel);
  }

  #typing(room: Room, userIds: readonly string[]): void {
    const { host, rooms } = this.#deps;
    const now = new Set(userIds.filter((userId) => userId !== rooms.ownUserId));
    const conversation = rooms.conversationOf(room);
    const tell = (userId: string, isActive: boolean) => {
      if (conversation.kind === "user" && conversation.id !== userId) return;
      const expires = isActive ? { expiresMs: TYPING_EXPIRES_MS } : {};
      host.emit.typing({ conversation, user: toUser(room, userId), isActive, ...expires });
    };
    for (const userId of now) if (!room.typing.has(userId)) tell(userId, true);
    for (const userId of room.typing) if (!now.has(userId)) tell(userId, false);
    room.typing = now;
  }

  #left({ roomId, events }: OtherRoom): void {
    const { host, rooms } = this.#deps;
    const channelId = rooms.channelId(roomId);
    if (rooms.get(roomId) === undefined) return;
    rooms.remove(roomId);
    this.leaveChannel(channelId);
    const own = events.findLast((event) => this.#isOwnMembership(event));
    const by = textIn(own?.["sender"]);
    if (by === undefined || by === rooms.ownUserId) {
      host.log.info({ channel: channelId }, "left the room");
      return;
    }
    const content = objectIn(own?.["content"]);
    const reason = textIn(content["reason"]) ?? "";
    const what = content["membership"] === "ban" ? "banned from the room" : "removed from the room";
    host.log.warn({ channel: channelId, by, reason }, what);
  }

  /** With its threads. */
  leaveChannel(channelId: string): void {
    this.#deps.threads.roomLeft(channelId);
    if (this.#deps.host.channels.get(channelId)) this.#deps.host.channels.left(channelId);
  }
}
