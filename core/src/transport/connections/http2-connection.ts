/** One HTTP/2 connection: timeouts, pings, the rate of resets, authentication. */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { LineKind } from "../../broker/aggregated-log.ts";
import type { Peer } from "../../broker/caller.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";
import { AuthCache } from "./auth-cache.ts";
import { CallOrder } from "./call-order.ts";
import { NOT_SWEPT, type Sweepable } from "./sweeper.ts";

const ENDED_FOR_RESETS: LineKind = {
  level: "warn",
  by: "peer",
  text: "connection ended: it only opens and resets streams",
};

export class Http2Connection implements Peer, Sweepable {
  sweepIndex = NOT_SWEPT;
  readonly address: string;
  readonly session: ServerHttp2Session;
  readonly order = new CallOrder();
  readonly authCache: AuthCache;
  readonly #context: ServerContext;
  readonly #openedAtMs: number;
  #opened = false;
  #pingedAtMs: number;
  #pingAwaited = false;
  #aliveCheck: Promise<boolean> | undefined;
  #resets = 0;
  #resetsAtMs = 0;

  constructor(
    context: ServerContext,
    session: ServerHttp2Session,
    address: string,
    openedAtMs: number,
  ) {
    this.#context = context;
    this.session = session;
    this.address = address;
    this.authCache = new AuthCache(context.authenticator, context.clock);
    this.#openedAtMs = openedAtMs;
    this.#pingedAtMs = context.clock.now();
    session.setLocalWindowSize(context.limits.connectionWindowBytes);
    session.once("remoteSettings", () => {
      this.#opened = true;
    });
    session.on("error", (error) => context.log.debug({ error, peer: address }, "connection error"));
    session.once("close", () => this.#closed());
    context.sweeper.add(this);
    context.observer.connectionOpened("h2");
  }

  /** Enforces the timeouts of the handshake and of pings. */
  sweep(nowMs: number): void {
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

  isAlive(timeoutMs: number): Promise<boolean> {
    this.#aliveCheck ??= this.#answersPing(timeoutMs).finally(() => {
      this.#aliveCheck = undefined;
    });
    return this.#aliveCheck;
  }

  /**
   * A stream has closed. A reset soon after its opening counts.
   *
   * node:http2 keeps its streams in a Map, whose former storages hold closed ones until a full
   * collection. Without its listeners, such a stream holds nothing of its call.
   */
  streamClosed(stream: ServerHttp2Stream, openedAtMs: number): void {
    if (stream.destroyed) stream.removeAllListeners().on("error", ignore);
    const { rstCode } = stream;
    if (rstCode === constants.NGHTTP2_NO_ERROR || this.session.destroyed) return;
    const nowMs = this.#context.clock.now();
    if (nowMs - openedAtMs <= this.#context.limits.quickResetMs) this.#countReset(nowMs);
  }

  /** Sends GOAWAY: the peer opens no more streams; those on their way are still answered. */
  sendGoaway(): void {
    if (!this.session.destroyed) this.session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
  }

  /** Ends the connection if it resets too many streams. */
  #countReset(nowMs: number): void {
    const { quickResetBurst, quickResetsPerSecond } = this.#context.limits;
    const forgiven = ((nowMs - this.#resetsAtMs) * quickResetsPerSecond) / 1_000;
    this.#resets = Math.max(0, this.#resets - forgiven) + 1;
    this.#resetsAtMs = nowMs;
    if (this.#resets <= quickResetBurst) return;
    this.#context.peerLog.add(ENDED_FOR_RESETS, hostOf(this.address));
    this.#context.observer.connectionRefused("resets");
    const error = new BrokerError("too_many_streams", "too many streams opened and reset");
    this.session.destroy(error, constants.NGHTTP2_ENHANCE_YOUR_CALM);
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
    this.#context.observer.connectionClosed("h2");
  }
}

/** An address without its port. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}

/** For errors of a stream: "aborted" and "close" report its end, and its error adds nothing. */
export function ignore(): void {}
