/** One question that waits for its answer. */
import type { Clock } from "../link/clock.ts";
import { AskCancelled, type AskCancelReason } from "./ask-cancelled.ts";

export interface OpenAskOptions {
  readonly clock: Clock;
  /** Aborting it cancels the question. */
  readonly signal: AbortSignal;
  /** Called first when it is settled. */
  readonly forget: () => void;
}

/** Settled once: what comes later changes nothing. */
export class OpenAsk {
  /** Rejects with AskCancelled. */
  readonly answer: Promise<string>;
  readonly #options: OpenAskOptions;
  readonly #settled = Promise.withResolvers<string>();
  readonly #onAbort = () => this.cancel("timeout");
  #isSettled = false;
  #stopTimer = () => {};
  #tell = () => {};

  constructor(options: OpenAskOptions) {
    this.#options = options;
    this.answer = this.#settled.promise;
    // It may be cancelled before anybody waits for it.
    this.answer.catch(() => undefined);
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** From now on, that is how long it waits. */
  expireIn(ms: number): void {
    this.#stopTimer();
    if (this.#isSettled) return;
    this.#stopTimer = this.#options.clock.after(ms, () => this.cancel("timeout"));
  }

  /** Called at once when there is an answer, or will be none. */
  onSettled(callback: () => void): void {
    this.#tell = callback;
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
    this.#tell();
  }
}
