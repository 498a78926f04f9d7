/** Connects an IRC network with core: core's requests go to the network, its events to core. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import {
  type BackendConnection,
  type BackendHost,
  type ChannelMembers,
  type DeleteRequest,
  Fatal,
  type OutgoingMessage,
  type OutgoingReaction,
  Refused,
  type RequestInfo,
  reportEvent,
  SeabirdError,
  type Self,
  type Sent,
  type Target,
  Unconfirmed,
} from "@seabird-chat/sdk/backend";
import type { ConnectionHooks } from "./connection/hooks.ts";
import { IrcConnection } from "./connection.ts";
import { type NetworkNames, toNetworkEvent, toRemember, toUser } from "./inbound.ts";
import { logStatus } from "./log-status.ts";
import { MessageActions } from "./message-actions.ts";
import { maxLineTextBytes, NetworkCapabilities } from "./network-capabilities.ts";
import type { IrcOptions } from "./options.ts";
import { type Plan, planJoin, planLeave, planTopic } from "./outbound.ts";
import type { IrcRequest } from "./requests/irc-request.ts";
import { NOT_CONNECTED } from "./requests/request-tracker.ts";
import type { IrcSettings } from "./settings.ts";
import { ChannelIds } from "./state/channel-ids.ts";
import { mayInvite } from "./state/invites.ts";
import type { IrcEvent } from "./state/irc-event.ts";
import { RecentMessages } from "./state/recent-messages.ts";
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
  readonly #messages: MessageActions;
  readonly #recent = new RecentMessages();
  readonly #capabilities: NetworkCapabilities;
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
    this.#names = namesOf(this.#connection, this.#ids, this.#recent);
    this.#capabilities = new NetworkCapabilities(
      () => this.#connection.state,
      (capabilities) => host.capabilities.set(capabilities),
    );
    this.#messages = new MessageActions({
      state: () => this.#connection.state,
      isBusy: () => this.#connection.session?.isBusy === true,
      request: (plan, request, more) => this.#request(plan, request, more),
      refusal: (demand) => this.#connection.refusal(demand),
      clock: host.clock,
    });
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

  send(to: Target, message: OutgoingMessage): Promise<Sent> {
    return this.#messages.send(to, message);
  }

  react(
    to: Target,
    messageId: string,
    reaction: OutgoingReaction,
    request: RequestInfo,
  ): Promise<void> {
    return this.#messages.react(to, messageId, reaction, request);
  }

  delete(to: Target, messageIds: readonly string[], request: DeleteRequest) {
    return this.#messages.delete(to, messageIds, request);
  }

  setTyping(to: Target, isActive: boolean, request: RequestInfo): Promise<void> {
    return this.#messages.setTyping(to, isActive, request);
  }

  members(channelId: string): ChannelMembers {
    const members = this.#connection.state.membersOf(channelId);
    if (members === undefined) throw new Refused(this.#isOnline ? NOT_IN_IT : NOT_CONNECTED);
    const { people, isComplete } = members;
    return { members: people.map((person) => toUser(person, this.#names)), isComplete };
  }

  async join(channelName: string, request: RequestInfo): Promise<undefined> {
    const plan = planJoin(channelName, this.#connection.state);
    await this.#request(plan, request, {}, channelName.split(" ")[1]);
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
    const max_message_bytes = String(maxLineTextBytes(state));
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
          this.#capabilities.welcomed();
          network.back();
        } else if (status.status === "lost") {
          this.#isOnline = false;
          network.away(status.reason);
        } else if (status.status === "settled") this.#ready.resolve();
        else if (status.status === "failed") {
          this.#ready.reject(new Fatal(status.reason, { setting: status.setting }));
        }
      },
      offersChanged: () => this.#capabilities.declare(),
      line: (direction, line) => log.debug({ line }, direction === "in" ? "<" : ">"),
    };
    return new IrcConnection(this.#options, hooks, clock);
  }

  /** Offline the rules of the network are unknown, so a refusal by them is not certain. */
  #check(plan: Plan): asserts plan is Exclude<Plan, { refused: string }> {
    if ("refused" in plan) throw new Refused(this.#isOnline ? plan.refused : NOT_CONNECTED);
  }

  async #request(
    plan: Plan,
    request: RequestInfo,
    more: Pick<IrcRequest, "onId"> = {},
    key?: string,
  ): Promise<void> {
    this.#check(plan);
    const { requestId: id, receivedAtMs: arrivedAtMs, signal } = request;
    let isMaybeSent = false;
    const onMaybeSent = () => {
      isMaybeSent = true;
    };
    const whole = { ...plan, ...more, id, arrivedAtMs, signal, onMaybeSent };
    const reason = await this.#connection.request(whole, key);
    if (reason !== undefined) throw isMaybeSent ? new Unconfirmed(reason) : new Refused(reason);
  }

  #handle(event: IrcEvent): void {
    if (event.kind === "joined") this.#ids.learn(event.channel);
    else if (event.kind === "invite") void this.#invited(event);
    if (this.#isOnline) this.#capabilities.learn(event);
    const networkEvent = toNetworkEvent(event, this.#names);
    if (networkEvent !== undefined) reportEvent(this.#host, networkEvent);
    const message = toRemember(event, this.#names);
    if (message) this.#recent.remember(message.conversation.id, message.id, message);
    if (networkEvent && "message" in networkEvent && this.#isOnline) this.#ready.resolve();
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

const NOT_IN_IT = "the bot is not in this channel";

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

function namesOf(connection: IrcConnection, ids: ChannelIds, recent: RecentMessages): NetworkNames {
  return {
    get self() {
      return connection.state.nick;
    },
    earlier: (conversation, id) => recent.get(conversation.id, id),
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

type Host = BackendHost<IrcSettings>;
