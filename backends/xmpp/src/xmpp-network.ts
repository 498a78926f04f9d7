/** Connects an XMPP account with core: core's requests go to the network, its events to core. */
import { isDeepStrictEqual } from "node:util";
import {
  type BackendConnection,
  type BackendHost,
  type ChannelMembers,
  Fatal,
  Refused,
  type RequestInfo,
  SeabirdError,
} from "@seabird-chat/sdk/backend";
import type { ConnectionStatus } from "./connection/hooks.ts";
import { Invitations } from "./connection/invitations.ts";
import { SelfPing } from "./connection/self-ping.ts";
import { WantedRooms } from "./connection/wanted-rooms.ts";
import { XmppConnection } from "./connection.ts";
import { xmlText } from "./formatting/xml-text.ts";
import { parseAddress } from "./inbound/read-stanza.ts";
import { IncomingStanzas } from "./incoming-stanzas.ts";
import { logLeft, logSettled, logStatus, type RoomCounts } from "./log-status.ts";
import { MessageActions } from "./message-actions.ts";
import { capabilitiesOf } from "./network-capabilities.ts";
import { missingPermissions, selfOf, toChannel, toMembers } from "./network-view.ts";
import type { XmppOptions } from "./options.ts";
import { TopicChanges } from "./requests/topic-changes.ts";
import { askInfo, unlock } from "./room-requests.ts";
import type { XmppSettings } from "./settings.ts";
import { type Stanza, xml } from "./stanza.ts";
import { OwnReactions } from "./state/own-reactions.ts";
import { RecentMessages } from "./state/recent-messages.ts";
import type { Room } from "./state/room.ts";
import { RoomRegistry } from "./state/room-registry.ts";
import { roomsOf, toOptionsOrFatal } from "./to-options.ts";

type Host = BackendHost<XmppSettings>;

/** One account, until it is closed: `XmppConnection` reconnects when a connection is lost. */
export class XmppNetwork implements BackendConnection<XmppSettings> {
  /** Never settles: a lost connection does not end it. */
  readonly closed = new Promise<never>(() => undefined);
  readonly #host: Host;
  readonly #options: XmppOptions;
  readonly #connection: XmppConnection;
  readonly #rooms = new RoomRegistry();
  readonly #wanted: WantedRooms;
  readonly #selfPing: SelfPing;
  readonly #messages: MessageActions;
  readonly #reactions: OwnReactions;
  readonly #topics = new TopicChanges();
  readonly #incoming: IncomingStanzas;
  /** Resolved once the rooms are settled. */
  readonly #ready = Promise.withResolvers<void>();
  /** Whether the session was cut, and core knows of no outage. */
  #isInterrupted = false;
  /** The settings in use. */
  #settings: XmppSettings;
  readonly send: MessageActions["send"];
  readonly edit: MessageActions["edit"];
  readonly delete: MessageActions["delete"];
  readonly react: MessageActions["react"];
  readonly setTyping: MessageActions["setTyping"];

  private constructor(host: Host) {
    const { clock, log, random } = host;
    this.#host = host;
    this.#settings = host.config;
    this.#options = toOptionsOrFatal(host.config);
    const options = this.#options;
    this.#connection = new XmppConnection(
      options,
      {
        stanza: (stanza) => this.#incoming.receive(stanza),
        status: (status) => this.#status(status),
      },
      { clock, random },
    );
    const sender = this.#connection;
    const rooms = this.#rooms;
    const recent = new RecentMessages();
    this.#wanted = new WantedRooms(options.rooms, {
      ...{ options, rooms, clock },
      hooks: {
        asking: (room) => {
          recent.unwatched(room.address);
          void this.#learn(room);
        },
        send: (stanza) => this.#send(stanza),
        joined: (room, isNew) => this.#joined(room, isNew),
        left: ({ address }, change, returnsInMs) => {
          logLeft(log, address, change, returnsInMs);
          host.channels.left(address);
        },
        refused: (room, reason, retryInMs) => log.warn({ room, reason, retryInMs }, "cannot join"),
        nickChanged: ({ address, nick }) => log.info({ room: address, nick }, "the bot's nick"),
        settled: (counts) => this.#settled(counts),
      },
    });
    const lost = (room: Room) => this.#ghost(room);
    this.#selfPing = new SelfPing({ sender, rooms, clock, silentMs: options.selfPingMs, lost });
    this.#reactions = OwnReactions.open(host);
    this.#messages = new MessageActions({
      ...{ reactions: this.#reactions, sender, rooms, recent, clock, log },
      openAttachment: (attachment) => host.openAttachment(attachment),
      uploadAddresses: () => this.#connection.serverAddresses,
    });
    const { nick } = options;
    const acceptFrom = host.config.accept_invites_from;
    this.#incoming = new IncomingStanzas({
      ...{ host, self: options.address, rooms, wanted: this.#wanted, messages: this.#messages },
      ...{ topics: this.#topics, recent },
      invitations: new Invitations({ log, wanted: this.#wanted, rooms, nick, acceptFrom }),
      reconfigured: (room) => void this.#learn(room),
    });
    host.self = selfOf(() => this.#incoming.room, nick);
    const { send, edit, delete: remove, react, setTyping } = MessageActions.prototype;
    this.send = send.bind(this.#messages);
    this.edit = edit.bind(this.#messages);
    this.delete = remove.bind(this.#messages);
    this.react = react.bind(this.#messages);
    this.setTyping = setTyping.bind(this.#messages);
  }

  /**
   * Resolves when the bot is logged in, however long that takes, and every room was joined or refused, or
   * 10 s are over.
   */
  static async connect(host: Host): Promise<XmppNetwork> {
    const network = new XmppNetwork(host);
    const leave = () => {
      network.#ready.reject(new Error("the backend is leaving"));
      void network.close();
    };
    host.signal.addEventListener("abort", leave, { once: true });
    if (host.signal.aborted) leave();
    await network.#ready.promise;
    return network;
  }

  members(channelId: string): ChannelMembers {
    return toMembers(this.#roomOf(channelId));
  }

  /** `lobby@rooms.example.org`, or that and a password behind a space. */
  async join(name: string, { signal }: RequestInfo): Promise<undefined> {
    const [given = "", ...rest] = name.split(" ");
    const address = parseAddress(given);
    const isAddress = address?.resource === "" && xmlText(name) === name;
    if (address === undefined || !isAddress) throw new Refused(NO_ROOM);
    if (this.#connection.address === "") throw new Refused(NOT_CONNECTED);
    const password = rest.join(" ") || undefined;
    const room = { address: address.bare, nick: this.#options.nick, password };
    const refusal = await this.#wanted.join(room, signal);
    if (refusal !== undefined) throw new Refused(refusal);
  }

  async leave(channelId: string, reason: string): Promise<void> {
    const { address } = this.#roomOf(channelId);
    this.#wanted.leave(address, reason);
  }

  async setTopic(channelId: string, topic: string, { signal }: RequestInfo): Promise<void> {
    const { address } = this.#roomOf(channelId);
    await this.#topics.set(address, topic, (stanza) => this.#connection.send(stanza), signal);
  }

  metadata(): Record<string, string> {
    const missing = missingPermissions(this.#rooms.all());
    return {
      address: this.#options.address,
      nick: this.#options.nick,
      ...(missing !== "" && { missing_permissions: missing }),
    };
  }

  /** Changes the rooms. Throws failed_precondition if anything else differs. */
  reconfigure(next: XmppSettings): void {
    if (!isDeepStrictEqual({ ...next, channels: [] }, { ...this.#settings, channels: [] })) {
      throw new SeabirdError("failed_precondition", "all but channels needs a restart");
    }
    const before = roomsOf(this.#settings);
    const after = roomsOf(next);
    const kept = new Set(after.map(({ address }) => address));
    for (const { address } of before) {
      if (kept.has(address)) continue;
      this.#wanted.leave(address, "");
      this.#host.channels.left(address);
    }
    this.#wanted.change(after);
    this.#settings = next;
  }

  async close(): Promise<void> {
    this.#selfPing.close();
    this.#wanted.close();
    await this.#connection.close();
    await this.#reactions.written();
  }

  #roomOf(channelId: string): Room {
    const room = this.#rooms.room(channelId);
    if (this.#connection.address === "") throw new Refused(NOT_CONNECTED);
    if (room?.isJoined !== true) throw new Refused("the bot is not in this room");
    return room;
  }

  #status(status: ConnectionStatus): void {
    const { log, network } = this.#host;
    logStatus(log, this.#options.address, status);
    if (status.status === "failed") {
      this.#ready.reject(new Fatal(status.reason, { setting: status.setting }));
    } else if (status.status === "lost") {
      network.away(status.reason);
      this.#wanted.offline();
      if (!status.canResume) this.#lost();
    } else if (status.status === "online") {
      // Who hears of no outage does not know that something may be missing.
      if (this.#isInterrupted) network.away("the session could not go on where it was cut");
      this.#lost();
      for (const room of this.#rooms.all()) room.reset(room.nick);
      network.back();
      this.#send(xml("presence"));
      this.#wanted.online();
      void this.#messages.learnFiles(() => this.#declare());
    } else if (status.status === "resumed") {
      network.back();
      this.#wanted.resumed();
      this.#announceAgain();
      this.#selfPing.all();
    } else if (status.status === "interrupted") {
      this.#isInterrupted = true;
      this.#wanted.offline();
    }
    if (status.status !== "interrupted" && status.status !== "connecting")
      this.#isInterrupted = false;
  }

  /** Nothing that the session had to say will come. */
  #lost(): void {
    this.#messages.lost(LOST_CONNECTION);
    this.#topics.lost(LOST_CONNECTION);
  }

  #announceAgain(): void {
    const { channels } = this.#host;
    for (const room of this.#rooms.all()) if (room.isJoined) channels.joined(toChannel(room));
    if (this.#wanted.isSettled) channels.settled();
  }

  #send(stanza: Stanza): void {
    this.#connection.send(stanza).catch((reason) => {
      this.#host.log.debug({ reason }, "a stanza could not be sent");
    });
  }

  #joined(room: Room, isNew: boolean): void {
    const { channels, log } = this.#host;
    channels.joined(toChannel(room));
    log.debug({ room: room.address, nick: room.nick }, "joined");
    this.#declare();
    // One that did not exist had nothing to say before.
    if (isNew) void unlock(room, this.#connection, log);
    if (isNew || room.features.size === 0) void this.#learn(room);
  }

  async #learn(room: Room): Promise<void> {
    const isNew = await askInfo(room, this.#connection, this.#host.log);
    if (!isNew || !room.isJoined) return;
    this.#host.channels.changed(toChannel(room));
    this.#declare();
  }

  /** Once for all rooms of a new session. */
  #declare(): void {
    if (!this.#wanted.isSettled) return;
    this.#host.capabilities.set(capabilitiesOf(this.#rooms.all(), this.#messages.takesFiles));
  }

  #settled(counts: RoomCounts): void {
    logSettled(this.#host.log, counts);
    this.#declare();
    this.#host.channels.settled();
    this.#ready.resolve();
  }

  /** Messages may have been missed, which core and plugins are to know. */
  #ghost(room: Room): void {
    const { log, network } = this.#host;
    const reason = `${room.address} did not count the bot as there any more; it joins again`;
    log.warn({ room: room.address }, "the room did not count the bot as there any more");
    room.isJoined = false;
    network.away(reason);
    network.back();
    this.#announceAgain();
    this.#wanted.lost(room.address);
  }
}

const NOT_CONNECTED = "not connected to the XMPP server";
const LOST_CONNECTION = "the connection was lost; it may or may not have been sent";
const NO_ROOM = "that is not a room's address, such as lobby@rooms.example.org";
