/**
 * A promise that knows whether it was observed, so that failures that a handler or middleware did
 * not await are reported, and those that it handled are not reported twice.
 */

export class TrackedPromise<T> extends Promise<T> {
  /** `then` returns a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #isObserved = false;

  /**
   * Settles as `work` does. A rejection that nobody observes calls back, and does not end the process.
   */
  static of<T>(
    work: Promise<T>,
    onUnobserved: (reason: unknown) => void = () => undefined,
  ): TrackedPromise<T> {
    work.catch(() => undefined);
    const tracked = new TrackedPromise<T>((resolve, reject) => void work.then(resolve, reject));
    // Not of `work`: that may have failed before `await` calls `then`, one tick later.
    Promise.prototype.then.call(tracked, undefined, (reason: unknown) => {
      if (!tracked.#isObserved) onUnobserved(reason);
    });
    return tracked;
  }

  /** Whether it was awaited, or one of its methods called. */
  get isObserved(): boolean {
    return this.#isObserved;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting it calls this.
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isObserved = true;
    return super.then(onFulfilled, onRejected);
  }
}
