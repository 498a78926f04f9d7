/** The calls of core, for clients with and without a stream of events. */
import { type Client, type CallOptions as ConnectOptions, createClient } from "@connectrpc/connect";
import { type Backend, type Channel, type CommandMetadata, Seabird } from "@seabird-chat/protocol";
import { type Clock, nextTurn, pause } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type Content, contentToWire } from "./content.ts";
import { SeabirdError } from "./errors.ts";
import { checkLimit, type SdkLimits } from "./limits.ts";
import { normalId } from "./normal-id.ts";
import { checkOptionNames } from "./option-names.ts";

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

export interface ActionClientDeps {
  readonly limits: SdkLimits;
  readonly clock: Clock;
  /** Called with the channel's or user's id for each message and action that is sent. */
  readonly onSend?: ((to: string, sent: Promise<unknown>) => void) | undefined;
}

const OPTIONS = ["signal", "timeoutMs", "tags"];
const LEAVE_OPTIONS = [...OPTIONS, "exitMessage"];

/** A call that core refused for load is tried again this often at most. */
const MAX_RETRIES = 3;

/**
 * The calls. Ids are absolute (`irc://seabird/%23chan`). Each rejects with a SeabirdError
 * whose message is core's.
 *
 * What core refuses for load (`resource_exhausted` with `retryAfterMs`) it has neither announced
 * nor begun: that is tried again, three times at most and within the call's time. Nothing else
 * is, because after `unavailable`, `deadline_exceeded` or `unknown` it may have happened.
 */
export class ActionClient {
  readonly #client: SeabirdClient;
  readonly #limits: SdkLimits;
  readonly #clock: Clock;
  readonly #onSend: ActionClientDeps["onSend"];
  readonly #inFlight = new Set<Promise<unknown>>();
  #isClosed = false;

  /** @internal Use `connectActions` or `connectPlugin`. */
  constructor(connection: Connection, { limits, clock, onSend }: ActionClientDeps) {
    this.#client = createClient(Seabird, connection.transport);
    this.#limits = limits;
    this.#clock = clock;
    this.#onSend = onSend;
  }

  async sendMessage(channelId: string, content: Content, options?: ActionOptions): Promise<void> {
    const request = { channelId, ...contentToWire(content), ...tags(options) };
    await this.#send(channelId, this.#call("sendMessage", request, options));
  }

  async sendPrivateMessage(
    userId: string,
    content: Content,
    options?: ActionOptions,
  ): Promise<void> {
    const request = { userId, ...contentToWire(content), ...tags(options) };
    await this.#send(userId, this.#call("sendPrivateMessage", request, options));
  }

  async performAction(channelId: string, content: Content, options?: ActionOptions): Promise<void> {
    const request = { channelId, ...contentToWire(content), ...tags(options) };
    await this.#send(channelId, this.#call("performAction", request, options));
  }

  async performPrivateAction(
    userId: string,
    content: Content,
    options?: ActionOptions,
  ): Promise<void> {
    const request = { userId, ...contentToWire(content), ...tags(options) };
    await this.#send(userId, this.#call("performPrivateAction", request, options));
  }

  /** `channelName` as its network writes it, such as `#seabird`. */
  async joinChannel(
    backendId: string,
    channelName: string,
    options?: ActionOptions,
  ): Promise<void> {
    const request = { backendId, channelName, ...tags(options) };
    await this.#call("joinChannel", request, options);
  }

  async leaveChannel(
    channelId: string,
    options?: ActionOptions & { readonly exitMessage?: string | undefined },
  ): Promise<void> {
    const request = { channelId, exitMessage: options?.exitMessage ?? "", ...tags(options) };
    await this.#call("leaveChannel", request, options);
  }

  async updateChannelInfo(
    channelId: string,
    info: { readonly topic: string },
    options?: ActionOptions,
  ): Promise<void> {
    const request = { channelId, topic: info.topic, ...tags(options) };
    await this.#call("updateChannelInfo", request, options);
  }

  /** Sorted by id. */
  async listBackends(options?: CallOptions): Promise<readonly Backend[]> {
    const list = await this.#call("listBackends", {}, options);
    return list.backends.map(withNormalId);
  }

  /** Asks the backend itself. */
  async backendInfo(backendId: string, options?: CallOptions): Promise<BackendInfo> {
    const info = await this.#call("getBackendInfo", { backendId }, options);
    const { backend, metadata } = info;
    return { backend: backend && withNormalId(backend), metadata };
  }

  /** Sorted by id. */
  async listChannels(backendId: string, options?: CallOptions): Promise<readonly Channel[]> {
    const list = await this.#call("listChannels", { backendId }, options);
    return list.channels.map(withNormalId);
  }

  async channelInfo(channelId: string, options?: CallOptions): Promise<Channel> {
    const info = await this.#call("getChannelInfo", { channelId }, options);
    if (info.channel === undefined) throw new SeabirdError("internal", "core sent no channel");
    return withNormalId(info.channel);
  }

  async coreInfo(options?: CallOptions): Promise<CoreInfo> {
    const info = await this.#call("getCoreInfo", {}, options);
    return {
      startedAt: new Date(Number(info.startupTimestamp) * 1_000),
      now: new Date(Number(info.currentTimestamp) * 1_000),
    };
  }

  /** By name: what every live plugin has registered. */
  async registeredCommands(
    options?: CallOptions,
  ): Promise<Readonly<Record<string, CommandMetadata>>> {
    const list = await this.#call("registeredCommands", {}, options);
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
      // The caller may make its next call.
      await nextTurn();
    }
    settled.abort();
    this.#isClosed = true;
  }

  async #send(to: string, sent: Promise<unknown>): Promise<void> {
    this.#onSend?.(to, sent);
    await sent;
  }

  async #call<Method extends UnaryMethod>(
    method: Method,
    request: Parameters<SeabirdClient[Method]>[0],
    options: CallOptions = {},
  ): Promise<Awaited<ReturnType<SeabirdClient[Method]>>> {
    if (this.#isClosed) throw new SeabirdError("closed", "the client was closed");
    checkOptionNames(method, options, method === "leaveChannel" ? LEAVE_OPTIONS : OPTIONS);
    const { signal, timeoutMs = this.#limits.callTimeoutMs } = options;
    checkLimit("timeoutMs", timeoutMs);
    const send = this.#client[method] as (
      request: unknown,
      options: ConnectOptions,
    ) => ReturnType<SeabirdClient[Method]>;
    const call = this.#retrying((options) => send(request, options), { signal, timeoutMs });
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
    }
  }

  async #retrying<T>(
    send: (options: ConnectOptions) => T,
    { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number },
  ): Promise<Awaited<T>> {
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

type SeabirdClient = Client<typeof Seabird>;
type UnaryMethod = Exclude<keyof SeabirdClient, "streamEvents">;

/** Changes what was received a moment ago and belongs to this call. */
function withNormalId<T extends { id: string }>(received: T): T {
  received.id = normalId(received.id);
  return received;
}

function tags(options: ActionOptions | undefined): { tags: Record<string, string> } {
  return { tags: { ...options?.tags } };
}
