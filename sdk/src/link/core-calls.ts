/** Single calls of core: their options, time limit and retries, and waiting for them at the end. */
import type { Client, CallOptions as ConnectOptions } from "@connectrpc/connect";
import { INSTANCE_HEADER, type Seabird } from "@seabird-chat/protocol";
import { CALL_OPTIONS, type CallOptions } from "./call-options.ts";
import { type Clock, nextTurn, pause } from "./clock.ts";
import type { CoreIdentity } from "./core-headers.ts";
import { SeabirdError } from "./errors.ts";
import { sendIdempotently } from "./idempotent-send.ts";
import { checkLimit, type SdkLimits } from "./limits.ts";
import { checkOptionNames } from "./option-names.ts";

/** A call that core refused for load is tried again this often at most. */
const MAX_RETRIES = 3;

export interface CoreCallsDeps {
  readonly limits: SdkLimits;
  readonly clock: Clock;
  readonly core: CoreIdentity;
  readonly client: Pick<Client<typeof Seabird>, "getCoreInfo">;
}

export interface Call<T> {
  /** In messages about its options. */
  readonly name: string;
  readonly options: CallOptions | undefined;
  readonly allowed: readonly string[];
  send(options: ConnectOptions): Promise<T>;
  /** Whether it carries an idempotency key: it may be sent again after its connection was lost. */
  readonly isIdempotent?: boolean | undefined;
}

export class CoreCalls {
  readonly #deps: CoreCallsDeps;
  readonly #inFlight = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(deps: CoreCallsDeps) {
    this.#deps = deps;
  }

  /** Whether core has the messages extension; asks core if it has not answered yet. */
  async hasMessages({ signal, timeoutMs }: CallOptions = {}): Promise<boolean> {
    const { core, client } = this.#deps;
    if (core.hasMessages === undefined) {
      await this.run({
        name: "getCoreInfo",
        options: { signal, timeoutMs },
        allowed: CALL_OPTIONS,
        send: (within) => client.getCoreInfo({}, within),
      });
    }
    return core.hasMessages === true;
  }

  async run<T>(call: Call<T>): Promise<T> {
    if (this.#isClosed) throw new SeabirdError("closed", "the client was closed");
    checkOptionNames(call.name, call.options, call.allowed);
    const { signal, timeoutMs = this.#deps.limits.callTimeoutMs } = call.options ?? {};
    checkLimit("timeoutMs", timeoutMs);
    const endsAt = this.#deps.clock.now() + timeoutMs;
    const running = this.#begin(call, signal, endsAt);
    this.#inFlight.add(running);
    try {
      return await running;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /**
   * Resolves when no call is in flight and none follows at once, after `maxMs` at the latest;
   * from then on calls are refused with `closed`.
   */
  async settle(maxMs: number): Promise<void> {
    let isLate = false;
    const settled = new AbortController();
    const limit = pause(this.#deps.clock, maxMs, settled.signal).then(() => {
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

  #begin<T>(call: Call<T>, signal: AbortSignal | undefined, endsAt: number): Promise<T> {
    const { core, clock, client } = this.#deps;
    const attempt = (instance?: string) => this.#retrying(call.send, signal, endsAt, instance);
    if (call.isIdempotent !== true) return attempt();
    return sendIdempotently({
      core,
      clock,
      signal,
      endsAt,
      isClosed: () => this.#isClosed,
      attempt,
      ask: () => client.getCoreInfo({}, this.#within(signal, endsAt)),
    });
  }

  async #retrying<T>(
    send: (options: ConnectOptions) => Promise<T>,
    signal: AbortSignal | undefined,
    endsAt: number,
    instance: string | undefined,
  ): Promise<T> {
    const { clock } = this.#deps;
    const headers = instance === undefined ? undefined : { [INSTANCE_HEADER]: instance };
    for (let retry = 0; ; retry += 1) {
      try {
        const within = this.#within(signal, endsAt);
        return await send(headers === undefined ? within : { ...within, headers });
      } catch (reason) {
        const error = SeabirdError.from(reason);
        const pauseMs = error.code === "resource_exhausted" ? error.retryAfterMs : undefined;
        const isInTime = pauseMs !== undefined && clock.now() + pauseMs < endsAt;
        if (!isInTime || retry >= MAX_RETRIES) throw error;
        await pause(clock, pauseMs, signal);
        if (this.#isClosed) throw error;
      }
    }
  }

  #within(signal: AbortSignal | undefined, endsAt: number): ConnectOptions {
    const timeoutMs = Math.max(1, Math.ceil(endsAt - this.#deps.clock.now()));
    return { timeoutMs, ...(signal && { signal }) };
  }
}
