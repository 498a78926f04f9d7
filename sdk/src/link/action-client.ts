/** The calls of core, for clients with and without a stream of events. */
import { type Client, type CallOptions as ConnectOptions, createClient } from "@connectrpc/connect";
import {
  type Backend,
  type Block,
  type Channel,
  type CommandMetadata,
  Seabird,
} from "@seabird-chat/protocol";
import {
  ACTION_OPTIONS,
  type ActionOptions,
  CALL_OPTIONS,
  type CallOptions,
  type SendOptions,
  tagsOf,
} from "./call-options.ts";
import { type Capabilities, CapabilityCache, capabilitiesOf } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Content } from "./content.ts";
import { CoreCalls } from "./core-calls.ts";
import { SeabirdError } from "./errors.ts";
import type { SdkLimits } from "./limits.ts";
import { MediaCalls, type NamedFile, type OutgoingFile } from "./media-calls.ts";
import { MessageActions } from "./message-actions.ts";
import { withNormalId } from "./normal-id.ts";
import { SendCalls } from "./send-calls.ts";
import type { SentMessage } from "./sent-message.ts";

export interface BackendInfo {
  readonly backend: Backend | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** What it can do wherever a channel has no capabilities of its own. */
  readonly capabilities: Capabilities;
}

export interface CoreInfo {
  readonly startedAt: Date;
  /** Core's own clock. */
  readonly now: Date;
}

export interface ActionClientDeps {
  readonly limits: SdkLimits;
  readonly clock: Clock;
  /** Called with the channel's or user's id for each message, action, edit, deletion and reaction. */
  readonly onSend?: ((to: string, sent: Promise<unknown>) => void) | undefined;
}

const LEAVE_OPTIONS = [...ACTION_OPTIONS, "exitMessage"];
/**
 * The calls. Ids are absolute (`irc://seabird/%23chan`). Each rejects with a SeabirdError
 * whose message is core's.
 *
 * What core refuses for load (`resource_exhausted` with `retryAfterMs`) it has neither announced
 * nor begun: that is tried again, three times at most and within the call's time. A send that was
 * lost with the connection (`unavailable`) is repeated within the call's time, as long as the same
 * run of core answers, which says it once; otherwise it fails with `aborted`, `outcome unknown`.
 * Nothing else is tried again, because after `unavailable`, `deadline_exceeded` or `unknown` it may
 * have happened.
 */
export class ActionClient extends MessageActions {
  readonly #client: Client<typeof Seabird>;
  readonly #calls: CoreCalls;
  readonly #sends: SendCalls;
  readonly #media: MediaCalls;

  /** @internal Use `connectActions` or `connectPlugin`. */
  constructor(connection: Connection, { limits, clock, onSend }: ActionClientDeps) {
    const { core, transport } = connection;
    const client = createClient(Seabird, transport);
    const calls = new CoreCalls({ limits, clock, core, client });
    const capabilities = new CapabilityCache({
      clock,
      core,
      ofChannel: async (id) => capabilitiesOf((await this.#channelInfo(id)).capabilities),
      ofBackend: async (id) => (await this.backendInfo(id)).capabilities,
    });
    super({ transport, core, calls, capabilities, onSend });
    this.#client = client;
    this.#media = new MediaCalls(connection, calls);
    this.#calls = calls;
    this.#sends = new SendCalls({ core, calls, capabilities, messages: this, onSend });
  }

  sendMessage(channelId: string, content: Content, options?: SendOptions): Promise<SentMessage> {
    return this.#sends.run({
      name: "sendMessage",
      where: { channelId },
      ...{ content, options },
      go: (request, more) => this.#client.sendMessage({ channelId, ...request }, more),
    });
  }

  sendPrivateMessage(
    userId: string,
    content: Content,
    options?: SendOptions,
  ): Promise<SentMessage> {
    return this.#sends.run({
      name: "sendPrivateMessage",
      where: { userId },
      ...{ content, options },
      go: (request, more) => this.#client.sendPrivateMessage({ userId, ...request }, more),
    });
  }

  performAction(channelId: string, content: Content, options?: SendOptions): Promise<SentMessage> {
    return this.#sends.run({
      name: "performAction",
      where: { channelId },
      ...{ content, options },
      go: (request, more) => this.#client.performAction({ channelId, ...request }, more),
    });
  }

  performPrivateAction(
    userId: string,
    content: Content,
    options?: SendOptions,
  ): Promise<SentMessage> {
    return this.#sends.run({
      name: "performPrivateAction",
      where: { userId },
      ...{ content, options },
      go: (request, more) => this.#client.performPrivateAction({ userId, ...request }, more),
    });
  }

  /**
   * Uploads a file to core, and resolves with an attachment for a message:
   * `upload({ file: "cat.png" })`, `{ bytes, name }` or `{ stream, sizeBytes, name }`. Networks get
   * the file, or a link to it if core has a public url. It is kept for a week, or until it is the
   * oldest and there is no room (docs/media.md).
   */
  upload(file: OutgoingFile, options?: CallOptions): Promise<Block> {
    return this.#media.upload(file, options);
  }

  /**
   * Where a file of a message can be opened: its own url, or one at core, which asks the file's
   * network for it if need be. Rejects with `not_found`, and with `failed_precondition` for a file
   * that the network does not hand over, or of a private conversation.
   */
  attachmentUrl(file: NamedFile, options?: CallOptions): Promise<string> {
    return this.#media.attachmentUrl(file, options);
  }

  /** `channelName` as its network writes it, such as `#seabird`. */
  async joinChannel(
    backendId: string,
    channelName: string,
    options?: ActionOptions,
  ): Promise<void> {
    const request = { backendId, channelName, ...tagsOf(options) };
    await this.#call("joinChannel", options, ACTION_OPTIONS, (more) =>
      this.#client.joinChannel(request, more),
    );
  }

  async leaveChannel(
    channelId: string,
    options?: ActionOptions & { readonly exitMessage?: string | undefined },
  ): Promise<void> {
    const request = { channelId, exitMessage: options?.exitMessage ?? "", ...tagsOf(options) };
    await this.#call("leaveChannel", options, LEAVE_OPTIONS, (more) =>
      this.#client.leaveChannel(request, more),
    );
  }

  async updateChannelInfo(
    channelId: string,
    info: { readonly topic: string },
    options?: ActionOptions,
  ): Promise<void> {
    const request = { channelId, topic: info.topic, ...tagsOf(options) };
    await this.#call("updateChannelInfo", options, ACTION_OPTIONS, (more) =>
      this.#client.updateChannelInfo(request, more),
    );
  }

  /** Sorted by id. */
  async listBackends(options?: CallOptions): Promise<readonly Backend[]> {
    const list = await this.#call("listBackends", options, CALL_OPTIONS, (more) =>
      this.#client.listBackends({}, more),
    );
    return list.backends.map(withNormalId);
  }

  /** Asks the backend itself. */
  async backendInfo(backendId: string, options?: CallOptions): Promise<BackendInfo> {
    const info = await this.#call("getBackendInfo", options, CALL_OPTIONS, (more) =>
      this.#client.getBackendInfo({ backendId }, more),
    );
    const { backend, metadata } = info;
    const capabilities = capabilitiesOf(info.capabilities);
    return { backend: backend && withNormalId(backend), metadata, capabilities };
  }

  /** Sorted by id. */
  async listChannels(backendId: string, options?: CallOptions): Promise<readonly Channel[]> {
    const list = await this.#call("listChannels", options, CALL_OPTIONS, (more) =>
      this.#client.listChannels({ backendId }, more),
    );
    return list.channels.map(withNormalId);
  }

  async channelInfo(channelId: string, options?: CallOptions): Promise<Channel> {
    const info = await this.#channelInfo(channelId, options);
    if (info.channel === undefined) throw new SeabirdError("internal", "core sent no channel");
    return withNormalId(info.channel);
  }

  async coreInfo(options?: CallOptions): Promise<CoreInfo> {
    const info = await this.#call("getCoreInfo", options, CALL_OPTIONS, (more) =>
      this.#client.getCoreInfo({}, more),
    );
    return {
      startedAt: new Date(Number(info.startupTimestamp) * 1_000),
      now: new Date(Number(info.currentTimestamp) * 1_000),
    };
  }

  /** By name: what every live plugin has registered. */
  async registeredCommands(
    options?: CallOptions,
  ): Promise<Readonly<Record<string, CommandMetadata>>> {
    const list = await this.#call("registeredCommands", options, CALL_OPTIONS, (more) =>
      this.#client.registeredCommands({}, more),
    );
    return list.commands;
  }

  /**
   * Resolves when no call is in flight and none follows at once, after `maxMs` at the latest;
   * from then on calls are refused with `closed`.
   */
  protected settle(maxMs: number): Promise<void> {
    return this.#calls.settle(maxMs);
  }

  #channelInfo(channelId: string, options?: CallOptions) {
    return this.#call("getChannelInfo", options, CALL_OPTIONS, (more) =>
      this.#client.getChannelInfo({ channelId }, more),
    );
  }

  #call<T>(
    name: string,
    options: CallOptions | undefined,
    allowed: readonly string[],
    send: (options: ConnectOptions) => Promise<T>,
  ): Promise<T> {
    return this.#calls.run({ name, options, allowed, send });
  }
}
