/** Connects an IRC network with core: core's requests go to the network, its events to core. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import {
  type BackendConnection,
  type BackendHost,
  Fatal,
  type OutgoingMessage,
  Refused,
  type RequestInfo,
  SeabirdError,
  type Self,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { ConnectionHooks } from "./connection/hooks.ts";
import { IrcConnection } from "./connection.ts";
import { type NetworkEvent, type NetworkNames, toNetworkEvent } from "./inbound.ts";
import { logStatus } from "./log-status.ts";
import type { IrcOptions } from "./options.ts";
import {
  type Plan,
  planChannelSend,
  planJoin,
  planLeave,
  planPrivateSend,
  planTopic,
} from "./outbound.ts";
import { NOT_CONNECTED } from "./requests/request-tracker.ts";
import type { IrcSettings } from "./settings.ts";
import { ChannelIds } from "./state/channel-ids.ts";
import { mayInvite } from "./state/invites.ts";
import type { IrcEvent } from "./state/irc-event.ts";
import type { IrcState } from "./state/irc-state.ts";
import { channelsOf, SettingRefused, toOptions } from "./to-options.ts";

/** Invitations that are followed at once; further ones are ignored. */
const MAX_INVITATIONS = 4;

/** One network, until it is closed: `IrcConnection` reconnects when a connection is lost. */
export class IrcNetwork implements BackendConnection<IrcSettings> {
  /** Never settles: a lost connection does not end it. */
  readonly closed = new Promise<never>(() => undefined);
  readonly #host: Host;
  readonly #options: IrcOptions;
  readonly #connection: IrcConnection;
  readonly #ids: ChannelIds;
  readonly #names: NetworkNames;
  /** Resolved once the channels are settled, or a message has come before that. */
  readonly #ready = Promise.withResolvers<void>();
  #isOnline = false;
  /** Invitations that are being followed now. */
  #following = 0;
  /** The settings in use. */
  #settings: IrcSettings;

  private constructor(host: Host) {
    this.#host = host;
    this.#settings = host.config;
    this.#options = optionsOf(host);
    this.#connection = this.#connect();
    this.#ids = new ChannelIds(() => this.#connection.state);
    for (const { name } of this.#options.channels) this.#ids.learn(name);
    this.#names = namesOf(this.#connection, this.#ids);
    host.self = selfOf(this.#connection);
  }

  /**
   * Resolves when the bot is registered, however long that takes, and every channel was joined or
   * refused, or 10 s are over, or a message has come before that: its answer must not be refused.
   */
  static async connect(host: Host): Promise<IrcNetwork> {
    const network = new IrcNetwork(host);
    const leave = () => {
      network.#ready.reject(new Error("the backend is leaving"));
      void network.close();
    };
    host.signal.addEventListener("abort", leave, { once: true });
    if (host.signal.aborted) leave();
    await network.#ready.promise;
    return network;
  }

  async send(to: Target, message: OutgoingMessage): Promise<void> {
    const { state } = this.#connection;
    const plan =
      to.kind === "channel"
        ? planChannelSend(to.id, message, message.kind, state)
        : planPrivateSend(toNick(to.id), message, message.kind, state);
    await this.#request(plan, message);
  }

  async join(channelName: string, request: RequestInfo): Promise<undefined> {
    const plan = planJoin(channelName, this.#connection.state);
    await this.#request(plan, request, channelName.split(" ")[1]);
  }

  async leave(channelId: string, exitMessage: string, request: RequestInfo): Promise<void> {
    await this.#request(planLeave(channelId, exitMessage, this.#connection.state), request);
  }

  async setTopic(channelId: string, topic: string, request: RequestInfo): Promise<void> {
    await this.#request(planTopic(channelId, topic, this.#connection.state), request);
  }

  metadata(): Record<string, string> {
    const { host, port } = this.#options;
    const { state } = this.#connection;
    const max_message_bytes = String(maxMessageBytes(state));
    return { nick: state.nick, server: `${host}:${port}`, max_message_bytes };
  }

  /** Changes the channels. Throws failed_precondition if anything else differs. */
  reconfigure(next: IrcSettings): void {
    if (!isDeepStrictEqual({ ...next, channels: [] }, { ...this.#settings, channels: [] })) {
      throw new SeabirdError("failed_precondition", "all but channels needs a restart");
    }
    const wanted = channelsOf(next);
    for (const { name } of wanted) this.#ids.learn(name);
    this.#connection.changeChannels(channelsOf(this.#settings), wanted);
    this.#settings = next;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #connect(): IrcConnection {
    const { log, clock, network } = this.#host;
    const hooks: ConnectionHooks = {
      event: (event) => this.#handle(event),
      status: (status) => {
        logStatus(log, this.#options.host, status);
        if (status.status === "welcomed") {
          this.#isOnline = true;
          network.back();
        } else if (status.status === "lost") {
          this.#isOnline = false;
          network.away(status.reason);
        } else if (status.status === "settled") this.#ready.resolve();
        else if (status.status === "failed") {
          this.#ready.reject(new Fatal(status.reason, { setting: status.setting }));
        }
      },
      line: (direction, line) => log.debug({ line }, direction === "in" ? "<" : ">"),
    };
    return new IrcConnection(this.#options, hooks, clock);
  }

  /** Offline the rules of the network are unknown, so a refusal by them is not certain. */
  #check(plan: Plan): asserts plan is Exclude<Plan, { refused: string }> {
    if ("refused" in plan) throw new Refused(this.#isOnline ? plan.refused : NOT_CONNECTED);
  }

  async #request(plan: Plan, request: RequestInfo, key?: string): Promise<void> {
    this.#check(plan);
    const { requestId: id, receivedAtMs: arrivedAtMs, signal } = request;
    const reason = await this.#connection.request({ ...plan, id, arrivedAtMs, signal }, key);
    if (reason !== undefined) throw new Refused(reason);
  }

  #handle(event: IrcEvent): void {
    if (event.kind === "joined") this.#ids.learn(event.channel);
    else if (event.kind === "invite") void this.#invited(event);
    const networkEvent = toNetworkEvent(event, this.#names);
    if (networkEvent === undefined) return;
    emit(this.#host, networkEvent);
    if ("message" in networkEvent && this.#isOnline) this.#ready.resolve();
  }

  async #invited({ channel, origin }: Invitation): Promise<void> {
    const { log, clock } = this.#host;
    const { mask } = origin;
    const { state } = this.#connection;
    if (!mayInvite(origin, this.#settings.accept_invites_from, (name) => state.fold(name))) {
      log.debug({ channel, mask }, "invitation ignored");
      return;
    }
    const plan = planJoin(channel, state);
    if ("refused" in plan || state.topicOf(channel) !== undefined) return;
    if (this.#following >= MAX_INVITATIONS) return;
    this.#following += 1;
    const request = { ...plan, id: `invitation-${randomUUID()}`, arrivedAtMs: clock.now() };
    const reason = await this.#connection.request(request);
    this.#following -= 1;
    if (reason === undefined) log.info({ channel, mask }, "joined on invitation");
    else log.warn({ channel, mask, reason }, "cannot join on invitation");
  }
}

type Invitation = Extract<IrcEvent, { readonly kind: "invite" }>;

/** Throws Fatal for settings that cannot work: a retry does not help. */
function optionsOf(host: Host): IrcOptions {
  try {
    return toOptions({ ...host.config, sts_file: stsFileOf(host) });
  } catch (cause) {
    if (!(cause instanceof SettingRefused)) throw cause;
    throw new Fatal(cause.message, { setting: cause.path, cause });
  }
}

/** The folder for state that outlives a restart; the supervisor creates it. */
const STATE_FOLDER = ".seabird";

function stsFileOf({ config, id }: Host): string | undefined {
  if (config.sts_file !== undefined || !existsSync(STATE_FOLDER)) return config.sts_file;
  return `${STATE_FOLDER}/sts-${encodeURIComponent(id)}.json`;
}

function namesOf(connection: IrcConnection, ids: ChannelIds): NetworkNames {
  return {
    isChannel: (target) => connection.state.isChannel(target),
    isMe: (nick) => connection.state.isMe(nick),
    channelId: (name) => ids.of(name),
    userId: (nick) => connection.state.fold(nick),
  };
}

/** Follows the bot's nick as it changes. */
function selfOf(connection: IrcConnection): Self {
  return {
    get name() {
      return connection.state.nick;
    },
    is: (name) => connection.state.isMe(name),
  };
}

/** Where `^` and `~` are the same letter, ids use `~`; but a nick may begin with `^` only. */
function toNick(userId: string): string {
  return userId.replace(/^~/, "^");
}

/** Bytes of `PRIVMSG #channel :` with a long name, or of what an ACTION adds. */
const MAX_START_BYTES = 64;

/** Bytes of text that certainly fit into one line to a channel. */
function maxMessageBytes(state: IrcState): number {
  return Math.max(1, state.rules.maxLineBytes - state.prefixBytes() - MAX_START_BYTES);
}

const EMITTERS: {
  readonly [Kind in NetworkEvent["kind"]]: (
    host: Host,
    event: Extract<NetworkEvent, { kind: Kind }>,
  ) => unknown;
} = {
  message: ({ emit }, { message }) => emit.message(message),
  action: ({ emit }, { message }) => emit.action(message),
  privateMessage: ({ emit }, { message }) => emit.privateMessage(message),
  privateAction: ({ emit }, { message }) => emit.privateAction(message),
  joined: ({ channels }, { channel }) => channels.joined(channel),
  changed: ({ channels }, { channel }) => channels.changed(channel),
  left: ({ channels }, { channelId }) => channels.left(channelId),
};

type Host = BackendHost<IrcSettings>;

/** Hands an event to the SDK, which says what a message in a channel is. */
function emit(host: Host, event: NetworkEvent): void {
  const emitter = EMITTERS[event.kind] as (host: Host, event: NetworkEvent) => unknown;
  emitter(host, event);
}
