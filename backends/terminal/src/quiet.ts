/** When nothing has happened for a while. */
import { setTimeout as wait } from "node:timers/promises";

export class Quiet {
  readonly #quietMs: number;
  #lastAtMs = 0;

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** Something happened. */
  heard(): void {
    this.#lastAtMs = performance.now();
  }

  /** Resolves when nothing has happened for `quietMs`, counted from now, or on abort. */
  async settled(signal: AbortSignal): Promise<void> {
    this.heard();
    while (!signal.aborted) {
      const restMs = this.#lastAtMs + this.#quietMs - performance.now();
      if (restMs <= 0) return;
      await wait(restMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
