/** The glue: an IRC network on one side, core on the other. */

import { isDeepStrictEqual } from "node:util";
import {
  type BackendConnection,
  type BackendHost,
  backend,
  Fatal,
  type Outgoing,
  Refused,
  type RequestInfo,
  SeabirdError,
  type Self,
  type Target,
} from "@seabird/sdk/backend";
import { ChannelIds } from "./channel-ids.ts";
import { type ConnectionHooks, IrcConnection } from "./connection.ts";
import { type Reader, type Told, toTold } from "./inbound.ts";
import { logStatus } from "./log-status.ts";
import type { IrcEvent, NetworkState } from "./network-state.ts";
import type { IrcOptions } from "./options.ts";
import {
  type Plan,
  planChannelSend,
  planJoin,
  planLeave,
  planPrivateSend,
  planTopic,
} from "./outbound.ts";
import { type IrcSettings, settings } from "./settings.ts";
import { channelsOf, SettingRefused, toOptions } from "./to-options.ts";

/** What IRC has codes for, and code, whose lines stay as they are. */
const FORMATS = [
  "bold",
  "italics",
  "underline",
  "strikethrough",
  "inline_code",
  "fenced_code",
] as const;

/** Longer than anything here takes: the connection has limits of its own for all that it does. */
const NEVER_MS = 2_147_483_647;

/** `PRIVMSG #channel :` with a channel's name as long as networks allow, or what an ACTION adds. */
const MAX_START_BYTES = 64;

export const ircBackend = backend("irc", {
  help: "an IRC network",
  config: settings,
  commandPrefix: (config) => config.command_prefix,
  formats: FORMATS,
  limits: { networkConnectMs: NEVER_MS, answerTimeoutMs: NEVER_MS },
  connect: (host) => IrcNetwork.connect(host),
});

/** Stays with the network until it is closed: lost connections are made again by `IrcConnection`. */
class IrcNetwork implements BackendConnection<IrcSettings> {
  /** Never: losing a connection does not end it. */
  readonly closed = new Promise<never>(() => undefined);
  readonly #host: BackendHost<IrcSettings>;
  readonly #options: IrcOptions;
  readonly #connection: IrcConnection;
  readonly #ids: ChannelIds;
  readonly #reader: Reader;
  readonly #settled = Promise.withResolvers<void>();
  /** The settings in use. */
  #settings: IrcSettings;

  private constructor(host: BackendHost<IrcSettings>) {
    this.#host = host;
    this.#settings = host.config;
    this.#options = optionsOf(host);
    this.#connection = this.#connect();
    this.#ids = new ChannelIds(() => this.#connection.state);
    for (const { name } of this.#options.channels) this.#ids.learn(name);
    this.#reader = createReader(this.#connection, this.#ids);
    host.self = selfOf(this.#connection);
  }

  /** Resolves when every configured channel was joined or refused, however long that takes. */
  static async connect(host: BackendHost<IrcSettings>): Promise<IrcNetwork> {
    const network = new IrcNetwork(host);
    const leave = () => {
      network.#settled.reject(new Error("the backend is leaving"));
      void network.close();
    };
    host.signal.addEventListener("abort", leave, { once: true });
    if (host.signal.aborted) leave();
    await network.#settled.promise;
    return network;
  }

  async send(to: Target, message: Outgoing): Promise<void> {
    const { state } = this.#connection;
    const said = { text: message.text, rootBlock: message.block, tags: message.tags };
    const plan =
      to.kind === "channel"
        ? planChannelSend({ ...said, channelId: to.id }, message.kind, state)
        : planPrivateSend({ ...said, userId: toNick(to.id) }, message.kind, state);
    await this.#carryOut(plan, message);
  }

  async join(channelName: string, request: RequestInfo): Promise<undefined> {
    const plan = planJoin({ channelName, tags: request.tags }, this.#connection.state);
    await this.#carryOut(plan, request, channelName.split(" ")[1]);
  }

  async leave(channelId: string, exitMessage: string, request: RequestInfo): Promise<void> {
    const { tags } = request;
    const plan = planLeave({ channelId, exitMessage, tags }, this.#connection.state);
    await this.#carryOut(plan, request);
  }

  async setTopic(channelId: string, topic: string, request: RequestInfo): Promise<void> {
    const { tags } = request;
    await this.#carryOut(planTopic({ channelId, topic, tags }, this.#connection.state), request);
  }

  metadata(): Record<string, string> {
    const { host, port } = this.#options;
    const { state } = this.#connection;
    const max_message_bytes = String(roomOf(state));
    return { nick: state.nick, server: `${host}:${port}`, max_message_bytes };
  }

  /** Takes other channels, and nothing else. */
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
    const { log, clock } = this.#host;
    const hooks: ConnectionHooks = {
      event: (event) => this.#heard(event),
      status: (status) => {
        logStatus(log, this.#options.host, status);
        if (status.status === "settled") this.#settled.resolve();
      },
      line: (direction, line) => log.debug({ line }, direction === "in" ? "<" : ">"),
    };
    return new IrcConnection(this.#options, hooks, clock);
  }

  async #carryOut(plan: Plan, request: RequestInfo, key?: string): Promise<void> {
    if ("refused" in plan) throw new Refused(plan.refused);
    const { requestId: id, receivedAtMs: arrivedAtMs, signal } = request;
    const reason = await this.#connection.request({ ...plan, id, arrivedAtMs, signal }, key);
    if (reason !== undefined) throw new Refused(reason);
  }

  #heard(event: IrcEvent): void {
    if (event.kind === "joined") this.#ids.learn(event.channel);
    const told = toTold(event, this.#reader);
    if (told !== undefined) tell(this.#host, told);
  }
}

/** Throws Fatal: only a person can change it. */
function optionsOf(host: BackendHost<IrcSettings>): IrcOptions {
  try {
    return toOptions(host.config);
  } catch (cause) {
    if (!(cause instanceof SettingRefused)) throw cause;
    throw new Fatal(cause.message, { setting: cause.path, cause });
  }
}

function createReader(connection: IrcConnection, ids: ChannelIds): Reader {
  return {
    isChannel: (target) => connection.state.isChannel(target),
    isMe: (nick) => connection.state.isMe(nick),
    channelId: (name) => ids.of(name),
    userId: (nick) => connection.state.fold(nick),
  };
}

/** Follows our nick. */
function selfOf(connection: IrcConnection): Self {
  return {
    get name() {
      return connection.state.nick;
    },
    is: (name) => connection.state.isMe(name),
  };
}

/** Where `^` and `~` are the same, `~` is the id's; but only `^` may begin a nick. */
function toNick(userId: string): string {
  return userId.replace(/^~/, "^");
}

/** Bytes of words that surely fit in one line to a channel. */
function roomOf(state: NetworkState): number {
  return Math.max(1, state.rules.maxLineBytes - state.prefixBytes() - MAX_START_BYTES);
}

const TELL: {
  readonly [Kind in Told["kind"]]: (host: Host, told: Extract<Told, { kind: Kind }>) => void;
} = {
  message: ({ emit }, { heard }) => emit.message(heard),
  action: ({ emit }, { heard }) => emit.action(heard),
  privateMessage: ({ emit }, { heard }) => emit.privateMessage(heard),
  privateAction: ({ emit }, { heard }) => emit.privateAction(heard),
  joined: ({ channels }, { channel }) => channels.joined(channel),
  changed: ({ channels }, { channel }) => channels.changed(channel),
  left: ({ channels }, { channelId }) => channels.left(channelId),
};

type Host = BackendHost<IrcSettings>;

function tell(host: Host, told: Told): void {
  const row = TELL[told.kind] as (host: Host, told: Told) => void;
  row(host, told);
}
