/**
 * A promise that knows whether anybody looks at it: what a handler or middleware forgot to wait
 * for is heard of all the same, and what it has dealt with is not told twice.
 */

export class Noticed<T> extends Promise<T> {
  /** What is made of it with `then` is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #isLookedAt = false;

  /** Settles as `work` does; its rejection ends no process, looked at or not. */
  static of<T>(work: Promise<T>): Noticed<T> {
    work.catch(() => undefined);
    const noticed = new Noticed<T>((resolve, reject) => void work.then(resolve, reject));
    Promise.prototype.then.call(noticed, undefined, () => undefined);
    return noticed;
  }

  /** Whether somebody has awaited it, or called one of its methods. */
  get isLookedAt(): boolean {
    return this.#isLookedAt;
  }

  // biome-ignore lint/suspicious/noThenProperty: whoever waits for it calls this.
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isLookedAt = true;
    return super.then(onFulfilled, onRejected);
  }
}
