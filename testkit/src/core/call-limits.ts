/** What ends a call over the wire in memory from the caller's side. */

/** The first to come: the call's signal, or the connection's end. */
export class CallLimits {
  /** Of those who race; not one promise for all, which would keep every value that was raced with it. */
  readonly #racing = new Set<(error: Error) => void>();
  readonly #undo: (() => void)[] = [];
  #then: (() => void) | undefined;
  #error: Error | undefined;

  add(signal: AbortSignal | undefined, error: () => Error): void {
    if (signal === undefined) return;
    const reach = () => this.#reach(error());
    if (signal.aborted) reach();
    signal.addEventListener("abort", reach, { once: true });
    this.#undo.push(() => signal.removeEventListener("abort", reach));
  }

  /** Called at once if a limit has been reached already. */
  onReached(then: () => void): void {
    if (this.#error !== undefined) then();
    else this.#then = then;
  }

  /** The promise's value, or the error of the limit that was reached first. */
  race<T>(promise: Promise<T>): Promise<T> {
    const { promise: ended, resolve, reject } = Promise.withResolvers<T>();
    promise.then(resolve, reject);
    if (this.#error !== undefined) reject(this.#error);
    this.#racing.add(reject);
    return ended.finally(() => this.#racing.delete(reject));
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#then = undefined;
  }

  #reach(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const reject of this.#racing) reject(error);
    this.#then?.();
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
