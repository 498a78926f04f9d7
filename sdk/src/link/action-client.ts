/** Everything a client may ask of core, without an event stream. */
import { type Client, type CallOptions as ConnectOptions, createClient } from "@connectrpc/connect";
import { type Backend, type Channel, type CommandMetadata, Seabird } from "@seabird-chat/protocol";
import { type Clock, nextTurn, pause } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type Content, contentToWire } from "./content.ts";
import { SeabirdError } from "./errors.ts";
import { checkLimit, type SdkLimits } from "./limits.ts";

export interface CallOptions {
  /** Cancels the call; the action may happen all the same. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds; whole numbers from 1, else `bad_option`. Default: the client's
   * `callTimeoutMs`. Core has a limit of its own, 10 s unless changed.
   */
  readonly timeoutMs?: number | undefined;
}

export interface ActionOptions extends CallOptions {
  /** Protocol: tags in use. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface BackendInfo {
  readonly backend: Backend | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface CoreInfo {
  readonly startedAt: Date;
  /** Core's own clock. */
  readonly now: Date;
}

/** What the calls are made with. */
export interface ActionClientDeps {
  readonly limits: SdkLimits;
  readonly clock: Clock;
}

/** A call that core refused for load is tried again this often at most. */
export const MAX_RETRIES = 3;

/**
 * The calls. Ids are absolute (`irc://seabird/%23chan`). Each rejects with a SeabirdError
 * whose message is core's.
 *
 * What core refuses for load (`resource_exhausted` with `retryAfterMs`) it has neither announced
 * nor begun: that is tried again, three times at most and within the call's time. Nothing else
 * is, because after `unavailable`, `deadline_exceeded` or `unknown` it may have happened.
 */
export class ActionClient {
  readonly #client: Client<typeof Seabird>;
  readonly #limits: SdkLimits;
  readonly #clock: Clock;
  readonly #inFlight = new Set<Promise<unknown>>();
  #isClosed = false;

  /** @internal Use `connectActions` or `connectPlugin`. */
  constructor(connection: Connection, { limits, clock }: ActionClientDeps) {
    this.#client = createClient(Seabird, connection.transport);
    this.#limits = limits;
    this.#clock = clock;
  }

  async sendMessage(channelId: string, content: Content, settings?: ActionOptions): Promise<void> {
    const request = { channelId, ...contentToWire(content), ...tags(settings) };
    await this.#call((options) => this.#client.sendMessage(request, options), settings);
  }

  async sendPrivateMessage(
    userId: string,
    content: Content,
    settings?: ActionOptions,
  ): Promise<void> {
    const request = { userId, ...contentToWire(content), ...tags(settings) };
    await this.#call((options) => this.#client.sendPrivateMessage(request, options), settings);
  }

  async performAction(
    channelId: string,
    content: Content,
    settings?: ActionOptions,
  ): Promise<void> {
    const request = { channelId, ...contentToWire(content), ...tags(settings) };
    await this.#call((options) => this.#client.performAction(request, options), settings);
  }

  async performPrivateAction(
    userId: string,
    content: Content,
    settings?: ActionOptions,
  ): Promise<void> {
    const request = { userId, ...contentToWire(content), ...tags(settings) };
    await this.#call((options) => this.#client.performPrivateAction(request, options), settings);
  }

  /** `channelName` as its network writes it, such as `#seabird`. */
  async joinChannel(
    backendId: string,
    channelName: string,
    settings?: ActionOptions,
  ): Promise<void> {
    const request = { backendId, channelName, ...tags(settings) };
    await this.#call((options) => this.#client.joinChannel(request, options), settings);
  }

  async leaveChannel(
    channelId: string,
    settings?: ActionOptions & { readonly exitMessage?: string | undefined },
  ): Promise<void> {
    const request = { channelId, exitMessage: settings?.exitMessage ?? "", ...tags(settings) };
    await this.#call((options) => this.#client.leaveChannel(request, options), settings);
  }

  async updateChannelInfo(
    channelId: string,
    info: { readonly topic: string },
    settings?: ActionOptions,
  ): Promise<void> {
    const request = { channelId, topic: info.topic, ...tags(settings) };
    await this.#call((options) => this.#client.updateChannelInfo(request, options), settings);
  }

  /** Sorted by id. */
  async listBackends(settings?: CallOptions): Promise<readonly Backend[]> {
    const list = await this.#call((options) => this.#client.listBackends({}, options), settings);
    return list.backends;
  }

  /** Asks the backend itself. */
  async backendInfo(backendId: string, settings?: CallOptions): Promise<BackendInfo> {
    const info = await this.#call(
      (options) => this.#client.getBackendInfo({ backendId }, options),
      settings,
    );
    return { backend: info.backend, metadata: info.metadata };
  }

  /** Sorted by id. */
  async listChannels(backendId: string, settings?: CallOptions): Promise<readonly Channel[]> {
    const list = await this.#call(
      (options) => this.#client.listChannels({ backendId }, options),
      settings,
    );
    return list.channels;
  }

  async channelInfo(channelId: string, settings?: CallOptions): Promise<Channel> {
    const info = await this.#call(
      (options) => this.#client.getChannelInfo({ channelId }, options),
      settings,
    );
    if (info.channel === undefined) throw new SeabirdError("internal", "core sent no channel");
    return info.channel;
  }

  async coreInfo(settings?: CallOptions): Promise<CoreInfo> {
    const info = await this.#call((options) => this.#client.getCoreInfo({}, options), settings);
    return {
      startedAt: new Date(Number(info.startupTimestamp) * 1_000),
      now: new Date(Number(info.currentTimestamp) * 1_000),
    };
  }

  /** By name: what every live plugin has registered. */
  async registeredCommands(
    settings?: CallOptions,
  ): Promise<Readonly<Record<string, CommandMetadata>>> {
    const list = await this.#call(
      (options) => this.#client.registeredCommands({}, options),
      settings,
    );
    return list.commands;
  }

  /**
   * Resolves when no call is in flight and none follows at once, after `maxMs` at the latest;
   * from then on calls are refused with `closed`.
   */
  protected async settle(maxMs: number): Promise<void> {
    let isLate = false;
    const settled = new AbortController();
    const limit = pause(this.#clock, maxMs, settled.signal).then(() => {
      isLate = true;
    });
    while (this.#inFlight.size > 0 && !isLate) {
      await Promise.race([Promise.allSettled(this.#inFlight), limit]);
      // Whoever waited for a call may make its next one.
      await nextTurn();
    }
    settled.abort();
    this.#isClosed = true;
  }

  async #call<T>(
    send: (options: ConnectOptions) => Promise<T>,
    settings: CallOptions = {},
  ): Promise<T> {
    if (this.#isClosed) throw new SeabirdError("closed", "the client was closed");
    const { signal, timeoutMs = this.#limits.callTimeoutMs } = settings;
    checkLimit("timeoutMs", timeoutMs);
    const call = this.#retrying(send, { signal, timeoutMs });
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
    }
  }

  async #retrying<T>(
    send: (options: ConnectOptions) => Promise<T>,
    { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number },
  ): Promise<T> {
    const endsAt = this.#clock.now() + timeoutMs;
    for (let retry = 0; ; retry += 1) {
      const leftMs = Math.max(1, Math.ceil(endsAt - this.#clock.now()));
      try {
        return await send({ timeoutMs: leftMs, ...(signal && { signal }) });
      } catch (reason) {
        const error = SeabirdError.from(reason);
        const pauseMs = error.code === "resource_exhausted" ? error.retryAfterMs : undefined;
        const isInTime = pauseMs !== undefined && this.#clock.now() + pauseMs < endsAt;
        if (!isInTime || retry >= MAX_RETRIES) throw error;
        await pause(this.#clock, pauseMs, signal);
        if (this.#isClosed) throw error;
      }
    }
  }
}

function tags(settings: ActionOptions | undefined): { tags: Record<string, string> } {
  return { tags: { ...settings?.tags } };
}
