/** What ends a call over the wire in memory from the caller's side. */

/** The first to come: the call's signal, or the connection's end. */
export class CallLimits {
  readonly #reached = Promise.withResolvers<never>();
  readonly #undo: (() => void)[] = [];
  #then: (() => void) | undefined;
  #over = false;

  constructor() {
    this.#reached.promise.catch(() => undefined);
  }

  add(signal: AbortSignal | undefined, error: () => Error): void {
    if (signal === undefined) return;
    const reach = () => this.#reach(error());
    if (signal.aborted) reach();
    signal.addEventListener("abort", reach, { once: true });
    this.#undo.push(() => signal.removeEventListener("abort", reach));
  }

  /** Called at once if a limit has been reached already. */
  onReached(then: () => void): void {
    if (this.#over) then();
    else this.#then = then;
  }

  /** The promise's value, or the error of the limit that was reached first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#reached.promise, promise]);
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#then = undefined;
  }

  #reach(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#reached.reject(error);
    this.#then?.();
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
