/** Connects a Matrix account with core: core's requests go to the network, its events to core. */
import { isDeepStrictEqual } from "node:util";
import {
  type BackendConnection,
  type BackendHost,
  type ChannelMembers,
  type DeleteRequest,
  type FileSource,
  type OutgoingEdit,
  type OutgoingMessage,
  type OutgoingReaction,
  pause,
  Refused,
  type RequestInfo,
  SeabirdError,
  type Sent,
  stateFilePath,
  type Target,
} from "@seabird-chat/sdk/backend";
import { CAPABILITIES } from "./capabilities.ts";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { SavedSession } from "./connection/saved-session.ts";
import { MatrixConnection, type SyncOrigin } from "./connection.ts";
import { DirectRooms } from "./direct-rooms.ts";
import { ENCRYPTED, Invitations } from "./invitations.ts";
import { MessageActions } from "./message-actions.ts";
import { encryptedRooms, missingPermissions } from "./missing-permissions.ts";
import { loginOptions, toFatal } from "./options.ts";
import { errorText } from "./refusal.ts";
import { delivered, deliveredSoon } from "./report.ts";
import { reportStatus } from "./report-status.ts";
import { RoomActions } from "./room-actions.ts";
import { RoomJoins } from "./room-joins.ts";
import { RoomSync } from "./room-sync.ts";
import type { MatrixSettings } from "./settings.ts";
import type { Room } from "./state/room.ts";
import { Rooms } from "./state/rooms.ts";
import { parseThreadId, Threads } from "./state/threads.ts";

type Host = BackendHost<MatrixSettings>;

/** Milliseconds that `connect` waits for the configured channels; joins go on after that. */
const JOINS_MS = 10_000;
/** Milliseconds that news wait for an earlier event that they refer to. */
const LOOK_UP_MS = 5_000;
/** Milliseconds for ending a session that is kept nowhere. */
const LOGOUT_MS = 2_000;

/** One account, until it is closed: the connection logs in and follows `/sync` by itself. */
export class MatrixNetwork implements BackendConnection<MatrixSettings> {
  /** Rejects when the login is no longer valid; a lost connection does not end it. */
  readonly closed: Promise<never>;
  readonly #host: Host;
  readonly #client: MatrixClient;
  readonly #rooms: Rooms;
  readonly #joins: RoomJoins;
  readonly #invitations: Invitations;
  readonly #sync: RoomSync;
  readonly #actions: RoomActions;
  readonly #messages: MessageActions;
  readonly #direct: DirectRooms;
  readonly #saved: SavedSession;
  readonly #ended = new AbortController();
  readonly #closing = Promise.withResolvers<never>();
  /** Resolved by the first answer of `/sync`. */
  readonly #first = Promise.withResolvers<void>();
  /** Encrypted rooms that the log has named. */
  readonly #warned = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #settings: MatrixSettings;

  private constructor(host: Host, saved: SavedSession, client: MatrixClient, userId: string) {
    this.#host = host;
    this.#settings = host.config;
    this.#client = client;
    this.#saved = saved;
    this.#rooms = new Rooms(userId);
    const rooms = this.#rooms;
    const signal = AbortSignal.any([host.signal, this.#ended.signal]);
    const { channels, capabilities, clock, log, random } = host;
    const openAttachment = host.openAttachment.bind(host);
    const settings = () => this.#settings;
    const own = { clock, log, random, signal };
    this.#direct = new DirectRooms({ client, rooms, host: own });
    this.#invitations = new Invitations({
      ...{ client, rooms, direct: this.#direct, host: own, settings },
    });
    this.#joins = new RoomJoins({
      ...{ client, rooms, saved, direct: this.#direct, host: own, settings },
      arrival: (roomId, until) => this.#actions.arrival(roomId, until),
      renamed: (before, room) => this.#renamed(before, room),
    });
    const threads = new Threads((id) => channels.left(id));
    this.#sync = new RoomSync({
      ...{ rooms, threads, host },
      fetch: (roomId, eventId) =>
        client.event(roomId, eventId, { signal, deadlineMs: clock.now() + LOOK_UP_MS }),
      changed: (room) => this.#roomChanged(room),
      selfNamed: (name) => this.#nameSelf(name),
      invited: (room) => this.#invitations.take(room),
    });
    this.#actions = new RoomActions({ client, rooms, threads, sync: this.#sync });
    this.#messages = new MessageActions({
      ...{ client, rooms, threads },
      host: { channels, capabilities, clock, log, signal, openAttachment },
      roomOf: (to, request, referrer) => this.#roomOf(to, request, referrer),
    });
    this.closed = this.#closing.promise;
    this.closed.catch(() => undefined);
  }

  /**
   * Resolves when the bot is logged in, however long that takes, has heard what it is in, and has
   * joined every channel, or was refused, or 10 s are over.
   */
  static async connect(host: Host): Promise<MatrixNetwork> {
    const { clock, config, log, random, signal } = host;
    const path = stateFilePath(config.state_file, host);
    const saved = new SavedSession(path, (reason) => log.warn({ reason }, "no login is kept"));
    const ended = new AbortController();
    let network: MatrixNetwork | undefined;
    try {
      const connection = new MatrixConnection(loginOptions(config), {
        ...{ saved, clock, random, signal: AbortSignal.any([signal, ended.signal]) },
        hooks: {
          status: (status) => reportStatus(host, status),
          synced: async (response, origin) => network?.take(response, origin),
          delivered: () => delivered(host),
          positionLost: (reason) => network?.positionLost(reason),
        },
      });
      const { client, userId } = await connection.logIn();
      network = new MatrixNetwork(host, saved, client, userId);
      network.#ended.signal.addEventListener("abort", () => ended.abort());
      await network.#begin(connection);
      return network;
    } catch (reason) {
      await network?.close();
      throw toFatal(reason);
    }
  }

  async #begin(connection: MatrixConnection): Promise<void> {
    const { channels, clock, config, signal } = this.#host;
    await this.#ask();
    await this.#joins.lookUp(config.channels);
    this.#running = connection.run().catch((reason: unknown) => {
      this.#closing.reject(toFatal(reason));
    });
    await Promise.race([this.#first.promise, this.closed]);
    const joining = this.#joins.joinAll(config.channels);
    await Promise.race([joining, pause(clock, JOINS_MS, signal), this.closed]);
    // The rooms of the account are known; what is joined later is announced then.
    channels.settled();
  }

  /** What is asked of the server once; without an answer the defaults are good enough. */
  async #ask(): Promise<void> {
    const { capabilities, signal } = this.#host;
    const none = () => undefined;
    const profile = await this.#client.profile(this.#rooms.ownUserId, { signal }).catch(none);
    this.#nameSelf(profile?.displayName);
    const maxAttachmentBytes = await this.#messages.maxAttachmentBytes().catch(none);
    const limits = { ...CAPABILITIES.limits, maxAttachmentBytes };
    capabilities.set({ ...CAPABILITIES, limits });
    await this.#direct.load().catch(none);
  }

  #nameSelf(displayName: string | undefined): void {
    const { ownUserId: id } = this.#rooms;
    this.#host.self = { id, name: displayName || (id.slice(1).split(":", 1)[0] ?? id) };
  }

  async take(response: Parameters<RoomSync["take"]>[0], origin: SyncOrigin): Promise<void> {
    await this.#sync.take(response, origin);
    this.#first.resolve();
  }

  positionLost(reason: string): void {
    this.#host.log.warn({ reason }, "the server does not know the saved position; beginning anew");
    this.#sync.gap(["all channels"], "the server does not know where the bot stopped");
  }

  send(to: Target, message: OutgoingMessage): Promise<Sent> {
    return this.#messages.send(to, message);
  }

  edit(to: Target, messageIds: readonly string[], message: OutgoingEdit): Promise<Sent> {
    return this.#messages.edit(to, messageIds, message);
  }

  delete(to: Target, messageIds: readonly string[], request: DeleteRequest) {
    return this.#messages.delete(to, messageIds, request);
  }

  react(
    to: Target,
    messageId: string,
    reaction: OutgoingReaction,
    request: RequestInfo,
  ): Promise<void> {
    return this.#messages.react(to, messageId, reaction, request);
  }

  setTyping(to: Target, isActive: boolean, request: RequestInfo): Promise<void> {
    return this.#messages.setTyping(to, isActive, request);
  }

  members(channelId: string, request: RequestInfo): Promise<ChannelMembers> {
    return this.#messages.members(channelId, request);
  }

  fetchAttachment(
    id: string,
    upload: (source: FileSource) => Promise<void>,
    request: RequestInfo,
  ): Promise<void> {
    return this.#messages.fetchAttachment(id, upload, request);
  }

  async join(channelName: string, request: RequestInfo): Promise<undefined> {
    await this.#actions.join(channelName, request);
  }

  leave(channelId: string, exitMessage: string, request: RequestInfo): Promise<void> {
    return this.#actions.leave(channelId, exitMessage, request);
  }

  setTopic(channelId: string, topic: string, request: RequestInfo): Promise<void> {
    return this.#actions.setTopic(channelId, topic, request);
  }

  metadata(): Record<string, string> {
    const missing = missingPermissions(this.#rooms);
    const encrypted = encryptedRooms(this.#rooms);
    return {
      ...{ user: this.#rooms.ownUserId, homeserver: this.#client.baseUrl },
      ...(missing !== "" && { missing_permissions: missing }),
      ...(encrypted !== "" && { encrypted_rooms: encrypted }),
    };
  }

  /** Changes the channels and who may invite. Throws failed_precondition if anything else differs. */
  reconfigure(next: MatrixSettings): void {
    const fixed = ({ channels, accept_invites_from, ...rest }: MatrixSettings) => rest;
    if (!isDeepStrictEqual(fixed(next), fixed(this.#settings))) {
      throw new SeabirdError(
        "failed_precondition",
        "all but channels and accept_invites_from needs a restart",
      );
    }
    const before = this.#settings.channels;
    this.#settings = next;
    this.#invitations.settingsChanged();
    void this.#joins.change(before, next.channels).catch((reason: unknown) => {
      if (!this.#ended.signal.aborted) {
        this.#host.log.warn({ reason: errorText(reason) }, "cannot change the channels");
      }
    });
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
    // Otherwise core hears it again after the next start.
    await deliveredSoon(this.#host);
    await this.#saved.written();
    const isKept = stateFilePath(this.#settings.state_file, this.#host) !== undefined;
    if (isKept || this.#saved.current?.accessToken === undefined) return;
    // Otherwise each start would add a session to the account.
    const deadlineMs = this.#host.clock.now() + LOGOUT_MS;
    await this.#client.logout({ deadlineMs }).catch(() => undefined);
  }

  async #roomOf(to: Target, request: RequestInfo, referrer?: string): Promise<Room> {
    const room =
      to.kind === "user"
        ? await this.#direct.roomOf(to.id, request, referrer)
        : this.#actions.known(parseThreadId(to.id)?.channelId ?? to.id);
    if (room.isEncrypted) throw new Refused(`the room is encrypted: ${ENCRYPTED}`);
    return room;
  }

  #roomChanged(room: Room): void {
    this.#actions.arrived(room.roomId);
    this.#direct.arrived(room);
    this.#joins.changed(room);
    if (!room.isEncrypted || this.#warned.has(room.roomId)) return;
    this.#warned.add(room.roomId);
    const channel = this.#rooms.channelId(room.roomId);
    this.#host.log.warn({ channel }, `the room is encrypted: ${ENCRYPTED}`);
  }

  #renamed(before: string, room: Room | undefined): void {
    if (room === undefined || this.#rooms.channelId(room.roomId) !== before) {
      this.#sync.leaveChannel(before);
    }
    if (room !== undefined) this.#sync.announce(room);
  }
}
