/** One open question. */
import type { Clock } from "../link/clock.ts";
import { AskCancelled, type AskCancelReason } from "./ask-cancelled.ts";

export interface OpenAskOptions {
  readonly clock: Clock;
  /** Aborting it cancels the question. */
  readonly signal: AbortSignal;
  /** Called when it is settled, before the promise. */
  readonly forget: () => void;
}

/** Settles once; later calls have no effect. */
export class OpenAsk {
  /** Rejects with AskCancelled. */
  readonly answer: Promise<string>;
  readonly #options: OpenAskOptions;
  readonly #settled = Promise.withResolvers<string>();
  readonly #onAbort = () => this.cancel("timeout");
  #isSettled = false;
  #stopTimer = () => {};
  #onSettled = () => {};

  constructor(options: OpenAskOptions) {
    this.#options = options;
    this.answer = this.#settled.promise;
    // It may be cancelled before it is awaited.
    this.answer.catch(() => undefined);
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Cancels the question after this time. */
  expireIn(ms: number): void {
    this.#stopTimer();
    if (this.#isSettled) return;
    this.#stopTimer = this.#options.clock.after(ms, () => this.cancel("timeout"));
  }

  /** Calls back synchronously when it is answered or cancelled. */
  onSettled(callback: () => void): void {
    this.#onSettled = callback;
  }

  resolve(text: string): void {
    this.#settle(() => this.#settled.resolve(text));
  }

  cancel(reason: AskCancelReason): void {
    this.#settle(() => this.#settled.reject(new AskCancelled(reason)));
  }

  #settle(settle: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#stopTimer();
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#options.forget();
    settle();
    this.#onSettled();
  }
}
