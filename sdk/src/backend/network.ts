/** Keeps a backend on its network: connects, waits until that is over, and connects again. */
import { type NetworkStatus, toError } from "@seabird-chat/runtime";
import { didYouMean } from "../command/nearest.ts";
import { onAbort } from "../link/abortable.ts";
import { backoffMs } from "../link/backoff.ts";
import { type Clock, pause, type Random } from "../link/clock.ts";
import type { SdkLimits } from "../link/limits.ts";
import { StateStream } from "../link/state-stream.ts";
import type { Log } from "../program/log.ts";
import type { BackendConnection } from "./backend-connection.ts";
import { isFatal } from "./backend-errors.ts";
import type { Connected } from "./request-runner.ts";

export type NetworkState =
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "connected" }
  /** Lost or refused; the next attempt follows after `retryInMs`. */
  | { readonly state: "waiting"; readonly retryInMs: number; readonly error: Error }
  /** Left, or given up. The last state. */
  | { readonly state: "closed" };

/** The ends of one connection. */
export interface NetworkSession {
  /** Aborted when the connection is to end. */
  readonly signal: AbortSignal;
  /** Aborted once it has ended, `close` included. */
  readonly ended: AbortSignal;
}

export interface NetworkDeps<Config> {
  readonly connect: (
    session: NetworkSession,
  ) => BackendConnection<Config> | Promise<BackendConnection<Config>>;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: SdkLimits;
  readonly connectTimeoutMs: number;
  /** Aborted when the backend leaves. */
  readonly leaving: AbortSignal;
  /** The connection is there, for the first time or again. */
  readonly onConnected: (connection: BackendConnection<Config>) => void;
  readonly onLost: () => void;
  /** Called for each change of `status`. */
  readonly onStatus?: ((status: NetworkStatus) => void) | undefined;
}

/** More of why a network is away is in the log. */
const MAX_REASON_CHARACTERS = 300;

export class Network<Config> {
  readonly #deps: NetworkDeps<Config>;
  readonly #states = new StateStream<NetworkState>({ state: "connecting", attempt: 1 });
  #current: Connected<Config> | undefined;
  /** Why it is away, as the log has it; undefined until the first failure. */
  #outage: string | undefined;
  readonly #statuses: StateStream<NetworkStatus>;

  constructor(options: NetworkDeps<Config>) {
    this.#deps = options;
    const sinceMs = options.clock.wallMs();
    this.#statuses = new StateStream({ state: "away", sinceMs, why: "not connected yet" });
  }

  /** Whether it is there, or since when and why not. */
  get status(): NetworkStatus {
    return this.#statuses.current;
  }

  /** The current status and each change. */
  statuses(): AsyncIterable<NetworkStatus> {
    return this.#statuses.watch();
  }

  /** One outage begins once, whatever the later attempts fail for. */
  away(reason: string): void {
    const before = this.status;
    const sinceMs = before.state === "away" ? before.sinceMs : this.#deps.clock.wallMs();
    const why = reason
      .replace(/\p{Cc}+/gu, " ")
      .slice(0, MAX_REASON_CHARACTERS)
      .trim();
    if (before.state === "away" && before.why === why) return;
    this.#setStatus({ state: "away", sinceMs, why });
  }

  /** A connection that reconnects by itself is there again. */
  back(): void {
    if (this.#current === undefined || this.status.state === "connected") return;
    this.#setStatus({ state: "connected" });
  }

  #setStatus(status: NetworkStatus): void {
    this.#statuses.set(status);
    this.#deps.onStatus?.(status);
  }

  /** Undefined while it is away. */
  get current(): Connected<Config> | undefined {
    return this.#current;
  }

  /** Undefined while it is away. */
  get connection(): BackendConnection<Config> | undefined {
    return this.#current?.connection;
  }

  get state(): NetworkState {
    return this.#states.current;
  }

  states(): AsyncIterable<NetworkState> {
    return this.#states.watch();
  }

  /** Resolves when the backend has left; rejects with a `Fatal`. */
  async run(): Promise<void> {
    const { leaving, clock } = this.#deps;
    let failures = 0;
    try {
      for (let attempt = 1; !leaving.aborted; attempt++) {
        if (attempt > 1) this.#states.set({ state: "connecting", attempt });
        const { error, wasStable } = await this.#session();
        if (leaving.aborted) return;
        if (isFatal(error)) throw error;
        failures = wasStable ? 1 : failures + 1;
        const retryInMs = this.#pauseMs(failures);
        this.#logAway(error, retryInMs);
        this.#states.set({ state: "waiting", retryInMs, error });
        await pause(clock, retryInMs, leaving);
      }
    } finally {
      this.#states.end({ state: "closed" });
      this.#statuses.end(this.status);
    }
  }

  /** One outage is one warning: the same error again is for debugging. */
  #logAway(error: Error, retryInMs: number): void {
    const { log } = this.#deps;
    const level = error.message === this.#outage ? "debug" : "warn";
    log[level]({ error, retryInMs }, "the network is away; trying again");
    this.#outage = error.message;
  }

  #pauseMs(failures: number): number {
    const { limits, random } = this.#deps;
    const { networkRetryMinMs: minMs, networkRetryMaxMs: maxMs } = limits;
    return backoffMs(failures, { minMs, maxMs, random: random() });
  }

  /** One connection from start to end; why it ended, and whether it had lasted. */
  async #session(): Promise<{ error: Error; wasStable: boolean }> {
    const { clock, leaving, limits, log, onConnected, onLost } = this.#deps;
    const over = new AbortController();
    const end = new AbortController();
    const session = { signal: AbortSignal.any([leaving, over.signal]), ended: end.signal };
    let connectedAtMs: number | undefined;
    let error: Error;
    try {
      const connection = await this.#connect(session, over);
      connectedAtMs = clock.now();
      this.#current = { connection, ended: end.signal };
      this.#outage = undefined;
      this.back();
      log.info("on the network");
      this.#states.set({ state: "connected" });
      onConnected(connection);
      error = await untilOver(connection, leaving);
    } catch (reason) {
      error = toError(reason, "the network gave no reason");
    }
    const { connection } = this;
    this.#current = undefined;
    this.away(error.message);
    over.abort();
    if (connection !== undefined) await this.#close(connection);
    end.abort();
    // A connect that failed may have announced channels.
    onLost();
    const upMs = connectedAtMs === undefined ? 0 : clock.now() - connectedAtMs;
    return { error, wasStable: upMs >= limits.networkStableMs };
  }

  /** Gives up after `connectTimeoutMs`, or on leaving; what connects later is closed. */
  async #connect(session: NetworkSession, over: AbortController) {
    const { clock, connectTimeoutMs } = this.#deps;
    const connecting = Promise.try(() => this.#deps.connect(session));
    const { promise: given, reject } = Promise.withResolvers<never>();
    const late = `no connection within ${connectTimeoutMs} ms`;
    const stopTimer = clock.after(connectTimeoutMs, () => reject(new Error(late)));
    const forget = onAbort(session.signal, () => reject(new Error("the backend is leaving")));
    try {
      return checkConnection(await Promise.race([connecting, given]));
    } catch (reason) {
      over.abort();
      void connecting.then(
        (connection) => this.#closeUnused(connection),
        () => undefined,
      );
      throw reason;
    } finally {
      stopTimer();
      forget();
    }
  }

  /** One that came too late, or is none. */
  async #closeUnused(connection: BackendConnection<Config>): Promise<void> {
    if (typeof connection !== "object" || connection === null) return;
    Promise.resolve(connection.closed).catch(() => undefined);
    await this.#close(connection);
  }

  async #close(connection: BackendConnection<Config>): Promise<void> {
    const { clock, limits, log } = this.#deps;
    const stop = new AbortController();
    const closing = Promise.try(() => connection.close?.()).catch((error: unknown) =>
      log.warn({ error }, "the network was not left in good order"),
    );
    await Promise.race([closing, pause(clock, limits.networkCloseMs, stop.signal)]);
    stop.abort();
  }
}

/** Code without types gives anything. */
function checkConnection<Config>(given: BackendConnection<Config>): BackendConnection<Config> {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`connect(host) gave ${given === null ? "null" : typeof given}`);
  }
  for (const name of CONNECTION_FUNCTIONS) {
    const value: unknown = given[name];
    if (value === undefined || value === null || typeof value === "function") continue;
    throw new TypeError(`the connection's ${name} is ${typeof value}, not a function`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "function" || FUNCTION_NAMES.includes(name)) continue;
    const meant = didYouMean(
      name,
      FUNCTION_NAMES.filter((each) => !(each in given)),
    );
    if (meant !== "") throw new TypeError(`the connection has no use for ${name}${meant}`);
  }
  return given;
}

const CONNECTION_FUNCTIONS = [
  ...(["send", "edit", "delete", "react", "setTyping", "members"] as const),
  ...(["join", "leave", "setTopic", "metadata", "reconfigure", "close"] as const),
] as const satisfies readonly (keyof BackendConnection)[];
const FUNCTION_NAMES: readonly string[] = CONNECTION_FUNCTIONS;

function checkClosed(closed: unknown): Promise<unknown> | undefined {
  if (closed === undefined || closed === null) return undefined;
  if (typeof closed === "object" && "then" in closed) return closed as Promise<unknown>;
  throw new TypeError(`the connection's closed is ${typeof closed}, not a promise`);
}

/** Resolves with why: the reason of `closed`, or that we leave. */
async function untilOver(
  { closed }: Pick<BackendConnection, "closed">,
  leaving: AbortSignal,
): Promise<Error> {
  const { promise: left, resolve } = Promise.withResolvers<Error>();
  const forget = onAbort(leaving, () => resolve(new Error("the backend is leaving")));
  const lost = Promise.resolve(checkClosed(closed) ?? NEVER).then(
    () => new Error("the connection was closed"),
    (reason: unknown) => toError(reason, "the connection was closed"),
  );
  try {
    return await Promise.race([left, lost]);
  } finally {
    forget();
  }
}

/** For connections that have nothing to lose. */
const NEVER = new Promise<never>(() => undefined);
