/** Waits until nothing has happened for a while. */
import { type Clock, pause } from "@seabird-chat/sdk/backend";

export class IdleDetector {
  readonly #idleMs: number;
  readonly #clock: Clock;
  #lastAtMs = 0;

  constructor(idleMs: number, clock: Clock) {
    this.#idleMs = idleMs;
    this.#clock = clock;
  }

  /** Restarts the wait. */
  activity(): void {
    this.#lastAtMs = this.#clock.now();
  }

  /** Resolves when nothing has happened for `idleMs`, counted from now, or on abort. */
  async untilIdle(signal: AbortSignal): Promise<void> {
    this.activity();
    while (!signal.aborted) {
      const restMs = this.#lastAtMs + this.#idleMs - this.#clock.now();
      if (restMs <= 0) return;
      await pause(this.#clock, restMs, signal);
    }
  }
}
