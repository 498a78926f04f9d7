/**
 * The link below both clients: runs one session with core after another.
 *
 * A session ends when its stream does. The link then waits (jittered, doubling) and starts
 * the next one, until it is closed or trying again cannot help:
 *
 * - `unauthenticated`, `permission_denied`, `invalid_argument`: given up at once. The token or
 *   the options are wrong, and only a person can change that; the supervisor of the process
 *   decides whether to start it again.
 * - `already_exists` (a command or a backend's name): retried for `takenWindowMs`, as long as
 *   core may need to notice that its former holder is dead; then given up.
 * - everything else: retried for ever.
 */

import { backoffMs } from "./backoff.ts";
import { pause } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { addHint } from "./connection-hints.ts";
import { SeabirdError } from "./errors.ts";
import type { ResolvedConnectOptions } from "./options.ts";
import { StateStream } from "./state-stream.ts";

export type LinkState =
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "connected" }
  /** Lost or refused; the next attempt follows after `retryInMs`. `error` says what to do. */
  | {
      readonly state: "waiting";
      readonly attempt: number;
      readonly retryInMs: number;
      readonly error: SeabirdError;
    }
  /** Given up; `error` says what to do. The last state. */
  | { readonly state: "failed"; readonly error: SeabirdError }
  /** Closed by `close()` or the signal. The last state. */
  | { readonly state: "closed" };

export interface SessionContext {
  readonly connection: Connection;
  /** To be called once, when core has accepted the session. */
  connected(): void;
  /** Aborted when the client is to close: end the session in good order. */
  readonly closing: AbortSignal;
  /** Aborted when the session must end now. */
  readonly signal: AbortSignal;
}

/** Resolves or rejects when the session is over. */
export type Session = (context: SessionContext) => Promise<void>;

export interface LinkOptions {
  /**
   * Asked when a name was taken for `takenWindowMs`: true if the session will do without it,
   * and is to be tried again.
   */
  readonly yieldName?: ((error: SeabirdError) => boolean) | undefined;
}

/** A session that lasted this long counts as a success: the pauses start small again. */
const STABLE_AFTER_MS = 10_000;

export class Link {
  readonly connection: Connection;
  readonly #options: ResolvedConnectOptions;
  readonly #session: Session;
  readonly #yieldName: (error: SeabirdError) => boolean;
  readonly #states = new StateStream<LinkState>({ state: "connecting", attempt: 1 });
  readonly #closing = new AbortController();
  readonly #over: Promise<void>;
  #failures = 0;
  #takenSince: number | undefined;

  constructor(options: ResolvedConnectOptions, session: Session, more: LinkOptions = {}) {
    this.#options = options;
    this.#session = session;
    this.#yieldName = more.yieldName ?? (() => false);
    this.connection = options.open(options);
    const close = () => this.#closing.abort();
    if (options.signal?.aborted) close();
    options.signal?.addEventListener("abort", close, { once: true });
    // Not before the constructor of the link's owner has returned.
    this.#over = Promise.resolve()
      .then(() => this.#live())
      .finally(() => options.signal?.removeEventListener("abort", close));
  }

  get state(): LinkState {
    return this.#states.current;
  }

  /** Aborted when the client is to close, by `close()` or by the options' signal. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  states(): AsyncIterable<LinkState> {
    return this.#states.watch();
  }

  /** Resolves when connected; rejects when the link failed or was closed before that. */
  async ready(): Promise<void> {
    for await (const state of this.states()) {
      if (state.state === "connected") return;
      if (state.state === "failed") throw state.error;
    }
    throw new SeabirdError("closed", "the client was closed");
  }

  /** Idempotent. Resolves when the session has ended, after `closeTimeoutMs` at the latest. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#over;
  }

  /** Resolves with the last state. */
  async ended(): Promise<LinkState> {
    await this.#over;
    return this.state;
  }

  async #live(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt++) {
      // The first attempt is the state that a link is born with.
      if (attempt > 1) this.#states.set({ state: "connecting", attempt });
      const error = addHint(await this.#attempt(), this.#options.url);
      if (signal.aborted) break;
      if (this.#isHopeless(error)) return this.#end({ state: "failed", error });
      const retryInMs = this.#pauseMs(error);
      this.#states.set({ state: "waiting", attempt, retryInMs, error });
      await pause(this.#options.clock, retryInMs, signal);
    }
    this.#end({ state: "closed" });
  }

  #end(state: LinkState): void {
    this.#states.end(state);
  }

  /** One session from start to end; returns why it ended. */
  async #attempt(): Promise<SeabirdError> {
    const abort = new AbortController();
    const closing = this.#closing.signal;
    const { clock } = this.#options;
    let connectedAt: number | undefined;
    const stopTimers = this.#boundAttempt(abort, () => connectedAt !== undefined);
    const connected = () => {
      if (abort.signal.aborted || closing.aborted || connectedAt !== undefined) return;
      connectedAt = clock.now();
      this.#takenSince = undefined;
      this.#states.set({ state: "connected" });
    };
    const { connection } = this;
    try {
      await this.#session({ connection, connected, closing, signal: abort.signal });
      return new SeabirdError("unavailable", "core ended the stream");
    } catch (reason) {
      return SeabirdError.from(abort.signal.aborted ? abort.signal.reason : reason);
    } finally {
      stopTimers();
      abort.abort(new SeabirdError("cancelled", "the session is over"));
      const stable = connectedAt !== undefined && clock.now() - connectedAt > STABLE_AFTER_MS;
      this.#failures = stable ? 1 : this.#failures + 1;
    }
  }

  /** Ends an attempt that does not connect in time, or does not end in time once it should. */
  #boundAttempt(abort: AbortController, isConnected: () => boolean): () => void {
    const { limits, url, clock } = this.#options;
    const closing = this.#closing.signal;
    const giveUp = (reason: SeabirdError) => {
      abort.abort(reason);
      this.connection.drop(reason);
    };
    const stopConnectTimer = clock.after(limits.connectTimeoutMs, () => {
      const late = `no answer from ${url} within ${limits.connectTimeoutMs} ms`;
      if (!isConnected()) giveUp(new SeabirdError("deadline_exceeded", late));
    });
    let stopCloseTimer = () => {};
    const onClosing = () => {
      const closed = new SeabirdError("closed", "the client was closed");
      if (!isConnected()) giveUp(closed);
      else stopCloseTimer = clock.after(limits.closeTimeoutMs, () => giveUp(closed));
    };
    closing.addEventListener("abort", onClosing, { once: true });
    return () => {
      stopConnectTimer();
      stopCloseTimer();
      closing.removeEventListener("abort", onClosing);
    };
  }

  #isHopeless(error: SeabirdError): boolean {
    switch (error.code) {
      case "unauthenticated":
      case "permission_denied":
      case "invalid_argument":
      case "bad_option":
        return true;
      case "already_exists":
        this.#takenSince ??= this.#options.clock.now();
        if (this.#options.clock.now() - this.#takenSince < this.#options.limits.takenWindowMs) {
          return false;
        }
        return !this.#yieldName(error);
      default:
        this.#takenSince = undefined;
        return false;
    }
  }

  #pauseMs(error: SeabirdError): number {
    const { retryMinMs, retryMaxMs } = this.#options.limits;
    const maxMs =
      error.code === "already_exists" ? Math.min(retryMaxMs, MAX_TAKEN_PAUSE_MS) : retryMaxMs;
    const random = this.#options.random();
    const backoff = backoffMs(this.#failures, { minMs: retryMinMs, maxMs, random });
    return Math.max(backoff, error.retryAfterMs ?? 0);
  }
}

/** A name is free within seconds of its holder's death; looking for it more rarely wastes time. */
const MAX_TAKEN_PAUSE_MS = 2_000;
