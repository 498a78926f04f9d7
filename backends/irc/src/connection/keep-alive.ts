/** Detects a dead connection: pings a silent server, and gives up when nothing comes. */

import type { Clock } from "../clock.ts";
import { formatLine } from "../message/format-line.ts";

export interface KeepAliveOptions {
  /** Milliseconds without a line from the server before it is pinged. */
  readonly pingIntervalMs: number;
  /** Milliseconds without a line from the server after which the connection counts as dead. */
  readonly pingTimeoutMs: number;
}

export interface KeepAliveHooks {
  ping(): void;
  dead(): void;
}

/** The answer to PING. Of a token with line breaks the first line is returned, so that it stays one line. */
export function pongTo(token: string): string {
  return formatLine("PONG", [token.split(/[\r\n\0]/, 1)[0] ?? ""]);
}

export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #hooks: KeepAliveHooks;
  readonly #clock: Clock;
  #lastLineAt: number;
  #pingedAt: number | undefined;
  #cancelTimer: () => void = () => undefined;

  /** Starts at once. */
  constructor(options: KeepAliveOptions, hooks: KeepAliveHooks, clock: Clock) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#lastLineAt = clock.now();
    this.#wait(options.pingIntervalMs);
  }

  /** Any line of the server counts. */
  lineReceived(): void {
    this.#lastLineAt = this.#clock.now();
    this.#pingedAt = undefined;
  }

  /** Idempotent. */
  close(): void {
    this.#cancelTimer();
  }

  #check(): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#options;
    const now = this.#clock.now();
    if (this.#pingedAt === undefined) {
      const idleMs = now - this.#lastLineAt;
      if (idleMs < pingIntervalMs) {
        this.#wait(pingIntervalMs - idleMs);
        return;
      }
      this.#pingedAt = now;
      this.#hooks.ping();
    }
    // Counted from the PING: after a suspend of this machine the server gets its full time.
    const leftMs = this.#pingedAt + Math.max(1, pingTimeoutMs - pingIntervalMs) - now;
    if (leftMs > 0) this.#wait(Math.min(leftMs, pingIntervalMs));
    else this.#hooks.dead();
  }

  #wait(ms: number): void {
    this.#cancelTimer = this.#clock.after(ms, () => this.#check());
  }
}
