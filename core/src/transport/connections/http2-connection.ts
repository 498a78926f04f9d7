/** One HTTP/2 connection: timeouts, pings, its waiting calls, its standing, authentication. */
import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { LineKind } from "../../broker/aggregated-log.ts";
import type { Peer } from "../../broker/caller.ts";
import { BrokerError } from "../../broker/errors.ts";
import { ConnectionShares } from "../calls/connection-shares.ts";
import type { ServerContext } from "../server-context.ts";
import { AuthCache } from "./auth-cache.ts";
import { CallOrder } from "./call-order.ts";
import { CallQueue } from "./call-scheduler.ts";
import type { CallSource } from "./call-source.ts";
import { NativeRefusals } from "./native-refusals.ts";
import { Standing } from "./standing.ts";
import { NOT_SWEPT, type Sweepable } from "./sweeper.ts";

const EXCEEDED: LineKind = {
  level: "warn",
  by: "peer",
  text: "connection ended: too many of its calls were refused or reset",
};

export class Http2Connection implements Peer, Sweepable, CallSource {
  sweepIndex = NOT_SWEPT;
  readonly address: string;
  readonly session: ServerHttp2Session;
  readonly order = new CallOrder();
  readonly authCache: AuthCache;
  readonly standing: Standing;
  readonly queue = new CallQueue("unauthenticated");
  readonly shares: ConnectionShares;
  readonly #context: ServerContext;
  readonly #openedAtMs: number;
  #opened = false;
  #pingedAtMs: number;
  #pingAwaited = false;
  #aliveCheck: Promise<boolean> | undefined;
  #healthQueue: CallQueue | undefined;
  #raised = false;
  readonly #refusals: NativeRefusals;
  #undoCheck: (() => void) | undefined;
  readonly #clientOf: ((headers: IncomingHttpHeaders) => CallSource) | undefined;

  constructor(
    context: ServerContext,
    session: ServerHttp2Session,
    address: string,
    openedAtMs: number,
  ) {
    this.#context = context;
    this.session = session;
    this.address = address;
    this.shares = new ConnectionShares(context.memory);
    this.#openedAtMs = openedAtMs;
    this.#pingedAtMs = context.clock.now();
    const host = hostOf(address);
    const isProxy = context.proxies.has(host);
    if (isProxy) this.#clientOf = (headers) => context.proxyClients.of(host, headers);
    this.standing = new Standing({
      account: context.accounts.of(host),
      isTrusted: isProxy,
      authenticator: context.authenticator,
      clock: context.clock,
      limits: context.limits,
      changed: (isAuthenticated) => this.#standingChanged(isAuthenticated),
      exceeded: () => this.#exceeded(),
    });
    this.authCache = new AuthCache(context.authenticator, context.clock, this.standing);
    this.#refusals = new NativeRefusals(session);
    if (this.standing.account.isPenalised(this.#pingedAtMs)) this.#checkSoon();
    session.once("remoteSettings", () => {
      this.#opened = true;
    });
    session.on("error", (error) => this.#failed(error));
    session.once("close", () => this.#closed());
    context.sweeper.add(this);
    context.observer.connectionOpened("h2");
    if (isProxy) this.#standingChanged(true);
  }

  /** Whom a call is counted for, by its header. */
  sourceOf(headers: IncomingHttpHeaders): CallSource {
    return this.#clientOf === undefined ? this : this.#clientOf(headers);
  }

  /** Enforces the timeouts of the handshake and of pings, and the rate of refused headers. */
  sweep(nowMs: number): void {
    this.#countRefusals();
    if (this.session.destroyed) return;
    const { handshakeTimeoutMs, keepAliveIntervalMs, keepAliveTimeoutMs } = this.#context.limits;
    if (!this.#opened) {
      if (nowMs - this.#openedAtMs >= handshakeTimeoutMs) this.#destroy("opening_timeout");
    } else if (this.#pingAwaited) {
      if (nowMs - this.#pingedAtMs >= keepAliveTimeoutMs) this.#destroy("dead");
    } else if (nowMs - this.#pingedAtMs >= keepAliveIntervalMs) {
      this.#pingedAtMs = nowMs;
      this.#pingAwaited = true;
      this.#ping(() => {
        this.#pingAwaited = false;
      });
    }
  }

  /** A stream was opened. */
  streamOpened(): void {
    this.#refusals.seen += 1;
  }

  isAlive(timeoutMs: number): Promise<boolean> {
    this.#aliveCheck ??= this.#answersPing(timeoutMs).finally(() => {
      this.#aliveCheck = undefined;
    });
    return this.#aliveCheck;
  }

  /** Where a call of health waits. While the connection has a token, health is a call as others. */
  get healthQueue(): CallQueue {
    if (this.standing.isAuthenticated) return this.queue;
    this.#healthQueue ??= new CallQueue("health");
    return this.#healthQueue;
  }

  /**
   * A stream has closed. If its peer has reset it, that counts.
   *
   * node:http2 keeps its streams in a Map, whose former storages hold closed ones until a full
   * collection. Without its listeners, such a stream holds nothing of its call.
   */
  streamClosed(stream: ServerHttp2Stream, openedAtMs: number): void {
    if (stream.destroyed) stream.removeAllListeners().on("error", ignore);
    if (this.session.destroyed) return;
    // A peer may reset with NO_ERROR too, but only core ends a stream it has answered with it.
    if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
      this.standing.reset(openedAtMs);
    }
  }

  /** Sends GOAWAY: the peer opens no more streams; those on their way are still answered. */
  sendGoaway(): void {
    if (!this.session.destroyed) this.session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
  }

  /** A connection with a token may have more streams, and more bytes on their way. */
  #standingChanged(isAuthenticated: boolean): void {
    this.#context.scheduler.changePriority(
      this.queue,
      isAuthenticated ? "authenticated" : "unauthenticated",
    );
    if (!isAuthenticated || this.#raised || this.session.destroyed) return;
    this.#raised = true;
    const { connectionWindowBytes, maxStreamsPerConnection } = this.#context.limits;
    this.session.setLocalWindowSize(connectionWindowBytes);
    this.session.settings({ maxConcurrentStreams: maxStreamsPerConnection });
  }

  #exceeded(): void {
    this.#context.peerLog.add(EXCEEDED, hostOf(this.address));
    this.#context.observer.connectionRefused("resets");
    const error = new BrokerError("too_many_streams", "too many calls refused or reset");
    this.session.destroy(error, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  /** What node:http2 itself ends a connection for counts as many faults. */
  #failed(error: Error): void {
    this.#context.log.debug({ error, peer: this.address }, "connection error");
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code.startsWith("ERR_HTTP2_")) {
      this.standing.refused(this.#context.limits.connectionFaultBurst / 4);
    }
  }

  #countRefusals(): number {
    const count = this.#refusals.count();
    if (count > 0) this.standing.refusedHeaders(count);
    return count;
  }

  /**
   * While an address has done too much, headers are looked at more often than swept; less and less
   * often if none is refused, since there may be thousands of such connections.
   */
  #checkSoon(delayMs = this.#context.limits.penalisedCheckMs): void {
    const { clock, limits } = this.#context;
    this.#undoCheck = clock.after(delayMs, () => {
      const isRefused = this.#countRefusals() > 0;
      const { account, isAuthenticated } = this.standing;
      if (isAuthenticated || this.session.destroyed || !account.isPenalised(clock.now())) return;
      const { penalisedCheckMs } = limits;
      this.#checkSoon(isRefused ? penalisedCheckMs : Math.min(2 * delayMs, 8 * penalisedCheckMs));
    });
  }

  #answersPing(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), timeoutMs);
      const settle = (alive: boolean) => {
        clearTimeout(timer);
        this.session.removeListener("close", gone);
        resolve(alive);
      };
      const gone = () => settle(false);
      this.session.once("close", gone);
      if (!this.#ping(() => settle(true))) settle(false);
    });
  }

  #ping(then: () => void): boolean {
    if (this.session.destroyed) return false;
    try {
      return this.session.ping((error) => {
        if (error === null) then();
      });
    } catch {
      return false;
    }
  }

  #destroy(reason: "opening_timeout" | "dead"): void {
    this.#context.log.debug({ peer: this.address, reason }, "connection closed");
    this.#context.observer.connectionRefused(reason);
    const { socket } = this.session;
    this.session.destroy();
    // A dead peer acknowledges nothing: what is still to be written must not hold the socket.
    socket?.destroy();
  }

  #closed(): void {
    this.#context.sweeper.delete(this);
    this.authCache.close();
    this.standing.close();
    this.shares.close();
    this.#undoCheck?.();
    this.#context.observer.connectionClosed("h2");
  }
}

/** An address without its port. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}

/** For errors of a stream: "aborted" and "close" report its end, and its error adds nothing. */
export function ignore(): void {}
