/** Notices that a server has fallen silent: it is asked for a word, and without one it is dead. */

import type { Clock } from "../clock.ts";
import { formatLine } from "../message/format-line.ts";

export interface KeepAliveOptions {
  /** Milliseconds without a word from the server before it is asked for one. */
  readonly pingIntervalMs: number;
  /** Milliseconds without a word from the server after which it is dead. */
  readonly pingTimeoutMs: number;
}

export interface KeepAliveHooks {
  ping(): void;
  dead(): void;
}

/** What is no token comes back as far as it is one: the server's question stays one line. */
export function pongTo(token: string): string {
  const word = token.split(/[\r\n\0]/, 1)[0] ?? "";
  return formatLine("PONG", [word]);
}

export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #hooks: KeepAliveHooks;
  readonly #clock: Clock;
  #heardAt: number;
  #askedAt: number | undefined;
  #cancelTimer: () => void = () => undefined;

  /** Starts at once. */
  constructor(options: KeepAliveOptions, hooks: KeepAliveHooks, clock: Clock) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#heardAt = clock.now();
    this.#wait(options.pingIntervalMs);
  }

  /** Any line of the server is a sign of life. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#askedAt = undefined;
  }

  /** Idempotent. */
  close(): void {
    this.#cancelTimer();
  }

  #check(): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#options;
    const now = this.#clock.now();
    if (this.#askedAt === undefined) {
      const idleMs = now - this.#heardAt;
      if (idleMs < pingIntervalMs) {
        this.#wait(pingIntervalMs - idleMs);
        return;
      }
      this.#askedAt = now;
      this.#hooks.ping();
    }
    // Counted from the question: a machine that slept has not given the server a chance before.
    const leftMs = this.#askedAt + Math.max(1, pingTimeoutMs - pingIntervalMs) - now;
    if (leftMs > 0) this.#wait(Math.min(leftMs, pingIntervalMs));
    else this.#hooks.dead();
  }

  #wait(ms: number): void {
    this.#cancelTimer = this.#clock.after(ms, () => this.#check());
  }
}
