/** When nothing has happened for a while. */
import { type Clock, pause } from "@seabird-chat/sdk/backend";

export class Quiet {
  readonly #quietMs: number;
  readonly #clock: Clock;
  #lastAtMs = 0;

  constructor(quietMs: number, clock: Clock) {
    this.#quietMs = quietMs;
    this.#clock = clock;
  }

  /** Something happened. */
  heard(): void {
    this.#lastAtMs = this.#clock.now();
  }

  /** Resolves when nothing has happened for `quietMs`, counted from now, or on abort. */
  async settled(signal: AbortSignal): Promise<void> {
    this.heard();
    while (!signal.aborted) {
      const restMs = this.#lastAtMs + this.#quietMs - this.#clock.now();
      if (restMs <= 0) return;
      await pause(this.#clock, restMs, signal);
    }
  }
}
