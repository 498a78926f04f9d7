/**
 * Passes the calls of one connection on in the order of their arrival, although some become ready
 * later (a compressed message).
 */
export class CallOrder {
  #last: Promise<void> | undefined;

  /** Whether no call waits. */
  get isFree(): boolean {
    return this.#last === undefined;
  }

  /** Calls `go` with the value: at once if it is available and no call waits, else in order. */
  pass<T>(value: T | Promise<T>, go: (value: T) => void, fail: (reason: unknown) => void): void {
    if (this.#last === undefined && !(value instanceof Promise)) {
      go(value);
      return;
    }
    const before = this.#last;
    const mine = this.#inOrder(before, value, go, fail);
    this.#last = mine;
    void mine.then(() => {
      if (this.#last === mine) this.#last = undefined;
    });
  }

  async #inOrder<T>(
    before: Promise<void> | undefined,
    value: T | Promise<T>,
    go: (value: T) => void,
    fail: (reason: unknown) => void,
  ): Promise<void> {
    const opened = Promise.resolve(value);
    opened.catch(() => {});
    try {
      await before;
      go(await opened);
    } catch (reason) {
      fail(reason);
    }
  }
}
