/** What plugins did, in order, for a script that waits for it. */
import { type Clock, pause } from "@seabird-chat/sdk/backend";
import { cutCopy } from "./clean.ts";

/** Texts that wait to be looked for; the oldest are forgotten. */
const MAX_TEXTS = 1_000;
/** Characters of each. */
const MAX_CHARACTERS = 4_096;

export class PluginOutput {
  readonly #clock: Clock;
  #texts: string[] = [];
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(text: string): void {
    this.#texts.push(cutCopy(text, MAX_CHARACTERS));
    if (this.#texts.length > MAX_TEXTS) this.#texts.shift();
    this.#wake?.();
  }

  /**
   * Waits for the next one that has `text` in it; it and all before it are not looked at again. False
   * after `timeoutMs`, or on abort.
   */
  async next(text: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const stop = new AbortController();
    const over = pause(this.#clock, timeoutMs, AbortSignal.any([signal, stop.signal]));
    let isOver = false;
    void over.finally(() => {
      isOver = true;
      this.#wake?.();
    });
    try {
      for (;;) {
        const index = this.#texts.findIndex((each) => each.includes(text));
        if (index >= 0) {
          this.#texts = this.#texts.slice(index + 1);
          return true;
        }
        if (isOver) return false;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    } finally {
      this.#wake = undefined;
      stop.abort();
    }
  }
}
