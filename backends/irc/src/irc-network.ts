/** One IRC network, as core sees it: its requests go there, what happens there goes to core. */
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
  recognise,
  SeabirdError,
  type Self,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { ConnectionHooks } from "./connection/hooks.ts";
import { IrcConnection } from "./connection.ts";
import { parseRuns, plainRuns } from "./formatting/runs.ts";
import { type NetworkEvent, type Reader, toNetworkEvent } from "./inbound.ts";
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
import { AntiLoop, type AntiLoopHooks } from "./presence/anti-loop.ts";
import { ChannelIds } from "./presence/channel-ids.ts";
import { mayInvite } from "./presence/invites.ts";
import type { IrcEvent } from "./presence/irc-event.ts";
import type { IrcState } from "./presence/irc-state.ts";
import { NOT_CONNECTED } from "./requests/request-tracker.ts";
import { channelsOf, SettingRefused, toOptions } from "./settings/to-options.ts";
import type { IrcSettings } from "./settings.ts";

/** Invitations that are followed at once; further ones are ignored. */
const MAX_INVITATIONS = 4;

/** Stays with the network until it is closed: lost connections are made again by `IrcConnection`. */
export class IrcNetwork implements BackendConnection<IrcSettings> {
  /** Never: losing a connection does not end it. */
  readonly closed = new Promise<never>(() => undefined);
  readonly #host: Host;
  readonly #options: IrcOptions;
  readonly #connection: IrcConnection;
  readonly #ids: ChannelIds;
  readonly #reader: Reader;
  readonly #antiLoop: AntiLoop | undefined;
  /** There is something to do with us: we are in our channels, or somebody speaks in one already. */
  readonly #ready = Promise.withResolvers<void>();
  #isOnline = false;
  /** Invitations that are being followed. */
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
    this.#reader = createReader(this.#connection, this.#ids);
    this.#antiLoop = host.config.antiloop ? createAntiLoop(host, this.#connection) : undefined;
    host.self = selfOf(this.#connection);
  }

  /**
   * Resolves when every configured channel was joined or refused, however long that takes, or
   * somebody has said something before: an answer must not be refused.
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
    const said = { text: message.text, rootBlock: message.block, tags: message.tags };
    const plan =
      to.kind === "channel"
        ? planChannelSend({ ...said, channelId: to.id }, message.kind, state)
        : planPrivateSend({ ...said, userId: toNick(to.id) }, message.kind, state);
    this.#check(plan);
    const silent = this.#antiLoop?.refusal(to.id);
    if (silent !== undefined) throw new Refused(silent);
    const send = () => this.#carryOut(plan, message);
    const text = `${message.kind} ${message.text}`;
    await (this.#antiLoop?.say(to.id, text, send) ?? send());
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
        if (status.status === "welcomed") this.#isOnline = true;
        else if (status.status === "lost") this.#isOnline = false;
        else if (status.status === "settled") this.#ready.resolve();
      },
      line: (direction, line) => log.debug({ line }, direction === "in" ? "<" : ">"),
    };
    return new IrcConnection(this.#options, hooks, clock);
  }

  /** What a name or line may be depends on the network: without it we cannot tell. */
  #check(plan: Plan): asserts plan is Exclude<Plan, { refused: string }> {
    if ("refused" in plan) throw new Refused(this.#isOnline ? plan.refused : NOT_CONNECTED);
  }

  async #carryOut(plan: Plan, request: RequestInfo, key?: string): Promise<void> {
    this.#check(plan);
    const { requestId: id, receivedAtMs: arrivedAtMs, signal } = request;
    const reason = await this.#connection.request({ ...plan, id, arrivedAtMs, signal }, key);
    if (reason !== undefined) throw new Refused(reason);
  }

  #heard(event: IrcEvent): void {
    if (event.kind === "joined") this.#ids.learn(event.channel);
    else if (event.kind === "invite") void this.#invited(event);
    else if (event.kind === "message") this.#lookForCommand(event);
    const told = toNetworkEvent(event, this.#reader);
    if (told === undefined) return;
    tell(this.#host, told);
    if ("heard" in told && this.#isOnline) this.#ready.resolve();
  }

  async #invited({ channel, origin }: Invitation): Promise<void> {
    const { log, clock } = this.#host;
    const { mask } = origin;
    const { state } = this.#connection;
    if (!mayInvite(origin, this.#settings.accept_invites_from, (name) => state.fold(name))) {
      log.debug({ channel, mask }, "an invitation is ignored");
      return;
    }
    const plan = planJoin({ channelName: channel, tags: {} }, state);
    if ("refused" in plan || state.topicOf(channel) !== undefined) return;
    if (this.#following >= MAX_INVITATIONS) return;
    this.#following += 1;
    const request = { ...plan, id: `invitation-${randomUUID()}`, arrivedAtMs: clock.now() };
    const reason = await this.#connection.request(request);
    this.#following -= 1;
    if (reason === undefined) log.info({ channel, mask }, "joined on invitation");
    else log.warn({ channel, mask, reason }, "cannot join, though invited");
  }

  /** As a command in a channel is one; in private the plugins look for them in the same way. */
  #lookForCommand({ target, nick, text }: Words): void {
    const plain = plainRuns(parseRuns(text));
    if (recognise(plain, { prefix: this.#settings.command_prefix }).kind !== "command") return;
    this.#antiLoop?.heardCommand(this.#connection.state.isMe(target) ? nick : target, nick);
  }
}

type Invitation = Extract<IrcEvent, { readonly kind: "invite" }>;
type Words = Extract<IrcEvent, { readonly text: string }>;

/** Throws Fatal: only a person can change it. */
function optionsOf(host: Host): IrcOptions {
  try {
    return toOptions({ ...host.config, sts_file: stsFileOf(host) });
  } catch (cause) {
    if (!(cause instanceof SettingRefused)) throw cause;
    throw new Fatal(cause.message, { setting: cause.path, cause });
  }
}

/** The folder in which a supervisor keeps what its parts have to remember. */
const STATE_FOLDER = ".seabird";

function stsFileOf({ config, id }: Host): string | undefined {
  if (config.sts_file !== undefined || !existsSync(STATE_FOLDER)) return config.sts_file;
  return `${STATE_FOLDER}/sts-${encodeURIComponent(id)}.json`;
}

function createAntiLoop(host: Host, connection: IrcConnection): AntiLoop {
  const hooks: AntiLoopHooks = {
    fold: (name) => connection.state.fold(connection.state.withoutStatus(name)),
    silent: (target, why, forMs) =>
      host.log.warn({ target, why, forMs }, "silent for a while: this looks like a loop"),
  };
  return new AntiLoop(hooks, host.clock);
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

/** `PRIVMSG #channel :` with a channel's name as long as networks allow, or what an ACTION adds. */
const MAX_START_BYTES = 64;

/** Bytes of words that surely fit in one line to a channel. */
function roomOf(state: IrcState): number {
  return Math.max(1, state.rules.maxLineBytes - state.prefixBytes() - MAX_START_BYTES);
}

const TELL: {
  readonly [Kind in NetworkEvent["kind"]]: (
    host: Host,
    told: Extract<NetworkEvent, { kind: Kind }>,
  ) => void;
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

function tell(host: Host, told: NetworkEvent): void {
  const row = TELL[told.kind] as (host: Host, told: NetworkEvent) => void;
  row(host, told);
}
